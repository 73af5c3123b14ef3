"""The keys `calendar` and `capacity`: when the team works, and how much a rep can carry.

Here: these blocks. Not here: the working time itself (models/working_calendar).
"""

from typing import Annotated, Literal

import holidays
from pydantic import AfterValidator, Field, field_validator

from models.settings.fields import HOURS, Country, Day, NotNegative, Positive, Settings, Share, Text, matching

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


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
