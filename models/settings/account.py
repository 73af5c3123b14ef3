"""The account file's keys: what they mean, their defaults, and what is impossible between them.

Here: every key beside `sources`. Not here: reading the file or wording its mistakes (`read`).
"""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

import holidays
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from models.settings.fields import (
    CLOCK,
    CURRENCY,
    HOURS,
    NO_STAGE,
    STAGE,
    VARIABLE,
    Clock,
    Country,
    Day,
    NotNegative,
    Positive,
    Rate,
    Settings,
    Share,
    Text,
    YesNo,
    listed,
    matching,
    refuse,
    zone,
)
from models.settings.sources import SANDBOX_CURRENCY, Sources

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
DEFAULT_RATE = 0.5

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
StageName = Annotated[
    Text,
    AfterValidator(matching(STAGE, "is no stage name; use lower-case letters, digits and _, as in demo_held")),
]
Agreed = Literal["required"] | Positive | None
AgreedRate = Literal["required"] | Rate | None


def people_stages(stages: list[str]) -> list[str]:
    """The stages whose records are people: those before `opportunity`; without it, all but the last."""
    return stages[: stages.index("opportunity")] if "opportunity" in stages else stages[:-1]


class Target(Settings):
    """A revenue to reach over a period."""

    revenue: Positive = Field(description="the revenue to reach, in the account's currency")
    start: Day = Field(description="first day of the period")
    end: Day = Field(description="last day of the period")
    marketing_share: Rate = Field(1.0, description="share of the revenue that marketing's deals must bring")
    name: Text | None = Field(None, description="its name in the tables; by default its first day")
    segment: Text | None = Field(None, description="the segment it is for; null: the whole")

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "Target":
        if self.end < self.start:
            raise ValueError(f"ends on {self.end}, before it starts on {self.start}; swap the two, or correct one")
        return self

    @property
    def label(self) -> str:
        """The name in the tables."""
        return self.name or self.start.isoformat()


class Funnel(Settings):
    """The stages from first contact to a won deal."""

    stages: list[StageName] = Field(list(DEFAULT_STAGES), min_length=2, description="in order; the last is a won deal")
    handover: StageName | None = Field(
        "mql", description="the stage that marketing hands to sales; null where the funnel has none"
    )
    mapping: dict[Text, StageName] = Field(
        {}, description="CRM stage, by id or label → stage of the funnel, disqualified, recycled or ignore"
    )
    sales_sources: list[Text] = Field([], description="lead sources that are sales' own")
    segment_by: Literal["source", "owner", "team", "pipeline"] | None = Field(
        None, description="what splits the account"
    )

    @model_validator(mode="before")
    @classmethod
    def _default_handover_only_where_the_funnel_has_it(cls, value: Any) -> Any:
        if isinstance(value, dict) and "handover" not in value:
            stages = value.get("stages", DEFAULT_STAGES)
            if isinstance(stages, list) and "mql" not in stages:
                return {**value, "handover": None}
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> "Funnel":
        mistakes = []
        twice = sorted({s for s in self.stages if self.stages.count(s) > 1})
        if twice:
            mistakes.append(f"funnel.stages: names {', '.join(twice)} twice; name each stage once")
        reserved = sorted(set(self.stages) & set(NO_STAGE))
        if reserved:
            mistakes.append(f"funnel.stages: {reserved[0]} is a reserved word; choose another name")
        if self.handover is not None and self.handover not in self.stages:
            mistakes.append(
                f"funnel.handover: {self.handover} is not one of the stages ({', '.join(self.stages)}); "
                "name one of them, or null where the funnel has none"
            )
        elif self.handover is not None and self.handover not in people_stages(self.stages):
            mistakes.append(f"funnel.handover: {self.handover} is a stage of deals; name one of people, or null")
        for crm_stage, stage in self.mapping.items():
            if stage not in self.stages and stage not in NO_STAGE:
                mistakes.append(
                    f"funnel.mapping.{crm_stage}: {stage} is not one of the stages; "
                    f"use one of {', '.join([*self.stages, *NO_STAGE])}"
                )
        keys = [k.strip().lower() for k in self.mapping]
        mistakes += [
            f"funnel.mapping: names {k} twice (case and spaces do not count); keep one"
            for k in sorted({k for k in keys if keys.count(k) > 1})
        ]
        refuse(mistakes)
        return self


class Observe(Settings):
    """How the rates are measured."""

    lookback_days: int = Field(
        365, strict=True, ge=1, le=3650, description="days of entries that the rates are measured on"
    )
    horizon_days: int | None = Field(
        None,
        strict=True,
        ge=1,
        le=3650,
        description="days a record has to convert; null: chosen from the observed lags",
    )
    min_sample: int = Field(30, strict=True, ge=1, description="entries below which a rate is called a low sample")
    confidence: float = Field(0.8, strict=True, gt=0, lt=1, description="of every interval and of required_safe")


