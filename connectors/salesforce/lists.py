"""What the org's small tables mean: its stages, users, exchange rates, and how far back its history goes.

Here: from answers to rows of the raw tables. Not here: asking (`org`).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connectors.errors import FixSettingsError
from connectors.salesforce.selection import StagesFrom
from connectors.salesforce.tables import Finding, Option, Owner, Rate

# Users that are no person, whoever they call themselves.
NO_PERSON = {"AutomatedProcess", "CloudIntegrationUser", "Guest"}
FOR_MACHINES = ("api only", "integration")
Rows = Sequence[dict[str, Any]]


def soql_text(value: str) -> str:
    """A text as SOQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def options_of(
    found: dict[str, list[dict[str, Any]]], asked: Sequence[str], told_elsewhere: Mapping[str, str]
) -> list[Option]:
    """The org's statuses, stages and record types; raises FixSettingsError for a record type that it has not.

    `told_elsewhere`: canonical stage → the date field or campaign that dates it instead of the statuses.
    """
    options = [
        Option(
            "lead_status", _value(r), r["MasterLabel"], int(r["SortOrder"] or 0), True, False, bool(r["IsConverted"])
        )
        for r in found["LeadStatus"]
    ]
    options += [
        Option(
            "stage",
            _value(r),
            r["MasterLabel"],
            int(r["SortOrder"] or 0),
            bool(r["IsActive"]),
            bool(r["IsWon"]),
            bool(r["IsClosed"]),
        )
        for r in found["OpportunityStage"]
    ]
    types = found["RecordType"]
    options += [
        Option("record_type", r["Id"], r["Name"], i, bool(r["IsActive"]), False, False) for i, r in enumerate(types)
    ]
    for i, name in enumerate(asked):
        key = name.strip().lower()
        same = [r for r in types if key in (r["Name"].lower(), r["DeveloperName"].lower()) or r["Id"][:15] == name[:15]]
        if not same:
            there = ", ".join(r["Name"] for r in types) or "none"
            raise FixSettingsError(
                f"sources.salesforce.record_types: the org has no opportunity record type {name}; it has {there}."
            )
        options += [Option("read_record_type", r["Id"], r["Name"], i, True, False, False) for r in same]
    options += [
        Option("stage_from", stage, told, i, True, False, False)
        for i, (stage, told) in enumerate(told_elsewhere.items())
    ]
    return list({(o.kind, o.value): o for o in options}.values())


def owners_of(users: Rows, queues: Rows) -> list[Owner]:
    """Users, inactive ones too, and queues: whoever a record may belong to."""
    found = [
        Owner(
            u["Id"],
            u.get("Name"),
            (u.get("UserRole") or {}).get("Name"),
            bool(u["IsActive"]),
            "integration" if _is_machine(u) else "user",
        )
        for u in users
    ]
    return found + [Owner(q["Id"], q["Name"], None, True, "queue") for q in queues]


def rates_of(home: str | None, currencies: Rows, dated: Rows) -> list[Rate]:
    """Exchange rates from the org's own currency, which is none where it has that one alone."""
    if home is None:
        return []
    rows = [Rate(r["IsoCode"], home, float(r["ConversionRate"]), None, None) for r in currencies]
    for r in dated:
        until = _day(r.get("NextStartDate"))
        # What has no end yet ends in the year 9999.
        ends = until if until is not None and until.year < 9999 else None
        rows.append(Rate(r["IsoCode"], home, float(r["ConversionRate"]), _day(r["StartDate"]), ends))
    return rows


def history_findings(
    begins: str | None, first_status: str | None, first_lead: str | None, stages_from: StagesFrom
) -> list[Finding]:
    """What the org's history of leads does not tell: nothing at all, or nothing before a day."""
    told = ", ".join([*stages_from.fields, *stages_from.campaigns])
    if first_lead is None:
        return []
    if first_status is None:
        instead = f"only {told} are dated, as sources.salesforce.stages_from says" if told else "no stage is dated"
        return [
            Finding(
                "no_history:Lead.Status",
                "warning",
                f"The org keeps no history of the lead's Status, so {instead}. Turn on Set History Tracking for "
                "Status (and Owner) in Setup > Object Manager > Lead, or name date fields in "
                "sources.salesforce.stages_from.",
            )
        ]
    if begins is not None and instant(begins) > instant(first_lead):
        return [
            Finding(
                "history_begins:Lead",
                "info",
                f"The org's history of leads begins on {instant(begins):%Y-%m-%d}: what leads did before is not known, "
                "unless a night read it while the org still knew it.",
            )
        ]
    return []


def instant(text: str) -> datetime:
    """A datetime of an answer, in UTC."""
    return datetime.fromisoformat(text.replace("+0000", "+00:00"))


def _value(row: dict[str, Any]) -> str:
    """How records name it: by the API name, which is the label where nobody gave it another."""
    return str(row.get("ApiName") or row["MasterLabel"])


def _is_machine(user: dict[str, Any]) -> bool:
    profile = str((user.get("Profile") or {}).get("Name") or "").lower()
    return user.get("UserType") in NO_PERSON or any(word in profile for word in FOR_MACHINES)


def _day(text: Any) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None
