"""The account file's keys: what they mean, their defaults, and what is impossible between them.

Here: the file as a whole, with `target`, `privacy` and `notify`. Not here: `sources` and the other blocks (the
modules beside this one), reading the file, or wording its mistakes (`read`).
"""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from models.settings.fields import (
    CLOCK,
    CURRENCY,
    VARIABLE,
    Clock,
    Day,
    Positive,
    Rate,
    Settings,
    Text,
    YesNo,
    listed,
    matching,
    refuse,
    zone,
)
from models.settings.funnel import Assume, Funnel, Observe, people_stages
from models.settings.promises import Agreement
from models.settings.sources import SANDBOX_CURRENCY, Sources
from models.settings.team import Calendar, Capacity


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
        salesforce = self.sources.salesforce
        mistakes += _unknown(
            salesforce.stages_from if salesforce else {},
            people_stages(self.funnel.stages),
            "sources.salesforce.stages_from",
        )
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