class Assume(Settings):
    """What is assumed where the CRM shows little."""

    conversion: Rate | dict[str, Rate] = Field(DEFAULT_RATE, description="one rate, or one a step: {mql_to_sql: 0.4}")
    average_deal: Positive = Field(1000.0, description="the average deal where none was won")
    weight: Positive = Field(20.0, description="entries that a written assumption counts for")


class Calendar(Settings):
    """When the account works."""

    working_weeks: Positive = Field(47.0, le=53, description="worked weeks a year")
    working_days: list[Weekday] = Field(["mon", "tue", "wed", "thu", "fri"], min_length=1, description="days worked")
    hours: Annotated[str, AfterValidator(matching(HOURS, "are no hours of a day; write them as 09:00-18:00"))] = Field(
        "09:00-18:00", description="working hours, local time"
    )
    holidays: Country | None = Field(None, description="a country or region whose holidays are days off: FR, US-CA")

    @field_validator("hours")
    @classmethod
    def _opens_before_it_closes(cls, value: str) -> str:
        opens, closes = value.split("-")
        if closes <= opens:
            raise ValueError("end before they begin; write them as 09:00-18:00")
        return value

    @field_validator("holidays")
    @classmethod
    def _is_a_country(cls, value: str | None) -> str | None:
        if value is not None:
            country, _, region = value.partition("-")
            try:
                holidays.country_holidays(country, subdiv=region or None, years=2026)
            except NotImplementedError:
                raise ValueError(
                    "is no country or region with known holidays; name it as FR, US or US-CA, or take the key out"
                ) from None
        return value


class RepShare(Settings):
    """A share of full time from a day on."""

    share: Share = Field(description="share of full time, 0 to 1")
    since: Day | None = Field(None, alias="from", description="first day it holds")


class Capacity(Settings):
    """What a rep can do, and who the reps are."""

    mqls_per_rep_week: Positive = Field(8.0, description="MQLs one rep can take a week")
    touches_per_rep_week: Positive = Field(20.0, description="calls and e-mails one rep can make a week")
    call_attempts_per_sql: NotNegative = Field(2.0, description="call attempts an SQL needs")
    emails_per_sql: NotNegative = Field(3.0, description="e-mails an SQL needs")
    open_sqls_per_rep: Positive | None = Field(None, description="open SQLs one rep can hold; null: no such ceiling")
    reps: dict[Text, Share | RepShare | list[RepShare]] = Field(
        {}, description="owner, by id or name → share of full time, or {share, from}"
    )
    rounding: Literal["nearest", "up"] = Field("nearest", description="how reps are rounded: nearest (half up) or up")


class MarketingPromise(Settings):
    """What marketing owes."""

    mql_volume: Agreed = Field("required", description="MQLs over the period")
    sql_rate: AgreedRate = Field("required", description="share of MQLs that become SQLs")


class SalesPromise(Settings):
    """What sales owes."""

    mqls_worked: Agreed = Field("required", description="MQLs worked over the period")
    sqls: Agreed = Field("required", description="SQLs over the period")
    win_rate: AgreedRate = Field("required", description="share of opportunities won")
    first_touch_hours: Positive | None = Field(9.0, description="hours within which an MQL is first touched")
    business_hours: YesNo = Field(True, description="whether those hours are working hours")
    call_attempts: NotNegative | None = Field(2.0, description="call attempts owed")
    emails: NotNegative | None = Field(3.0, description="e-mails owed")
    attempts_on: Literal["sql", "mql"] = Field("sql", description="the entry on which attempts are owed")
    within_days: Positive = Field(14.0, description="calendar days within which they are owed")
    share: Rate = Field(0.9, description="share of the MQLs (SQLs) the promise is for")
    exclude: list[Text] = Field([], description="users whose activities are no touches")


class Agreement(Settings):
    """The two-way agreement, from a day on."""

    since: Day | None = Field(None, alias="from", description="first day it holds; needed in a list")
    marketing: MarketingPromise = Field(MarketingPromise(), description="what marketing owes")
    sales: SalesPromise = Field(SalesPromise(), description="what sales owes")
    at_risk: Rate = Field(0.9, description="from this share of a commitment up to it: at risk; below: missed")


class Privacy(Settings):
    """What of a person leaves the CRM."""

    keep_names: YesNo = Field(False, description="whether contacts' names are kept")


class Notify(Settings):
    """Who hears of a night."""

    to: list[
        Annotated[
            str,
            AfterValidator(
                matching(
                    VARIABLE,
                    "is no name of an environment variable; put the address into one and name it here",
                )
            ),
        ]
    ] = Field([], description="names of environment variables that hold an address to notify")
    when: Literal["worse", "always"] = Field("worse", description="when something got worse, or every night")


