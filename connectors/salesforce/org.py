"""What an org is like: its zone and money, users, stages, and which of its fields are read.

Read at the start of every night, in four calls. Here: the reading. Not here: records, or what the answers mean
(`lists`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import FixSettingsError
from connectors.salesforce.client import Answer, SalesforceClient
from connectors.salesforce.lists import history_findings, options_of, owners_of, rates_of, soql_text
from connectors.salesforce.objects import ALWAYS, CAMPAIGN_MEMBER, LEAD, LEAD_HISTORY
from connectors.salesforce.selection import Selection, StagesFrom, missing_object, select
from connectors.salesforce.tables import Finding, Option, Owner, Rate

ABOUT = "SELECT Id, TimeZoneSidKey FROM Organization"
CURRENCIES = "SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType"
# The first that the org takes: what a user may see of others differs.
QUERIES: dict[str, tuple[str, ...]] = {
    "Organization": (ABOUT,),
    "CurrencyType": (CURRENCIES,),
    "DatedConversionRate": ("SELECT IsoCode, StartDate, NextStartDate, ConversionRate FROM DatedConversionRate",),
    "LeadStatus": ("SELECT MasterLabel, ApiName, SortOrder, IsConverted FROM LeadStatus ORDER BY SortOrder",),
    "OpportunityStage": (
        "SELECT MasterLabel, ApiName, SortOrder, IsActive, IsWon, IsClosed FROM OpportunityStage ORDER BY SortOrder",
    ),
    "RecordType": ("SELECT Id, Name, DeveloperName, IsActive FROM RecordType WHERE SobjectType = 'Opportunity'",),
    "User": (
        "SELECT Id, Name, IsActive, UserType, UserRole.Name, Profile.Name FROM User",
        "SELECT Id, Name, IsActive, UserType, UserRole.Name FROM User",
        "SELECT Id, Name, IsActive FROM User",
    ),
    "Group": ("SELECT Id, Name FROM Group WHERE Type = 'Queue'",),
    "FirstHistory": ("SELECT CreatedDate FROM LeadHistory ORDER BY CreatedDate LIMIT 1",),
    "FirstStatus": ("SELECT CreatedDate FROM LeadHistory WHERE Field = 'Status' ORDER BY CreatedDate LIMIT 1",),
    "FirstLead": ("SELECT CreatedDate FROM Lead ORDER BY CreatedDate LIMIT 1",),
}


@dataclass
class Org:
    """One org, as it is tonight."""

    org_id: str
    url: str
    timezone: str
    """IANA name"""
    currency: str | None
    """ISO code of its own; None: it has one alone, which its API does not tell"""
    options: list[Option]
    owners: list[Owner]
    rates: list[Rate]
    selections: dict[str, Selection]
    """object → what is read of it; those that cannot be read are not there"""
    campaigns: dict[str, str]
    """campaign's id → the canonical stage that a response is an entry into"""
    history_begins: str | None
    """the ISO instant of the oldest change of a lead that the org still knows; None: it keeps none"""
    findings: list[Finding] = field(default_factory=list)


def account(client: SalesforceClient) -> tuple[str, str, str | None]:
    """The org's id, time zone (IANA) and own currency (None: it has one alone, and does not tell). One call."""
    answers = client.composite({"Organization": ABOUT, "CurrencyType": CURRENCIES})
    about = _first(answers["Organization"])
    home = next((r["IsoCode"] for r in _rows(client, answers["CurrencyType"]) if r["IsCorporate"]), None)
    return str(about.get("Id") or ""), str(about.get("TimeZoneSidKey") or "UTC"), home


