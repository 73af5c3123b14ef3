"""What HubSpot becomes in the warehouse: a dataclass a table, as near to the portal as the funnel allows.

Here: the shapes. Not here: how landing files become rows of them (`loading`), or the funnel's terms (sql/hubspot).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class Contact:
    """Living contacts of the portal."""

    TABLE: ClassVar[str] = "contacts"
    GRAIN: ClassVar[tuple[str, ...]] = ("contact_id",)

    contact_id: Annotated[str, "HubSpot's id"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change of a property that is not calculated"]
    lead_source: Annotated[str | None, "where the contact came from, by internal name"]
    owner: Annotated[str | None, "owner's id"]
    owner_since: Annotated[datetime | None, "UTC instant that the owner was assigned"]
    stage: Annotated[str | None, "lifecycle stage, by internal name"]
    status: Annotated[str | None, "lead status, by internal name"]
    reason: Annotated[str | None, "why the contact was disqualified, by internal name"]
    merged_ids: Annotated[str | None, "ids of the contacts it was merged from, separated by ;"]
    history_due: Annotated[bool, "whether its history is still to be read"]
    links_due: Annotated[bool, "whether its activities are still to be read"]


@dataclass(frozen=True, slots=True)
class Deal:
    """Living deals of the portal."""

    TABLE: ClassVar[str] = "deals"
    GRAIN: ClassVar[tuple[str, ...]] = ("deal_id",)

    deal_id: Annotated[str, "HubSpot's id"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change of a property that is not calculated"]
    pipeline: Annotated[str | None, "pipeline, by id"]
    stage: Annotated[str | None, "deal stage, by id"]
    amount: Annotated[Decimal | None, "value, in the deal's currency"]
    currency: Annotated[str | None, "ISO code of the amount; NULL: the portal's"]
    home_amount: Annotated[Decimal | None, "value in the portal's currency at the rate of its close, as HubSpot has it"]
    closed_at: Annotated[datetime | None, "UTC instant of the close date; a forecast while the deal is open"]
    owner: Annotated[str | None, "owner's id"]
    reason: Annotated[str | None, "why it was lost, by internal name"]
    history_due: Annotated[bool, "whether its history is still to be read"]


@dataclass(frozen=True, slots=True)
class Lead:
    """Living lead objects of the portal: attempts to qualify a contact."""

    TABLE: ClassVar[str] = "leads"
    GRAIN: ClassVar[tuple[str, ...]] = ("lead_id",)

    lead_id: Annotated[str, "HubSpot's id"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change of a property that is not calculated"]
    pipeline: Annotated[str | None, "lead pipeline, by id"]
    stage: Annotated[str | None, "lead stage, by id"]
    owner: Annotated[str | None, "owner's id"]
    reason: Annotated[str | None, "why it was disqualified, by internal name"]
    history_due: Annotated[bool, "whether its history is still to be read"]


@dataclass(frozen=True, slots=True)
class Change:
    """Values that properties of living records had from some instant on: histories, and dates of stages."""

    TABLE: ClassVar[str] = "changes"
    GRAIN: ClassVar[tuple[str, ...]] = ()

    record_type: Annotated[str, "person, deal or lead"]
    record_id: Annotated[str, "HubSpot's id"]
    property: Annotated[str, "the property: stage, owner or status"]
    value: Annotated[str | None, "its value from then on; NULL: cleared"]
    changed_at: Annotated[datetime, "UTC instant"]
    evidence: Annotated[str, "history, or stage_date: the last entry into a stage"]
    made_by: Annotated[str | None, "what changed it, as HubSpot says (CRM_UI, WORKFLOWS, IMPORT, ...); NULL: not told"]


@dataclass(frozen=True, slots=True)
class Activity:
    """Living calls, e-mails, meetings and messages of the portal."""

    TABLE: ClassVar[str] = "activities"
    GRAIN: ClassVar[tuple[str, ...]] = ("kind", "activity_id")

    kind: Annotated[str, "call, email, meeting or message"]
    activity_id: Annotated[str, "HubSpot's id, unique within the kind"]
    created_at: Annotated[datetime | None, "UTC instant it was logged"]
    modified_at: Annotated[datetime | None, "UTC instant of the last change of a property that is not calculated"]
    happened_at: Annotated[datetime | None, "UTC instant it took place, or will"]
    owner: Annotated[str | None, "id of the owner who did it"]
    direction: Annotated[str | None, "as HubSpot says: OUTBOUND, INBOUND, EMAIL, INCOMING_EMAIL, FORWARDED_EMAIL"]
    status: Annotated[str | None, "as HubSpot says: COMPLETED, NO_ANSWER, SENT, BOUNCED, ..."]
    outcome: Annotated[str | None, "a call's disposition (GUID) or a meeting's outcome"]
    made_by: Annotated[str | None, "what made the record: CRM_UI, AUTOMATION_PLATFORM, IMPORT, ..."]


@dataclass(frozen=True, slots=True)
class Link:
    """Which contacts stand behind which deal, lead or activity."""

    TABLE: ClassVar[str] = "links"
    GRAIN: ClassVar[tuple[str, ...]] = ("record_type", "record_id", "contact_id")

    record_type: Annotated[str, "deal, lead, call, email, meeting or message"]
    record_id: Annotated[str, "HubSpot's id of that record"]
    contact_id: Annotated[str, "HubSpot's id of the contact"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Owners of the portal, deactivated ones too."""

    TABLE: ClassVar[str] = "owners"
    GRAIN: ClassVar[tuple[str, ...]] = ("owner_id",)

    owner_id: Annotated[str, "HubSpot's id, as records name it"]
    name: Annotated[str | None, "first and last name, else the e-mail address"]
    team: Annotated[str | None, "the primary team"]
    is_active: Annotated[bool, "whether the owner is not deactivated"]


@dataclass(frozen=True, slots=True)
class Option:
    """Labels of internal names: stages, pipelines, sources, reasons."""

    TABLE: ClassVar[str] = "options"
    GRAIN: ClassVar[tuple[str, ...]] = ("kind", "pipeline", "value")

    kind: Annotated[
        str, "lifecyclestage, dealstage, leadstage, pipeline, lead_source, status, reason, call_disposition or portal"
    ]
    pipeline: Annotated[str | None, "a stage's pipeline; a pipeline's object"]
    value: Annotated[str, "internal name or id"]
    label: Annotated[str, "as the portal shows it"]
    position: Annotated[int, "its place in the portal's order"]
    is_won: Annotated[bool, "a deal stage that is closed with probability 1"]
    is_lost: Annotated[bool, "a deal stage that is closed with probability 0"]


@dataclass(frozen=True, slots=True)
class Rate:
    """The portal's exchange rates into its own currency, as they are tonight; its own among them."""

    TABLE: ClassVar[str] = "rates"
    GRAIN: ClassVar[tuple[str, ...]] = ("currency",)

    currency: Annotated[str, "ISO code"]
    home_currency: Annotated[str, "ISO code of the portal's currency"]
    rate: Annotated[float, "units of the portal's currency for one unit"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What could not be read of the portal."""

    TABLE: ClassVar[str] = "findings"
    GRAIN: ClassVar[tuple[str, ...]] = ("finding",)

    finding: Annotated[str, "missing_property, missing_scope or no_stage_dates, and where"]
    severity: Annotated[str, "info or warning"]
    remedy: Annotated[str, "what is lost, and what to do about it"]


TABLES = (Contact, Deal, Lead, Change, Activity, Link, Owner, Option, Rate, Finding)