class AccountSettings(Settings):
    """One account: where its records come from, what it must reach, and what both teams agreed to."""

    sources: Sources = Field(description="where the records come from")
    target: Annotated[list[Target], BeforeValidator(listed, json_schema_input_type=Target | list[Target])] = Field(
        min_length=1, description="the revenue to reach"
    )
    timezone: Annotated[Text, AfterValidator(zone)] | None = Field(
        None, description="decides every day, week, month and quarter; null: the CRM's own, else UTC"
    )
    currency: (
        Annotated[
            Text,
            AfterValidator(matching(CURRENCY, "is no currency code; write three capital letters, as in EUR")),
        ]
        | None
    ) = Field(None, description="the account's money; null: the CRM's own")
    language: Literal["en", "fr"] = Field("en", description="of the report and the messages")
    schedule: Annotated[Clock, AfterValidator(matching(CLOCK, 'is no time of day; write it in quotes as "05:00"'))] = (
        Field("05:00", description="local time after which the night runs")
    )
    funnel: Funnel = Field(Funnel(), description="the stages")
    observe: Observe = Field(Observe(), description="how the rates are measured")
    assume: Assume = Field(Assume(), description="what is assumed where the CRM shows little")
    calendar: Calendar = Field(Calendar(), description="when the account works")
    capacity: Capacity = Field(Capacity(), description="what a rep can do")
    sla: Annotated[list[Agreement], BeforeValidator(listed, json_schema_input_type=Agreement | list[Agreement])] = (
        Field(
            [Agreement()],
            min_length=1,
            description="the agreement: one block, or a list of blocks each with from",
        )
    )
    scenarios: dict[Text, dict[str, Positive | Annotated[float, Field(strict=True, ge=0)]]] = Field(
        {}, description="name → changed figures, as in {conversion.mql_to_sql: 0.4}"
    )
    privacy: Privacy = Field(Privacy(), description="what of a person leaves the CRM")
    notify: Notify = Field(Notify(), description="who hears of a night")

    @field_validator("target")
    @classmethod
    def _periods_do_not_overlap(cls, targets: list[Target]) -> list[Target]:
        names = [t.label for t in targets]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"has two entries called {twice[0]}; give each its own name")
        for i, one in enumerate(targets):
            for other in targets[i + 1 :]:
                if one.segment == other.segment and one.start <= other.end and other.start <= one.end:
                    raise ValueError(
                        f"has two periods that overlap ({one.label} and {other.label}); "
                        "let one end before the other starts"
                    )
        return targets

    @field_validator("sla")
    @classmethod
    def _blocks_are_dated(cls, blocks: list[Agreement]) -> list[Agreement]:
        if len(blocks) > 1:
            days = [b.since for b in blocks]
            if None in days:
                raise ValueError("is a list, but a block has no from; give each the first day it holds")
            if len(set(days)) < len(days):
                raise ValueError("has two blocks from one day; keep one of them")
        return blocks

    @model_validator(mode="after")
    def _hangs_together(self) -> "AccountSettings":
        steps = [f"{a}_to_{b}" for a, b in pairwise(self.funnel.stages)]
        mistakes = []
        if isinstance(self.assume.conversion, dict):
            mistakes += _unknown(self.assume.conversion, steps, "assume.conversion")
        levers = [f"conversion.{s}" for s in steps] + [
            "average_deal",
            "target.revenue",
            "calendar.working_weeks",
            *(f"capacity.{k}" for k in Capacity.model_fields if k not in ("reps", "rounding")),
        ]
        for name, changes in self.scenarios.items():
            mistakes += _unknown(changes, levers, f"scenarios.{name}")
        files = self.sources.files
        for people in files.people if files else []:
            mistakes += _unknown(people.stages, self.funnel.stages, "sources.files.people.stages")
        if self.money is None and files and any(d.amount for d in files.deals):
            mistakes.append("currency: is missing, but the deals have amounts; add it, as in currency: EUR")
        refuse(mistakes)
        return self

    @property
    def money(self) -> str | None:
        """The account's currency: as set, else the simulated company's, else the one code all its deal files are in."""
        if self.currency is not None:
            return self.currency
        if self.sources.sandbox is not None:
            return SANDBOX_CURRENCY
        deals = self.sources.files.deals if self.sources.files else []
        codes = {d.currency if isinstance(d.currency, str) else None for d in deals if d.amount}
        only = next(iter(codes), None) if len(codes) == 1 else None
        return only if only is not None and CURRENCY.fullmatch(only) else None

    def agreement_on(self, day: date) -> Agreement:
        """The block in force on `day`; before the first one starts, the first."""
        blocks = sorted(self.sla, key=lambda b: b.since or date.min)
        held = [b for b in blocks if (b.since or date.min) <= day]
        return held[-1] if held else blocks[0]


def _unknown(given: dict[str, Any], known: list[str], where: str) -> list[str]:
    return [
        f"{where}.{key}: is not part of this funnel; use one of {', '.join(known)}" for key in given if key not in known
    ]
