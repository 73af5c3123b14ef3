"""The plan without a CRM: typed figures in, the three plan tables out, by the same functions as every night.

Here: what `sla plan` computes. Not here: options and printing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np

from models.required_funnel import RequiredFunnel, Step, carry_back, customers_needed
from models.required_reps import Effort, RequiredReps, reps_row
from models.required_safe import StepDraws, known_wins, safe_volume
from models.required_weekly import RequiredWeekly
from models.rounding import ceil_whole, spread
from models.settings.funnel import people_stages
from models.settings.team import Calendar
from models.working_calendar import calendar_days, weeks_of, worked_weeks


@dataclass(frozen=True)
class TypedPlan:
    """The figures of a plan, all typed in."""

    revenue: float
    average_deal: float
    stages: Sequence[str]
    rates: Sequence[float]
    """one a step, in the order of the funnel"""
    effort: Effort
    rounding: str = "nearest"
    handover: str | None = "mql"
    marketing_share: float = 1.0
    deals_per_person: float = 1.0
    working_weeks: float = 47.0
    period: tuple[date, date] | None = None
    """None: a year of `working_weeks` numbered weeks"""
    holidays: str | None = None
    confidence: float = 0.8


@dataclass(frozen=True)
class PlanTables:
    """What a plan consists of."""

    required_funnel: list[RequiredFunnel]
    required_reps: list[RequiredReps]
    required_weekly: list[RequiredWeekly]


def typed_plan(plan: TypedPlan) -> PlanTables:
    """The plan tables of typed figures; every status is `ok`, for nothing in it was measured."""
    people = people_stages(list(plan.stages))
    steps = [
        Step(rate, plan.deals_per_person if stage == people[-1] else 1.0) if people else Step(rate)
        for stage, rate in zip(plan.stages, plan.rates, strict=False)
    ]
    needed = carry_back(customers_needed(plan.revenue, plan.marketing_share, plan.average_deal), steps)
    weeks = worked_weeks(*plan.period, plan.working_weeks) if plan.period else plan.working_weeks
    known = [StepDraws(np.array([s.rate]), s.deals_per_person) for s in steps]
    wins = known_wins(plan.revenue * plan.marketing_share, plan.average_deal)
    funnel = []
    for i, (stage, exact) in enumerate(zip(plan.stages, needed, strict=True)):
        step = steps[i] if i < len(steps) else None
        row = _funnel_row(plan, i, stage, stage in people, step, exact, exact / weeks if weeks else None)
        funnel.append(replace(row, required_safe=safe_volume(known[i:], wins, plan.confidence)))
    reps = reps_row({r.stage: r for r in funnel}, plan.handover, plan.effort, plan.rounding, None)
    return PlanTables(funnel, [reps], _weekly(plan, funnel))


def _funnel_row(
    plan: TypedPlan,
    i: int,
    stage: str,
    is_people: bool,
    step: Step | None,
    exact: float,
    per_week: float | None,
) -> RequiredFunnel:
    start, end = plan.period or (None, None)
    return RequiredFunnel(
        as_of=None,
        target="plan",
        segment=None,
        period_start=start,
        period_end=end,
        position=i + 1,
        stage=stage,
        unit="people" if is_people else "deals",
        rate_to_next=step.rate if step else None,
        deals_per_person=step.deals_per_person if step else 1.0,
        required=ceil_whole(exact),
        required_exact=exact,
        per_week=per_week,
        required_safe=None,
        confidence=plan.confidence,
        agreed=None,
        agreed_per_week=None,
        actual_to_date=None,
        due_to_date=None,
        expected_from_open=None,
        remaining_exact=None,
        remaining_per_week=None,
        weeks_left=None,
        last_useful_week=None,
        status="ok",
    )


def _weekly(plan: TypedPlan, funnel: Sequence[RequiredFunnel]) -> list[RequiredWeekly]:
    weights: list[float]
    starts: list[date | None]
    working_days: list[int | None]
    if plan.period:
        calendar = Calendar(holidays=plan.holidays)
        days = calendar_days(calendar, ZoneInfo("UTC"), *plan.period, periods=[plan.period])
        weeks = weeks_of(days, *plan.period)
        weights = [float(w.working_days) for w in weeks]
        starts, working_days = [w.start for w in weeks], [w.working_days for w in weeks]
    else:
        whole = ceil(plan.working_weeks)
        weights = [1.0] * (whole - 1) + [plan.working_weeks - (whole - 1)]
        starts, working_days = [None] * whole, [None] * whole
    return [
        RequiredWeekly(
            as_of=None,
            target="plan",
            segment=None,
            week_no=number,
            week_start=start,
            working_days=days_worked,
            stage=need.stage,
            required=part,
            actual=None,
            needed=None,
            status="ok",
        )
        for need in funnel
        for number, (start, days_worked, part) in enumerate(
            zip(starts, working_days, spread(need.required, weights), strict=True), start=1
        )
    ]
