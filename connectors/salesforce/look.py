"""A first look at an org: who it is, each permission by name, the fields that are read, and what stands in each stage.

Here: some ten calls that only count. Not here: reading records (`records`), or what a stage means.
"""

import math
from collections.abc import Sequence
from typing import Any

from connectors.errors import FixAccessError, FixSettingsError, SourceError, WaitError
from connectors.first_look import FirstLook, SeenPipeline, SeenStage, counted
from connectors.salesforce.budget import CALLS_A_JOB, OTHER_CALLS
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.jobs import PAGE
from connectors.salesforce.missing import row_counts
from connectors.salesforce.objects import LEAD, OPPORTUNITY
from connectors.salesforce.org import Org, account, read_org
from connectors.salesforce.selection import Selection, StagesFrom
from connectors.salesforce.tables import Option

QUIET_NIGHT_CALLS = 15
SIGNED_IN_BY = {
    "token": "SALESFORCE_ACCESS_TOKEN",
    "client_credentials": "SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET",
    "jwt": "SALESFORCE_CLIENT_ID and SALESFORCE_PRIVATE_KEY_FILE",
    "soap": "SALESFORCE_USERNAME and SALESFORCE_PASSWORD",
}


def look(
    client: SalesforceClient, record_types: Sequence[str] = (), stages_from: StagesFrom | None = None
) -> FirstLook:
    """What the org shows; opportunities of other record types than these (by id or name) are left out, if any.

    Never raises for what the org refuses: that is a failed check, and the look ends where it must.
    """
    seen = FirstLook("Salesforce", setting="sources.salesforce", quiet_night_calls=QUIET_NIGHT_CALLS)
    # The share is the night's; a look may use what the org has.
    share, client = client.budget_share, client.counting_apart()
    client.budget_share = math.inf
    try:
        org_id, zone, money = account(client)
        seen.source, seen.timezone, seen.currency = f"Salesforce org {org_id}", zone, money
        about = f"{zone}, {money or 'a currency it does not tell'}"
        seen.ok("credentials", f"{seen.source} ({about}) takes {SIGNED_IN_BY[str(client.credentials.way)]}")
        org = read_org(client, record_types, stages_from)
        rows = row_counts(client, org.selections)
        _permissions(org, rows, seen)
        if any(f.finding.startswith("no_history:") for f in org.findings):
            fields = client.get("sobjects/Lead/describe")["fields"]
            seen.date_fields = {
                f["label"].removesuffix("__c"): f["name"] for f in fields if f["type"] in ("date", "datetime")
            }
        _stages(client, org, seen)
        _budget(client, share, rows, seen)
    except SourceError as e:
        names = {FixAccessError: "credentials", FixSettingsError: "record types", WaitError: "API budget"}
        seen.fail(names.get(type(e), "reading"), str(e))
    return seen


def _permissions(org: Org, rows: dict[str, int], seen: FirstLook) -> None:
    """Each object the user may read, with its rows, and what is lost without the others and without hidden fields."""
    for name in org.selections:
        seen.ok(f"permission {name}", f"{rows[name]:,} rows" if name in rows else "may be read, and is not counted")
    hidden = [f for f in org.findings if f.finding.startswith("missing_field:")]
    for f in org.findings:
        kind, _, what = f.finding.partition(":")
        name = {"missing_object": "permission", "missing_field": "field"}.get(kind, "history")
        note = seen.warn if f.severity == "warning" else seen.ok
        note(f"{name} {what}", f.remedy)
    if not hidden:
        seen.ok("fields", "all that are read of the objects above are there")
    if LEAD.name not in org.selections and OPPORTUNITY.name not in org.selections:
        seen.fail("permissions", "neither Lead nor Opportunity may be read; let the user's permission set read them.")


def _stages(client: SalesforceClient, org: Org, seen: FirstLook) -> None:
    """The statuses of living leads and the stages of living opportunities, those without records too."""
    if LEAD.name in org.selections and "status" in org.selections[LEAD.name].roles:
        found = _grouped(client, org.selections[LEAD.name], ("status",))
        statuses = {o.value: o for o in org.options if o.kind == "lead_status"}
        standing = {row["status"]: row["records"] for row in found}
        for value in [*statuses, *(v for v in standing if v is not None and v not in statuses)]:
            o = statuses.get(value)
            label, is_converted = (o.label, o.is_closed) if o is not None else (value, False)
            seen.stages.append(SeenStage("person", None, value, label, standing.get(value, 0), is_won=is_converted))
        seen.people = sum(standing.values())
        if standing.get(None):
            seen.warn("leads without a status", f"{standing[None]:,} of {seen.people:,}; give them one in Salesforce.")
    if OPPORTUNITY.name in org.selections:
        _of_deals(client, org, seen)


def _of_deals(client: SalesforceClient, org: Org, seen: FirstLook) -> None:
    types = {o.value: o.label for o in org.options if o.kind == "record_type"}
    asked = {o.value for o in org.options if o.kind == "read_record_type"}
    stages: dict[str, Option] = {o.value: o for o in org.options if o.kind == "stage"}
    shown: set[tuple[str | None, str]] = set()
    for row in _grouped(client, org.selections[OPPORTUNITY.name], ("stage", "record_type", "is_won", "is_closed")):
        record_type, value = row.get("record_type"), row.get("stage")
        if value is None or (asked and record_type not in asked):
            continue
        is_won, is_closed = bool(row.get("is_won")), bool(row.get("is_closed"))
        label = stages[value].label if value in stages else value
        pipeline = types.get(record_type or "")
        is_lost = is_closed and not is_won
        seen.stages.append(
            SeenStage("deal", pipeline, value, label, row["records"], is_won, is_lost, is_final=is_won or is_lost)
        )
        shown.add((pipeline, value))
    used = {pipeline for pipeline, _ in shown}
    for value, o in stages.items():
        # What nobody has won yet can be won all the same: every record type shares the org's stages.
        bare = [p for p in used if (p, value) not in shown] if o.is_won else []
        if not any(v == value for _, v in shown):
            bare = bare or [None]
        for pipeline in bare if o.is_active else []:
            lost = o.is_closed and not o.is_won
            seen.stages.append(SeenStage("deal", pipeline, value, o.label, 0, is_won=o.is_won, is_lost=lost))
    seen.deals = counted(seen.stages, "deal")
    seen.pipelines = [SeenPipeline(v, label) for v, label in types.items() if label in used]


def _grouped(client: SalesforceClient, selection: Selection, roles: Sequence[str]) -> list[dict[str, Any]]:
    """How many living records there are of each combination of these roles, as far as the user may see them."""
    fields = {r: selection.roles[r] for r in roles if r in selection.roles}
    names = ", ".join(fields.values())
    page = client.query(
        f"SELECT {names}, COUNT(Id) records FROM {selection.kind.name} WHERE IsDeleted = false GROUP BY {names}"
    )
    rows = list(page["records"])
    while not page["done"]:
        page = client.follow(page["nextRecordsUrl"])
        rows += page["records"]
    return [{**{role: row.get(field) for role, field in fields.items()}, "records": row["records"]} for row in rows]


def _budget(client: SalesforceClient, share: float, rows: dict[str, int], seen: FirstLook) -> None:
    seen.first_load_calls = OTHER_CALLS + sum(CALLS_A_JOB + r // PAGE for r in rows.values())
    try:
        said = client.get("limits/").get("DailyApiRequests") or {}
    except WaitError:
        raise
    except SourceError:
        return
    if said.get("Max") is not None and said.get("Remaining") is not None:
        seen.calls_allowed = min(int(share * said["Max"]), said["Remaining"])
