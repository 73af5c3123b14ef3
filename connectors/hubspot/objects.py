"""HubSpot's objects as they are read: which properties the funnel needs of each, and what is lost without one.

Here: the list. Not here: choosing from what a portal has (`properties`).
"""

from dataclasses import dataclass

from connectors.needed import Needed


@dataclass(frozen=True)
class ObjectType:
    """A type of record."""

    name: str
    """as the API's paths spell it"""
    record_type: str
    """person, deal, lead, or the kind of touch"""
    modified: str
    """the property that moves whenever a record changes; calculated properties do not move it"""
    needed: tuple[Needed, ...]
    stage: str | None = None
    """the property whose values are stages"""
    history: tuple[str, ...] = ()
    """properties whose history is read, where it is needed"""
    linked: bool = True
    """whether its links to contacts are read"""
    scope_lost: str | None = None
    """what is lost without the permission to read it; None: nothing can be done without"""


CONTACTS = ObjectType(
    "contacts",
    "person",
    "lastmodifieddate",
    (
        Needed("created", ("createdate",)),
        Needed("modified", ("lastmodifieddate",)),
        Needed("stage", ("lifecyclestage",), "the stage of every person"),
        Needed("lead_source", ("lead_source", "leadsource", "hs_analytics_source"), "where people came from"),
        Needed("owner", ("hubspot_owner_id",), "who owns a person"),
        Needed("owner_since", ("hubspot_owner_assigneddate",), "since when the owner owns a person"),
        Needed("status", ("hs_lead_status",)),
        Needed("reason", ("disqualification_reason", "hs_lead_disqualification_reason", "unqualified_reason")),
        Needed("merged_ids", ("hs_merged_object_ids",), "which contacts were merged"),
    ),
    stage="lifecyclestage",
    history=("lifecyclestage", "hubspot_owner_id", "hs_lead_status"),
    linked=False,
)
DEALS = ObjectType(
    "deals",
    "deal",
    "hs_lastmodifieddate",
    (
        Needed("created", ("createdate",)),
        Needed("modified", ("hs_lastmodifieddate",)),
        Needed("stage", ("dealstage",), "the stage of every deal"),
        Needed("pipeline", ("pipeline",), "the pipeline of every deal"),
        Needed("amount", ("amount",), "what a deal is worth"),
        Needed("currency", ("deal_currency_code",)),
        Needed("home_amount", ("amount_in_home_currency",)),
        Needed("closed", ("closedate",), "when a deal closed"),
        Needed("owner", ("hubspot_owner_id",), "who owns a deal"),
        Needed("reason", ("closed_lost_reason",)),
        Needed("merged_ids", ("hs_merged_object_ids",)),
    ),
    stage="dealstage",
    history=("dealstage", "hubspot_owner_id"),
)
LEADS = ObjectType(
    "leads",
    "lead",
    "hs_lastmodifieddate",
    (
        Needed("created", ("hs_createdate",)),
        Needed("modified", ("hs_lastmodifieddate",)),
        Needed("stage", ("hs_pipeline_stage",)),
        Needed("pipeline", ("hs_pipeline",)),
        Needed("owner", ("hubspot_owner_id",)),
        Needed("reason", ("hs_lead_disqualification_reason",)),
    ),
    stage="hs_pipeline_stage",
    history=("hs_pipeline_stage",),
    scope_lost="the lead objects' own stages",
)


def _activity(name: str, kind: str, *needed: Needed, scope_lost: str | None = None) -> ObjectType:
    common = (
        Needed("created", ("hs_createdate",)),
        Needed("modified", ("hs_lastmodifieddate",)),
        Needed("happened", ("hs_timestamp",)),
        Needed("owner", ("hubspot_owner_id",)),
        # Says whether a person, a workflow or an import made the record.
        Needed("made_by", ("hs_object_source",)),
    )
    return ObjectType(name, kind, "hs_lastmodifieddate", common + needed, scope_lost=scope_lost)


CALLS = _activity(
    "calls",
    "call",
    Needed("direction", ("hs_call_direction",)),
    Needed("status", ("hs_call_status",)),
    Needed("outcome", ("hs_call_disposition",)),
)
EMAILS = _activity(
    "emails",
    "email",
    Needed("direction", ("hs_email_direction",)),
    Needed("status", ("hs_email_status",)),
    scope_lost="e-mails to and from people",
)
MEETINGS = _activity(
    "meetings",
    "meeting",
    Needed("starts", ("hs_meeting_start_time",)),
    Needed("outcome", ("hs_meeting_outcome",)),
)
COMMUNICATIONS = _activity(
    "communications",
    "message",
    Needed("channel", ("hs_communication_channel_type",)),
    scope_lost="messages (SMS, WhatsApp, LinkedIn)",
)

ACTIVITIES = (CALLS, EMAILS, MEETINGS, COMMUNICATIONS)
TYPES = {t.name: t for t in (CONTACTS, DEALS, LEADS, *ACTIVITIES)}
# Those whose properties differ from portal to portal; the activities' are HubSpot's own.
DEFINED = (CONTACTS, DEALS)
