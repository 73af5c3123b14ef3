"""What Salesforce becomes in the warehouse: a dataclass a table, as near to the org as the funnel allows.

Here: the shapes. Not here: how landing files become rows of them, or the funnel's terms (sql/salesforce). Ids are
those of 18 characters.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class Lead:
    """Living leads of the org, converted ones too; one that was merged into another is gone."""

    TABLE: ClassVar[str] = "leads"
    GRAIN: ClassVar[tuple[str, ...]] = ("lead_id",)

    lead_id: Annotated[str, "Salesforce's id"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change by anybody (SystemModstamp)"]
    status: Annotated[str | None, "Status, as the org says"]
    lead_source: Annotated[str | None, "LeadSource, as the org says"]
    owner: Annotated[str | None, "id of its user or queue"]
    is_converted: Annotated[bool, "whether it was converted"]
    converted_on: Annotated[date | None, "day of the conversion; Salesforce keeps no time of it"]
    contact_id: Annotated[str | None, "the contact it became"]
    opportunity_id: Annotated[str | None, "the opportunity it became"]


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Living opportunities of the org."""

    TABLE: ClassVar[str] = "opportunities"
    GRAIN: ClassVar[tuple[str, ...]] = ("opportunity_id",)

    opportunity_id: Annotated[str, "Salesforce's id"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change by anybody (SystemModstamp)"]
    stage: Annotated[str | None, "StageName, as the org says"]
    is_won: Annotated[bool, "IsWon"]
    is_closed: Annotated[bool, "IsClosed"]
    amount: Annotated[Decimal | None, "value, in the opportunity's currency"]
    currency: Annotated[str | None, "ISO code of the amount; NULL: the org's"]
    closed_on: Annotated[date | None, "CloseDate: typed by a person; a forecast while it is open"]
    owner: Annotated[str | None, "id of its user"]
    record_type: Annotated[str | None, "id of its record type"]
    lead_source: Annotated[str | None, "LeadSource, as the org says"]
    contact_id: Annotated[str | None, "the contact it names itself"]


@dataclass(frozen=True, slots=True)
class Change:
    """What the org still knows of changes: field history, opportunity history, date fields, campaign responses.

    Kept for as long as the record lives or may come back, though the org forgets field history after 24 months.
    """

    TABLE: ClassVar[str] = "changes"
    GRAIN: ClassVar[tuple[str, ...]] = ("change_id",)

    change_id: Annotated[str, "Salesforce's id of the history row or campaign member; id and field of a date field"]
    record_type: Annotated[str, "person or deal"]
    record_id: Annotated[str, "id of the lead or opportunity"]
    property: Annotated[
        str,
        "status, owner or converted (history); stage (opportunity history, value as the org says); "
        "entered (date fields and campaign responses, value is the canonical stage)",
    ]
    old_value: Annotated[str | None, "value before; NULL: not told, or none"]
    value: Annotated[str | None, "value from then on; NULL: none"]
    changed_at: Annotated[datetime, "UTC instant it holds from"]
    recorded_at: Annotated[datetime | None, "UTC instant the org knew of it; NULL: not told"]
    made_by: Annotated[str | None, "id of the user who made it; NULL: not told"]
    evidence: Annotated[str, "history or stage_date"]


@dataclass(frozen=True, slots=True)
class ContactRole:
    """Which contacts stand behind which opportunity."""

    TABLE: ClassVar[str] = "contact_roles"
    GRAIN: ClassVar[tuple[str, ...]] = ("role_id",)

    role_id: Annotated[str, "Salesforce's id"]
    opportunity_id: Annotated[str, "the opportunity"]
    contact_id: Annotated[str, "the contact"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change by anybody (SystemModstamp)"]
    is_primary: Annotated[bool, "IsPrimary"]


@dataclass(frozen=True, slots=True)
class Activity:
    """Living tasks and events of the org, archived ones too."""

    TABLE: ClassVar[str] = "activities"
    GRAIN: ClassVar[tuple[str, ...]] = ("activity_id",)

    activity_id: Annotated[str, "Salesforce's id"]
    kind: Annotated[str | None, "call, email, meeting or message; NULL: a to-do of no such kind"]
    who_id: Annotated[str | None, "the lead or contact it is with"]
    owner: Annotated[str | None, "id of its user or queue"]
    created_at: Annotated[datetime | None, "UTC instant it was logged"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change by anybody (SystemModstamp)"]
    happened_at: Annotated[datetime | None, "UTC instant a task was completed or an event starts; NULL: still open"]
    is_done: Annotated[bool, "a task that is closed; an event always is"]
    direction: Annotated[str | None, "CallType, as the org says: Inbound, Outbound, Internal"]
    outcome: Annotated[str | None, "CallDisposition, else Status, as the org says"]
    is_mass: Annotated[bool, "a list e-mail, sent to many at once"]
    made_by: Annotated[str | None, "id of the user who logged it"]


@dataclass(frozen=True, slots=True)
class Binned:
    """Leads and opportunities that were deleted or merged lately; a deleted one may come back, with its history."""

    TABLE: ClassVar[str] = "binned"
    GRAIN: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: Annotated[str, "Salesforce's id"]
    record_type: Annotated[str, "person or deal"]
    binned_at: Annotated[datetime | None, "UTC instant of the deletion"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Users of the org, inactive ones too, and its queues."""

    TABLE: ClassVar[str] = "owners"
    GRAIN: ClassVar[tuple[str, ...]] = ("owner_id",)

    owner_id: Annotated[str, "Salesforce's id, as records name it"]
    name: Annotated[str | None, "as the org shows it"]
    team: Annotated[str | None, "the user's role"]
    is_active: Annotated[bool, "whether the user can sign in; a queue always is"]
    kind: Annotated[str, "user, queue, or integration: a user that is no person (UserType, or an API-only profile)"]


@dataclass(frozen=True, slots=True)
class Option:
    """The org's own lists: statuses, stages, record types; and what it says of itself."""

    TABLE: ClassVar[str] = "options"
    GRAIN: ClassVar[tuple[str, ...]] = ("kind", "value")

    kind: Annotated[
        str,
        "lead_status, stage, record_type, read_record_type (those the settings ask for), stage_from (canonical stages "
        "that are not told by statuses), history_begins or org",
    ]
    value: Annotated[str, "as records name it: a status, a stage, a record type's id; the org's id"]
    label: Annotated[str, "as the org shows it; the org's address; the UTC instant from which on history is whole"]
    position: Annotated[int, "its place in the org's order"]
    is_active: Annotated[bool, "whether it can still be chosen"]
    is_won: Annotated[bool, "an opportunity stage that is won"]
    is_closed: Annotated[bool, "an opportunity stage that is closed; a lead status that means converted"]


@dataclass(frozen=True, slots=True)
class Rate:
    """The org's exchange rates from its own currency, dated where the org dates them; its own among them."""

    TABLE: ClassVar[str] = "rates"
    GRAIN: ClassVar[tuple[str, ...]] = ("currency", "from_on")

    currency: Annotated[str, "ISO code"]
    home_currency: Annotated[str, "ISO code of the org's own currency"]
    rate: Annotated[float, "units of this currency for one unit of the org's own, as Salesforce keeps it"]
    from_on: Annotated[date | None, "first day it holds; NULL: without dates"]
    until_on: Annotated[date | None, "first day it no longer holds; NULL: it still does"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What could not be read of the org."""

    TABLE: ClassVar[str] = "findings"
    GRAIN: ClassVar[tuple[str, ...]] = ("finding",)

    finding: Annotated[str, "missing_field, missing_object, no_history or history_begins, and where"]
    severity: Annotated[str, "info or warning"]
    remedy: Annotated[str, "what is lost, and what to do about it"]


TABLES = (Lead, Opportunity, Change, ContactRole, Activity, Binned, Owner, Option, Rate, Finding)
