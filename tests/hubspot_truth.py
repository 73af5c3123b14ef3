"""A night of the simulated company as a HubSpot portal, in the words of the company's own truth.

Here: numbers of the company in place of the portal's ids, and which facts a portal carries. Not here: any test.
"""

from connectors.sandbox.truth import Truth, tell_truth
from pipelines.catalog import RAW_FILES
from pipelines.landing import create_tables
from tests.hubspot_night import AS_OF, client, open_warehouse_for, read_night
from tests.sandbox_night import COMPARED, SALES_SOURCES, build_all

COUNTED = "stage, cast(sum(records) as bigint)"
CLOSED_ON = "cast((closed_at at time zone 'UTC') at time zone '{zone}' as date)"
KNOWN_OWNER = (
    "where record_type = 'person' and (to_at is null or record_id in "
    "(select e.record_id from {of}.stage_entries as e where e.stage = 'mql' and e.round > 0))"
)

# What is not the same on both sides, and why:
CARRIED = {
    # The portal names stages its own way.
    "people": [("crm_stage, ", "")],
    # The truth without exchange rates knows no amounts in the account's currency.
    "deals": [("crm_stage, ", ""), ("amount_in_currency, ", "")],
    # Stage dates, read for the bulk, do not say who moved a record.
    "entries": [(", evidence, moved_by", "")],
    "won amounts per month": [(", sum(amount_in_currency)", "")],
    "people by stage": [("crm_stage, stage, records", COUNTED), ("'person'", "'person' group by stage")],
    "deals by stage": [("crm_stage, stage, records, amount", COUNTED), ("'deal'", "'deal' group by stage")],
    # The history of owners is read for people who were handed over; of the others, the owner of today is known.
    "owners": [
        ("from night.funnel.owner_spans", f"from night.funnel.owner_spans {KNOWN_OWNER}".format(of="night.funnel")),
        ("from truth.owner_spans", f"from truth.owner_spans {KNOWN_OWNER}".format(of="truth")),
    ],
    # A portal says who has left.
    "reps": [("had_work", "had_work and is_active")],
    # And at what moment a deal was closed.
    "ends of deals": [
        ("closed_at from night", f"{CLOSED_ON} from night"),
        ("(cast(closed_on as timestamp) at time zone '{zone}') at time zone 'UTC'", "closed_on"),
    ],
}

OWN = {
    "person_id": "coalesce((select m.own from night.main.people as m where m.id = t.person_id), t.person_id)",
    "deal_id": "coalesce((select m.own from night.main.deals as m where m.id = t.deal_id), t.deal_id)",
    "touch_id": "'hubspot:' || split_part(t.touch_id, ':', 3)",
    "record_id": "coalesce(case t.record_type when 'deal' then (select m.own from night.main.deals as m where "
    "m.id = t.record_id) else (select m.own from night.main.people as m where m.id = t.record_id) end, t.record_id)",
}


def hubspot_night(company, url, folder):
    """The warehouse of the night of AS_OF, every table built."""
    with open_warehouse_for(folder) as con:
        read_night(con, folder, client(url))
        create_tables(con, RAW_FILES)
        build_all(con)
    return folder / "warehouse.duckdb"


def hubspot_differences(company, warehouse):
    """Of each comparison the rows that only the night has, and those that only the truth has."""
    how = Truth(source="hubspot", carries="history", sales_sources=SALES_SOURCES)
    tell_truth(company, company.midnight_after(AS_OF), how)
    con = company.con
    con.execute(f"attach '{warehouse}' as crm (read_only)")
    con.execute("attach ':memory:' as night")
    con.execute(
        "create table night.main.people as "
        "select distinct 'hubspot:' || record_id as id, 'hubspot:' || head_no as own from portal.groups"
    )
    con.execute(
        "create table night.main.deals as select 'hubspot:' || id as id, 'hubspot:' || deal_no as own from portal.deals"
    )
    tables = con.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = 'crm' and schema_name in ('funnel', 'reporting') group by all"
    ).fetchall()
    for schema, table, columns in tables:
        shown = ", ".join(f'{OWN[c]} as "{c}"' if c in OWN else f'"{c}"' for c in columns)
        con.execute(f"create schema if not exists night.{schema}")
        con.execute(f"create table night.{schema}.{table} as select {shown} from crm.{schema}.{table} as t")
    found = {}
    for what, pair in COMPARED.items():
        night, truth = (_carried(what, sql).format(zone=company.timezone) for sql in pair)
        assert con.execute(f"select count(*) from ({truth})").fetchall()[0][0] > 0, f"the truth has no {what}"
        more = con.execute(f"select 'night', * from ({night} except all {truth}) limit 5").fetchall()
        less = con.execute(f"select 'truth', * from ({truth} except all {night}) limit 5").fetchall()
        if more or less:
            found[what] = more + less
    con.execute("detach night")
    con.execute("detach crm")
    return found


def _carried(what, sql):
    for old, new in CARRIED.get(what, ()):
        sql = sql.replace(old, new)
    return sql.replace("'files:'", "'hubspot:'")
