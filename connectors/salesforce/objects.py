"""Salesforce's objects as they are read: which fields the funnel needs of each, and what is lost without one.

Here: the list. Not here: choosing from what an org has (`selection`).
"""

from dataclasses import dataclass

from connectors.needed import Needed


@dataclass(frozen=True)
class ObjectType:
    """An object of which a night reads what changed."""

    name: str
    """as the API spells it"""
    table: str
    """its raw table"""
    key: str
    """the id column of that table"""
    rows: str
    """the condition that holds for its rows in that table"""
    modified: str
    """the field that moves whenever a record changes"""
    needed: tuple[Needed, ...]
    lost: str
    """what is not known where the user may not read it"""
    record_type: str | None = None
    """person or deal, where the bin keeps its records"""
    where: str | None = None
    """which of its records are read; None: all"""

    @property
    def is_counted(self) -> bool:
        """Whether the org's count of living records is that of the table; history comes and goes with its record."""
        return self.modified == STAMP and self.table != "changes"


STAMP, CREATED = "SystemModstamp", "CreatedDate"
COMMON = (
    Needed("id", ("Id",)),
    Needed("is_deleted", ("IsDeleted",)),
    Needed("created", (CREATED,)),
)
WITH_STAMP = (*COMMON, Needed("modified", (STAMP,)))
# Not Salesforce's own: the names that orgs give a field for how a meeting went.
MEETING_OUTCOMES = ("Meeting_Outcome__c", "Event_Outcome__c", "Outcome__c", "Meeting_Status__c")

LEAD = ObjectType(
    "Lead",
    "leads",
    "lead_id",
    "true",
    STAMP,
    (
        *WITH_STAMP,
        Needed("status", ("Status",), "the stage of every person"),
        Needed("lead_source", ("LeadSource",), "where people came from"),
        Needed("owner", ("OwnerId",), "who owns a person"),
        Needed("is_converted", ("IsConverted",), "which leads were converted"),
        Needed("converted_on", ("ConvertedDate",), "when a lead was converted, where history does not tell it"),
        Needed("contact_id", ("ConvertedContactId",), "which contact a lead became: its later activities and deals"),
        Needed("opportunity_id", ("ConvertedOpportunityId",), "which opportunity a lead became"),
    ),
    "every person, so that the funnel begins with the deals",
    record_type="person",
)
LEAD_HISTORY = ObjectType(
    "LeadHistory",
    "changes",
    "change_id",
    "record_type = 'person' and evidence = 'history'",
    CREATED,
    (
        *COMMON,
        Needed("record_id", ("LeadId",)),
        Needed("field", ("Field",)),
        Needed("old_value", ("OldValue",), "the status a lead was created with"),
        Needed("value", ("NewValue",), "the statuses a lead went through"),
        Needed("made_by", ("CreatedById",)),
    ),
    "when a lead entered a status: its stages are dated by sources.salesforce.stages_from alone",
    where="Field IN ('Status', 'Owner', 'leadConverted')",
)
OPPORTUNITY = ObjectType(
    "Opportunity",
    "opportunities",
    "opportunity_id",
    "true",
    STAMP,
    (
        *WITH_STAMP,
        Needed("stage", ("StageName",), "the stage of every deal"),
        Needed("is_won", ("IsWon",), "which deals are won"),
        Needed("is_closed", ("IsClosed",), "which deals are closed"),
        Needed("amount", ("Amount",), "what a deal is worth"),
        # Of an org with several currencies alone.
        Needed("currency", ("CurrencyIsoCode",)),
        Needed("closed_on", ("CloseDate",), "when a deal closed, where its history does not tell it"),
        Needed("owner", ("OwnerId",), "who owns a deal"),
        Needed("record_type", ("RecordTypeId",)),
        Needed("lead_source", ("LeadSource",)),
        Needed("contact_id", ("ContactId",)),
    ),
    "every deal: won, lost and open ones, and the average deal",
    record_type="deal",
)
OPPORTUNITY_HISTORY = ObjectType(
    "OpportunityHistory",
    "changes",
    "change_id",
    "record_type = 'deal' and evidence = 'history'",
    STAMP,
    (
        *WITH_STAMP,
        Needed("record_id", ("OpportunityId",)),
        Needed("value", ("StageName",), "the stages a deal went through"),
        Needed("made_by", ("CreatedById",)),
    ),
    "when a deal entered a stage, so that its end is dated by its close date",
)
CONTACT_ROLE = ObjectType(
    "OpportunityContactRole",
    "contact_roles",
    "role_id",
    "true",
    STAMP,
    (
        *WITH_STAMP,
        Needed("opportunity_id", ("OpportunityId",)),
        Needed("contact_id", ("ContactId",), "the people behind deals that were made by hand"),
        Needed("is_primary", ("IsPrimary",)),
    ),
    "the people behind deals that were made by hand: only those that a lead was converted into have one",
)
TASK = ObjectType(
    "Task",
    "activities",
    "activity_id",
    "starts_with(activity_id, '00T')",
    STAMP,
    (
        *WITH_STAMP,
        Needed("who_id", ("WhoId",), "whom a call or e-mail was with"),
        Needed("owner", ("OwnerId",), "who called or wrote"),
        Needed("status", ("Status",)),
        Needed("is_done", ("IsClosed",), "which tasks were done"),
        Needed("happened", ("CompletedDateTime",), "when a call or e-mail took place: without it none counts"),
        Needed("subtype", ("TaskSubtype",), "which tasks are calls or e-mails, but for what Type says"),
        Needed("type", ("Type",)),
        Needed("direction", ("CallType",)),
        Needed("outcome", ("CallDisposition",)),
        Needed("made_by", ("CreatedById",)),
    ),
    "calls, e-mails and messages: no MQL has a first touch",
)
EVENT = ObjectType(
    "Event",
    "activities",
    "activity_id",
    "starts_with(activity_id, '00U')",
    STAMP,
    (
        *WITH_STAMP,
        Needed("who_id", ("WhoId",), "whom a meeting was with"),
        Needed("owner", ("OwnerId",), "who met"),
        Needed("happened", ("StartDateTime",), "when a meeting took place"),
        Needed("outcome", MEETING_OUTCOMES),
        # The copies that each invited colleague has of one meeting.
        Needed("is_copy", ("IsChild",)),
        Needed("made_by", ("CreatedById",)),
    ),
    "meetings",
)
CAMPAIGN_MEMBER = ObjectType(
    "CampaignMember",
    "changes",
    "change_id",
    "record_type = 'person' and starts_with(change_id, '00v')",
    STAMP,
    (
        *WITH_STAMP,
        Needed("campaign_id", ("CampaignId",)),
        Needed("lead_id", ("LeadId",)),
        Needed("contact_id", ("ContactId",)),
        Needed("has_responded", ("HasResponded",), "who responded to a campaign"),
        Needed("responded_on", ("FirstRespondedDate",), "when somebody responded to a campaign"),
    ),
    "the responses that sources.salesforce.stages_from names",
)

ALWAYS = (LEAD, LEAD_HISTORY, OPPORTUNITY, OPPORTUNITY_HISTORY, CONTACT_ROLE, TASK, EVENT)
TYPES = {t.name: t for t in (*ALWAYS, CAMPAIGN_MEMBER)}
