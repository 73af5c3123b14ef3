"""What of the company a Salesforce org can tell, for its truth to be held against what was read from the org.

Here: narrowing the schema `visible`. Not here: the truth (connectors/sandbox/truth), or any answer of the face.
"""

from __future__ import annotations

from pathlib import Path

from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.truth import Truth, tell_truth

SQL = Path(__file__).parent / "shown.sql"


def tell_truth_of(org: Org, sales_sources: tuple[str, ...] = ()) -> None:
    """Make the schema `truth` of the org's company as of the org's clock, as far as Salesforce can carry it.

    Ids are `salesforce:` and the company's own numbers; the macro org.id18 makes Salesforce's of them: 00Q and the
    person's number, 006 and the deal's, 00U and a meeting's, 00T and twice any other touch's; org.owner_id an owner's.
    """

    def narrow() -> None:
        org.need("_people_now", "_holders", "_touches_now", "_lead_owners", "_owner_names")
        org.company.con.execute(SQL.read_text(encoding="utf-8").replace("{at}", org.at.isoformat(sep=" ")))

    how = Truth(source="salesforce", carries="history", sales_sources=sales_sources)
    tell_truth(org.company, org.at, how, narrow)
