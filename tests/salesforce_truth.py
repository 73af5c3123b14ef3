"""A night of the simulated company as a Salesforce org, in the words of the company's own truth.

Here: numbers of the company in place of the org's ids, and which facts an org carries. Not here: any test.
"""

from connectors.sandbox.salesforce_face.shown import tell_truth_of
from tests.crm_truth import differences
from tests.salesforce_night import client, open_warehouse_for, read_night
from tests.sandbox_night import SALES_SOURCES, build_all

PEOPLE_ALONE = "where record_type = 'person'"
NO_PEOPLE = "'Inbound queue', 'Marketing automation', 'Data Loader'"
CARRIED = {
    # Opportunities have no history of their owner.
    "owners": [
        ("from night.funnel.owner_spans", f"from night.funnel.owner_spans {PEOPLE_ALONE}"),
        ("from truth.owner_spans", f"from truth.owner_spans {PEOPLE_ALONE}"),
    ],
    # Whoever records may belong to, a queue or an integration is no rep.
    "reps": [(f"from {s}.reps", f"from {s}.reps where name not in ({NO_PEOPLE})") for s in ("night.funnel", "truth")],
}


def salesforce_night(face, ca_file, folder):
    """The warehouse of the night of AS_OF, every table built."""
    with open_warehouse_for(folder) as con:
        read_night(con, folder, client(face, ca_file))
        build_all(con)
    return folder / "warehouse.duckdb"


def salesforce_differences(face, warehouse):
    """Of each comparison the rows that only the night has, and those that only the truth has."""
    company = face.org.company
    tell_truth_of(face.org, SALES_SOURCES)
    con = company.con
    con.execute("attach ':memory:' as night")
    con.execute(
        "create table night.main.ids as select 'salesforce:' || org.id18('00Q', p.person_no) as id, "
        "'salesforce:' || p.person_no as own from company.people as p union all "
        "select 'salesforce:' || org.id18('006', d.deal_no), 'salesforce:' || d.deal_no from company.deals as d "
        "union all select 'salesforce:' || org.owner_id(o.owner_no), 'salesforce:' || o.owner_no from org._owner_names "
        "as o union all select 'salesforce:' || org.id18('00G', 907), 'salesforce:907' union all "
        "select 'salesforce:' || case t.kind when 'meeting' then org.id18('00U', t.touch_no) "
        "else org.id18('00T', 2 * t.touch_no) end, 'salesforce:' || t.touch_no from company.touches as t"
    )
    own = {
        column: f"coalesce((select m.own from night.main.ids as m where m.id = t.{column}), t.{column})"
        for column in ("person_id", "deal_id", "touch_id", "record_id", "owner_id")
    }
    return differences(con, company.timezone, warehouse, "salesforce", own, CARRIED)
