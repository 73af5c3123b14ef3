"""The table `required_weekly`: the requirement of each stage, spread over the weeks of the period.

Here: which week carries how much. Not here: the requirement itself (`required_funnel`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar

from models.night import CalendarDay, Night
from models.required_funnel import RequiredFunnel
from models.rounding import spread
from models.target_scope import delivered
from models.working_calendar import Week, weeks_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RequiredWeekly:
    """The required volume of each stage, week by week; whole numbers that sum to the requirement of the period.

    Weeks start on Monday and are cut at the period's ends; a week with holidays carries less.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "target", "segment", "stage", "week_no")
    CHECKS: ClassVar[tuple[str, ...]] = ("required >= 0 and actual >= 0",)

    as_of: Annotated[date | None, "the day this night speaks for; NULL in the calculator"]
    target: Annotated[str, "the target's name"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    week_no: Annotated[int, "the week's number within the period, from 1"]
    week_start: Annotated[date | None, "its first day; NULL in a plan without dates"]
    working_days: Annotated[int | None, "days worked in it; NULL in a plan without dates"]
    stage: Annotated[str, "the canonical stage"]
    required: Annotated[int, "records to deliver in this week"]
    actual: Annotated[
        int | None, "records delivered in it by as_of; NULL: it has not begun, or the CRM does not show them"
    ]
    needed: Annotated[
        float | None,
        "records to deliver in what is left of it for the target, those from open ones included; "
        "NULL: it is over, or too late for any to help",
    ]
    status: Annotated[str, "that of the requirement it is a part of"]


def required_weekly(
    night: Night,
    calendar: list[CalendarDay],
    required_funnel: list[RequiredFunnel],
    deliveries: pd.DataFrame,
    deliveries_by_segment: pd.DataFrame,
) -> list[RequiredWeekly]:
    """A row for each week of each stage of each target, and of each segment of it."""
    import pandas as pd

    rows = []
    for need in required_funnel:
        if need.period_start is None or need.period_end is None:
            continue
        came = delivered(need.target, need.segment, deliveries, deliveries_by_segment)
        by_week = came.set_index(["stage", "week_start"])["entered"].to_dict()
        weeks = weeks_of(calendar, need.period_start, need.period_end)
        parts = spread(need.required, [float(w.working_days) for w in weeks])
        ahead = days_ahead(calendar, weeks, night.as_of)
        for number, (week, part) in enumerate(zip(weeks, parts, strict=True), start=1):
            has_begun = week.start <= night.as_of and need.actual_to_date is not None
            rows.append(
                RequiredWeekly(
                    as_of=need.as_of,
                    target=need.target,
                    segment=need.segment,
                    week_no=number,
                    week_start=week.start,
                    working_days=week.working_days,
                    stage=need.stage,
                    required=part,
                    actual=int(by_week.get((need.stage, pd.Timestamp(week.start)), 0)) if has_begun else None,
                    needed=_needed(need, ahead[number - 1], sum(ahead)) if week.end > night.as_of else None,
                    status=need.status,
                )
            )
    return rows


def days_ahead(calendar: list[CalendarDay], weeks: list[Week], as_of: date) -> list[int]:
    """The days still to be worked in each week."""
    ahead = [d.day for d in calendar if d.is_working_day and d.day > as_of]
    return [sum(w.start <= day <= w.end for day in ahead) for w in weeks]


def _needed(need: RequiredFunnel, days: int, days_left: int) -> float | None:
    """What a week with `days` of the `days_left` must bring: new records, and those that open ones bring."""
    if need.remaining_exact is None or days_left == 0:
        return None
    if need.remaining_exact == 0.0:
        return 0.0
    return (need.remaining_exact + (need.expected_from_open or 0.0)) * days / days_left
