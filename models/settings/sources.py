"""The keys under `sources`: where an account's people, deals and touches come from.

Here: the keys and what makes them impossible together. Not here: reading any source.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from models.settings.fields import Day, Rate, Settings, Text, listed

SANDBOX_CURRENCY = "EUR"

SourceName = Literal["hubspot", "salesforce", "files", "sandbox"]
Columns = Annotated[list[Text], BeforeValidator(listed, json_schema_input_type=Text | list[Text])]
# A column's name, or all the names it has had.
Column = Text | Annotated[list[Text], Field(min_length=1)]
DateOrder = Literal["day_first", "month_first"]


class HubSpot(Settings):
    """A HubSpot portal."""

    pipelines: list[Text] = Field([], description="deal pipelines to read, by id or label; empty: all")
    api_budget_share: Rate = Field(0.5, description="share of the portal's daily API calls that may be used")
    crm_api_version: Text = Field("v3", description="version of HubSpot's CRM API")


class StageFrom(Settings):
    """What dates the entries into a stage, instead of the history of statuses."""

    field: Text | None = Field(None, description="a date field of Lead, by its API name, as in MQL_Date__c")
    campaign: Text | None = Field(None, description="a campaign, by name or id: a response to it is the entry")

    @model_validator(mode="after")
    def _names_one(self) -> "StageFrom":
        if (self.field is None) == (self.campaign is None):
            raise ValueError("names neither or both of field and campaign; write one of the two")
        return self


class Salesforce(Settings):
    """A Salesforce org."""

    record_types: list[Text] = Field([], description="opportunity record types to read; empty: all")
    stages_from: dict[str, StageFrom] = Field(
        {}, description="stage of people → where its date comes from, as in {mql: {field: MQL_Date__c}}"
    )
    api_budget_share: Rate = Field(0.5, description="share of the org's daily API calls that may be used")
    api_version: Text = Field("66.0", description="version of Salesforce's API")


PATH = "CSV, Excel, Parquet or JSON file, a folder of them or a pattern (leads-*.csv), relative to this settings file"
SHEET = "the sheet of a workbook; null: the first that holds anything"
DATES = "how 03/04/2026 is read: day_first or month_first; null: as the other cells tell"


class Status(Settings):
    """A column with the CRM's own stage of a person."""

    column: Column = Field(description="the column; its values are mapped by funnel.mapping")
    at: Column | None = Field(
        None, description="the column with the date of that status; without it the status is not dated"
    )


class People(Settings):
    """An export of people: leads, contacts."""

    path: Text = Field(description=PATH)
    id: Column = Field(description="the column with the person's id")
    created: Column | None = Field(None, description="the column with the day or moment of creation")
    source: Column | None = Field(None, description="the column with the lead source")
    owner: Column | None = Field(None, description="the column with the owner's id or name")
    stages: dict[str, Column] = Field({}, description="stage of the funnel → the column with the date it was entered")
    status: Status | None = Field(None, description="a column with the CRM's own stage, and its date")
    outcome: Column | None = Field(None, description="a column that says disqualified, recycled, or a mapped status")
    outcome_at: Column | None = Field(None, description="the column with the date of the outcome")
    reason: Column | None = Field(None, description="the column with the reason of the outcome")
    dates: DateOrder | None = Field(None, description=DATES)
    sheet: Text | None = Field(None, description=SHEET)


class Deals(Settings):
    """An export of deals: opportunities, orders."""

    path: Text = Field(description=PATH)
    id: Column = Field(description="the column with the deal's id")
    person: Column | None = Field(None, description="the column with the id of its person; several are separated by ;")
    created: Column | None = Field(None, description="the column with the day or moment of creation")
    closed: Column | None = Field(None, description="the column with the closing date")
    amount: Column | None = Field(None, description="the column with the deal's value")
    currency: Column | None = Field(None, description="an ISO code for all deals, or the column that holds it")
    owner: Column | None = Field(None, description="the column with the owner's id or name")
    stage: Column | None = Field(None, description="the column with the CRM's deal stage")
    won: Columns = Field([], description="values of the stage column that mean won")
    lost: Columns = Field([], description="values of the stage column that mean lost")
    won_at: Column | None = Field(None, description="a column with the date it was won")
    lost_at: Column | None = Field(None, description="a column with the date it was lost")
    dates: DateOrder | None = Field(None, description=DATES)
    decimals: Literal["comma", "point"] | None = Field(
        None, description="how 1.234 is read: the mark before decimals; null: as the other cells tell"
    )
    sheet: Text | None = Field(None, description=SHEET)

    @model_validator(mode="after")
    def _says_what_a_deal_is(self) -> "Deals":
        if not (self.created or self.closed or self.won_at or self.lost_at or self.stage):
            raise ValueError("names no date and no stage, so no row is a deal; add created, closed, won_at or stage")
        if (self.won or self.lost) and self.stage is None:
            raise ValueError("has won or lost values but no stage column; add stage: with the name of that column")
        both = {w.strip().lower() for w in self.won} & {x.strip().lower() for x in self.lost}
        if both:
            raise ValueError(f"calls {', '.join(sorted(both))} both won and lost; keep it in one of the two")
        return self