def read_org(client: SalesforceClient, record_types: Sequence[str] = (), stages_from: StagesFrom | None = None) -> Org:
    """What the org is like tonight; opportunities of other record types than these (id or name) are left out, if any.

    Raises a SourceError; FixSettingsError where a record type or campaign of the settings is not there.
    """
    stages_from = stages_from or StagesFrom({}, {})
    kinds = [*ALWAYS, *([CAMPAIGN_MEMBER] if stages_from.campaigns else [])]
    queries = {n: q[0] for n, q in QUERIES.items()}
    if stages_from.campaigns:
        named = ", ".join(soql_text(c) for c in stages_from.campaigns.values())
        ids = ", ".join(soql_text(c) for c in stages_from.campaigns.values() if _is_id(c)) or "''"
        queries["Campaign"] = f"SELECT Id, Name FROM Campaign WHERE Name IN ({named}) OR Id IN ({ids})"
    answers = client.composite(queries, {f"describe{k.name}": f"sobjects/{k.name}/describe" for k in kinds})
    found = {n: _best(client, n, answers[n]) for n in queries}
    findings: list[Finding] = []
    selections: dict[str, Selection] = {}
    for kind in kinds:
        answer = answers[f"describe{kind.name}"]
        seen = (
            [f["name"] for f in answer.body["fields"]] if answer.status < 300 and answer.body.get("queryable") else None
        )
        chosen = select(kind, seen, stages_from, findings) if seen is not None else None
        if seen is None:
            findings.append(missing_object(kind))
        if chosen is not None:
            selections[kind.name] = chosen
    begins = _moment(found["FirstHistory"])
    # A refusal tells nothing of what there is.
    if LEAD_HISTORY.name in selections and answers["FirstStatus"].status < 300:
        findings += history_findings(begins, _moment(found["FirstStatus"]), _moment(found["FirstLead"]), stages_from)
    about = found["Organization"][0] if found["Organization"] else {}
    home = next((str(r["IsoCode"]) for r in found["CurrencyType"] if r["IsCorporate"]), None)
    url = client.instance_url
    dated = selections[LEAD.name].dates if LEAD.name in selections else {}
    options = options_of(found, record_types, {**dated, **stages_from.campaigns})
    options.append(Option("org", str(about.get("Id")), url, 0, True, False, False))
    if not found["OpportunityStage"]:
        findings.append(
            Finding(
                "missing_object:OpportunityStage",
                "warning",
                "The org shows no OpportunityStage to the user: whether a stage of the past was won or lost is told by "
                "funnel.mapping alone. Give the user API access to it.",
            )
        )
    return Org(
        str(about.get("Id")),
        url,
        str(about.get("TimeZoneSidKey") or "UTC"),
        home,
        options,
        owners_of(found["User"], found["Group"]),
        rates_of(home, found["CurrencyType"], found["DatedConversionRate"]),
        selections,
        _campaigns(stages_from, found.get("Campaign", [])),
        begins,
        findings,
    )


def _best(client: SalesforceClient, name: str, answer: Answer) -> list[dict[str, Any]]:
    """The rows of the first way of asking that the org takes; none where it takes none."""
    others = list(QUERIES.get(name, ())[1:])
    while answer.status >= 300 and others:
        answer = client.composite({name: others.pop(0)})[name]
    return _rows(client, answer)


def _rows(client: SalesforceClient, answer: Answer) -> list[dict[str, Any]]:
    if answer.status >= 300:
        return []
    page, rows = answer.body, list(answer.body["records"])
    while not page["done"]:
        page = client.follow(page["nextRecordsUrl"])
        rows += page["records"]
    return rows


def _first(answer: Answer) -> dict[str, Any]:
    rows = answer.body["records"] if answer.status < 300 else []
    return dict(rows[0]) if rows else {}


def _moment(rows: list[dict[str, Any]]) -> str | None:
    return str(rows[0]["CreatedDate"]) if rows else None


def _is_id(text: str) -> bool:
    return len(text) in (15, 18) and text.startswith("701") and text.isalnum()


def _campaigns(stages_from: StagesFrom, rows: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for stage, asked in stages_from.campaigns.items():
        ids = [str(r["Id"]) for r in rows if r["Name"].lower() == asked.lower() or r["Id"][:15] == asked[:15]]
        if not ids:
            raise FixSettingsError(
                f"sources.salesforce.stages_from.{stage}.campaign: the org has no campaign {asked} that its user may "
                "read; write its name or id as the org shows it."
            )
        found |= dict.fromkeys(ids, stage)
    return found
