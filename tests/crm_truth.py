"""What a night on a CRM shows, in the words of the simulated company's own truth.

Here: the comparing. Not here: any CRM's ids, or which facts it carries (`hubspot_truth`, `salesforce_truth`).
"""

from tests.sandbox_night import COMPARED

COUNTED = "stage, cast(sum(records) as bigint)"
CLOSED_ON = "cast((closed_at at time zone 'UTC') at time zone '{zone}' as date)"

# What no CRM's face says as the truth does, and why:
CARRIED_BY_NONE = {
    # A CRM names stages its own way.
    "people": [("crm_stage, ", "")],
    "entries": [(", evidence, moved_by", "")],
    "people by stage": [("crm_stage, stage, records", COUNTED), ("'person'", "'person' group by stage")],
    "deals by stage": [("crm_stage, stage, records, amount", COUNTED), ("'deal'", "'deal' group by stage")],
    # The truth without exchange rates knows no amounts in the account's currency.
    "deals": [("crm_stage, ", ""), ("amount_in_currency, ", "")],
    "won amounts per month": [(", sum(amount_in_currency)", "")],
    # A CRM says who has left.
    "reps": [("had_work", "had_work and is_active")],
    # And at what moment a deal was closed.
    "ends of deals": [
        ("closed_at from night", f"{CLOSED_ON} from night"),
        ("(cast(closed_on as timestamp) at time zone '{zone}') at time zone 'UTC'", "closed_on"),
    ],
}


def differences(con, zone, warehouse, source, own, carried):
    """Of each comparison the rows that only the night has, and those that only the truth has.

    `con`: the company's, with the schema `truth`. `own`: column of the night → SQL of what the truth calls it (the
    row is `t`). `carried`: comparison → what is replaced in both its SELECTs.
    """
    con.execute(f"attach '{warehouse}' as crm (read_only)")
    con.execute("attach if not exists ':memory:' as night")
    tables = con.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = 'crm' and schema_name in ('funnel', 'reporting') group by all"
    ).fetchall()
    for schema, table, columns in tables:
        shown = ", ".join(f'{own[c]} as "{c}"' if c in own else f'"{c}"' for c in columns)
        con.execute(f"create schema if not exists night.{schema}")
        con.execute(f"create table night.{schema}.{table} as select {shown} from crm.{schema}.{table} as t")
    found = {}
    for what, pair in COMPARED.items():
        night, truth = (_carried(what, sql, carried, source).format(zone=zone) for sql in pair)
        assert con.execute(f"select count(*) from ({truth})").fetchall()[0][0] > 0, f"the truth has no {what}"
        more = con.execute(f"select 'night', * from ({night} except all {truth}) limit 5").fetchall()
        less = con.execute(f"select 'truth', * from ({truth} except all {night}) limit 5").fetchall()
        if more or less:
            found[what] = more + less
    con.execute("detach night")
    con.execute("detach crm")
    return found


def _carried(what, sql, carried, source):
    for old, new in (*CARRIED_BY_NONE.get(what, ()), *carried.get(what, ())):
        sql = sql.replace(old, new)
    return sql.replace("'files:'", f"'{source}:'")
