"""The table `required_weekly`: the requirement of each stage, spread over the weeks of the period.

Here: which week carries how much. Not here: the requirement itself (`required_funnel`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import pandas as pd

from models.night import CalendarDay, Night
from models.required_funnel import RequiredFunnel
from models.rounding import spread
from models.working_calendar import weeks_of


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
    needed: Annotated[float | None, "records to deliver in it for the target, after what has come so far"]
    status: Annotated[str, "that of the requirement it is a part of"]


def required_weekly(
    night: Night, calendar: list[CalendarDay], required_funnel: list[RequiredFunnel], deliveries: pd.DataFrame
) -> list[RequiredWeekly]:
    """A row for each week of each stage of each target."""
    delivered = deliveries.set_index(["target", "stage", "week_start"])["entered"].to_dict()
    rows = []
    for need in required_funnel:
        if need.period_start is None or need.period_end is None:
            continue
        weeks = weeks_of(calendar, need.period_start, need.period_end)
        parts = spread(need.required, [float(w.working_days) for w in weeks])
        for number, (week, part) in enumerate(zip(weeks, parts, strict=True), start=1):
            has_begun = week.start <= night.as_of and need.actual_to_date is not None
            key = (need.target, need.stage, pd.Timestamp(week.start))
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
                    actual=int(delivered.get(key, 0)) if has_begun else None,
                    needed=None,
                    status=need.status,
                )
            )
    return rows