class Touches(Settings):
    """An export of sales activities: calls, e-mails, meetings."""

    path: Text = Field(description=PATH)
    id: Column = Field(description="the column with the activity's id")
    person: Column = Field(description="the column with the person's id")
    at: Column = Field(description="the column with the moment it took place")
    kind: Column = Field(description="call, email, meeting or message, or the column that says which")
    owner: Column | None = Field(None, description="the column with who did it, by id or name")
    direction: Column | None = Field(None, description="the column that says inbound or outbound; without it: outbound")
    automated: Column | None = Field(None, description="the column that says whether a machine did it")
    outcome: Column | None = Field(None, description="the column with how it ended")
    logged_at: Column | None = Field(None, description="the column with the moment it was recorded")
    dates: DateOrder | None = Field(None, description=DATES)
    sheet: Text | None = Field(None, description=SHEET)


class Reps(Settings):
    """An export of the sales team."""

    path: Text = Field(description=PATH)
    id: Column = Field(description="the column with the owner's id, as the other exports name owners")
    name: Column | None = Field(None, description="the column with the name shown")
    team: Column | None = Field(None, description="the column with the team")
    sheet: Text | None = Field(None, description=SHEET)


class Files(Settings):
    """Exports of any CRM; each part may be one file or a list of them."""

    people: Annotated[list[People], BeforeValidator(listed, json_schema_input_type=People | list[People])] = Field(
        [], description="people: leads, contacts"
    )
    deals: Annotated[list[Deals], BeforeValidator(listed, json_schema_input_type=Deals | list[Deals])] = Field(
        [], description="deals: opportunities, orders"
    )
    touches: Annotated[list[Touches], BeforeValidator(listed, json_schema_input_type=Touches | list[Touches])] = Field(
        [], description="sales activities"
    )
    reps: Annotated[list[Reps], BeforeValidator(listed, json_schema_input_type=Reps | list[Reps])] = Field(
        [], description="the sales team"
    )

    @model_validator(mode="after")
    def _names_something(self) -> "Files":
        if not self.people and not self.deals:
            raise ValueError("names neither people nor deals; add at least one of the two")
        return self


class Sandbox(Settings):
    """A simulated company; its money is SANDBOX_CURRENCY."""

    people: int = Field(20_000, strict=True, ge=1, le=1_000_000, description="people in its CRM over two years")
    seed: int = Field(1, strict=True, ge=0, lt=2**31, description="another number is another company")
    as_: Literal["files", "hubspot", "salesforce"] = Field(
        "files", alias="as", description="how it is read: as export files, or as that CRM"
    )
    last_day: Day | None = Field(
        None, alias="today", description="the last day of its history; null: the day each night speaks for"
    )


class Sources(Settings):
    """Where the account's records come from: one or more of these."""

    hubspot: HubSpot | None = Field(None, description="a HubSpot portal")
    salesforce: Salesforce | None = Field(None, description="a Salesforce org")
    files: Files | None = Field(None, description="exports of any CRM")
    sandbox: Sandbox | None = Field(None, description="a simulated company, to try things on")

    @model_validator(mode="before")
    @classmethod
    def _a_bare_name_takes_the_defaults(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: {} if v is None and k in ("hubspot", "salesforce", "sandbox") else v for k, v in value.items()}
        return value

    @model_validator(mode="after")
    def _names_one(self) -> "Sources":
        if not self.names:
            raise ValueError("names no source; add hubspot, salesforce or files")
        others = [n for n in self.names if n != "sandbox"]
        if self.sandbox is not None and others:
            raise ValueError(
                f"names sandbox and {', '.join(others)}, but a simulated company has no real records; keep one of them"
            )
        return self

    @property
    def names(self) -> list[SourceName]:
        """The sources the account uses."""
        found: list[SourceName] = []
        if self.hubspot is not None:
            found.append("hubspot")
        if self.salesforce is not None:
            found.append("salesforce")
        if self.files is not None:
            found.append("files")
        if self.sandbox is not None:
            found.append("sandbox")
        return found
