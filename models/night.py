"""The rows of the `settings` tables: what a night knows before it reads the CRM.

Here: the shape of each table. Not here: how the account file is read and checked
(`account_settings`), or how its rows are made (`open_night`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class Night:
    """The open night: one row with the day it speaks for and every single-valued setting."""

    GRAIN: ClassVar[tuple[str, ...]] = ("account",)

    account: Annotated[str, "the account's name, that of its settings file"]
    as_of: Annotated[date, "the day this night speaks for, in the account's time zone"]
    day_end_at: Annotated[datetime, "UTC instant that ends as_of; facts at or after it do not count"]
    cut_off_at: Annotated[datetime, "UTC instant the sources were read; facts recorded later do not count"]
    is_replay: Annotated[bool, "whether as_of was over before the day of this run's yesterday"]
    full_refresh: Annotated[bool, "whether the CRM is read whole and published nights are replaced"]
    timezone: Annotated[str, "IANA zone that decides every day, week, month and quarter"]
    currency: Annotated[str | None, "ISO code of the account's money"]
    language: Annotated[str, "en or fr"]
    handover: Annotated[str | None, "the stage that marketing hands to sales"]
    segment_by: Annotated[str | None, "source, owner, team or pipeline; NULL: no segments"]
    lookback_days: Annotated[int, "days of entries that the rates are measured on"]
    horizon_days: Annotated[int | None, "days a record has to convert; NULL: chosen from the observed lags"]
    min_sample: Annotated[int, "effective entries below which a rate is a low sample"]
    confidence: Annotated[float, "of every interval and of required_safe, 0..1"]
    working_weeks: Annotated[float, "worked weeks a year"]
    assumed_average_deal: Annotated[float, "the average deal where none was won, in the account's currency"]
    mqls_per_rep_week: Annotated[float, "MQLs one full-time rep can take a week"]
    touches_per_rep_week: Annotated[float, "calls and e-mails one full-time rep can make a week"]
    call_attempts_per_sql: Annotated[float, "call attempts an SQL needs"]
    emails_per_sql: Annotated[float, "e-mails an SQL needs"]
    open_sqls_per_rep: Annotated[float | None, "open SQLs one full-time rep can hold; NULL: no ceiling"]
    rounding: Annotated[str, "how reps are rounded: nearest (half up) or up"]
    at_risk: Annotated[float, "share of a commitment below which it is missed"]
    agree: Annotated[bool, "whether tonight's plan is agreed on anew"] = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the account's funnel, in order."""

    GRAIN: ClassVar[tuple[str, ...]] = ("stage",)

    stage: Annotated[str, "the canonical stage"]
    position: Annotated[int, "its place in the funnel, from 1"]
    unit: Annotated[str, "what is counted there: people or deals"]
    next_stage: Annotated[str | None, "the stage after it; NULL for the last"]
    is_handover: Annotated[bool, "whether marketing hands over here"]
    is_mapped: Annotated[bool, "whether the settings name a place in the CRM that dates entries into it"]
    assumed_rate: Annotated[float | None, "share assumed to reach next_stage, 0..1; NULL for the last"]
    assumed_weight: Annotated[float, "entries the assumption counts for: assume.weight where written down, else 1"]


@dataclass(frozen=True, slots=True)
class StageMapping:
    """What a CRM stage, by id or label, means in this funnel."""

    GRAIN: ClassVar[tuple[str, ...]] = ("crm_stage_key",)

    crm_stage_key: Annotated[str, "the CRM's stage id or label: lower case, trimmed"]
    stage: Annotated[str, "canonical stage, or disqualified, recycled, ignore"]
    is_built_in: Annotated[bool, "whether it is the shipped mapping rather than the account's"]


@dataclass(frozen=True, slots=True)
class SalesSource:
    """A lead source that is sales' own: its people and deals are not marketing's."""

    GRAIN: ClassVar[tuple[str, ...]] = ("lead_source_key",)

    lead_source_key: Annotated[str, "the lead source: lower case, trimmed"]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the account's working calendar."""

    GRAIN: ClassVar[tuple[str, ...]] = ("day",)

    day: Annotated[date, "the day, in the account's time zone"]
    week_start: Annotated[date, "first day of its week: Monday, or the first day of a target's period within the week"]
    is_working_day: Annotated[bool, "a working day of the settings that is no holiday"]
    opens_at: Annotated[datetime, "UTC instant the working hours begin; with no working hours, the day's start"]
    closes_at: Annotated[datetime, "UTC instant the working hours end; with no working hours, equal to opens_at"]
    open_seconds: Annotated[int, "seconds between the two; 0 on a day off"]
    open_seconds_before: Annotated[int, "open seconds of all earlier days of this calendar"]


@dataclass(frozen=True, slots=True)
class Target:
    """A revenue target over a period."""

    GRAIN: ClassVar[tuple[str, ...]] = ("target",)

    target: Annotated[str, "its name; by default its first day"]
    segment: Annotated[str | None, "the segment it is for; NULL: the whole"]
    revenue: Annotated[float, "the revenue to reach, in the account's currency"]
    period_start: Annotated[date, "its first day"]
    period_end: Annotated[date, "its last day"]
    marketing_share: Annotated[float, "share of the revenue that marketing's deals must bring, 0..1"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """A term that marketing or sales agreed to, from a day on."""

    GRAIN: ClassVar[tuple[str, ...]] = ("valid_from", "side", "commitment")

    valid_from: Annotated[date, "first day it holds; 0001-01-01 for a block without a date"]
    side: Annotated[str, "marketing, sales, or plan for what judges both"]
    commitment: Annotated[str, "as in the settings: mql_volume, sql_rate, first_touch_hours, at_risk, ..."]
    value: Annotated[float | None, "the agreed figure; NULL: the agreed plan's own"]
    option: Annotated[str | None, "a term that is no figure: attempts_on (sql or mql), exclude (comma-separated)"]


@dataclass(frozen=True, slots=True)
class RepShare:
    """A rep named in the settings with a share of full time."""

    GRAIN: ClassVar[tuple[str, ...]] = ("owner_key", "share_from")

    owner_key: Annotated[str, "the owner's id or name: lower case, trimmed"]
    share: Annotated[float, "share of full time, 0..1"]
    share_from: Annotated[date, "first day the share holds; 0001-01-01 where the settings give none"]


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """A figure that a named scenario of the settings changes."""

    GRAIN: ClassVar[tuple[str, ...]] = ("scenario", "lever")

    scenario: Annotated[str, "the scenario's name"]
    lever: Annotated[str, "what it changes, as in conversion.mql_to_sql"]
    value: Annotated[float, "what it changes it to"]
