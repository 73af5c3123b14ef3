"""A night of the simulated company as a HubSpot portal, in the words of the company's own truth.

Here: numbers of the company in place of the portal's ids, and which facts a portal carries. Not here: any test.
"""

from connectors.sandbox.truth import Truth, tell_truth
from tests.crm_truth import differences
from tests.hubspot_night import AS_OF, client, open_warehouse_for, read_night
from tests.sandbox_night import SALES_SOURCES, build_all

KNOWN_OWNER = (
    "where record_type = 'person' and (to_at is null or record_id in "
    "(select e.record_id from {of}.stage_entries as e where e.stage = 'mql' and e.round > 0))"
)

# The history of owners is read for people who were handed over; of the others, the owner of today is known.
CARRIED = {
    "owners": [
        ("from night.funnel.owner_spans", f"from night.funnel.owner_spans {KNOWN_OWNER}".format(of="night.funnel")),
        ("from truth.owner_spans", f"from truth.owner_spans {KNOWN_OWNER}".format(of="truth")),
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
        build_all(con)
    return folder / "warehouse.duckdb"


def hubspot_differences(company, warehouse):
    """Of each comparison the rows that only the night has, and those that only the truth has."""
    how = Truth(source="hubspot", carries="history", sales_sources=SALES_SOURCES)
    tell_truth(company, company.midnight_after(AS_OF), how)
    con = company.con
    con.execute("attach ':memory:' as night")
    con.execute(
        "create table night.main.people as "
        "select distinct 'hubspot:' || record_id as id, 'hubspot:' || head_no as own from portal.groups"
    )
    con.execute(
        "create table night.main.deals as select 'hubspot:' || id as id, 'hubspot:' || deal_no as own from portal.deals"
    )
    return differences(con, company.timezone, warehouse, "hubspot", OWN, CARRIED)
