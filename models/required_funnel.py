"""The table `required_funnel`: how many records of every stage the revenue target takes.

Here: the chain from revenue back to the first stage, and what of it is due tonight. Not here: the rates, the weeks
(`required_weekly`) or the reps (`required_reps`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import pandas as pd

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.night import CalendarDay, Night, Stage, Target
from models.rounding import ceil_whole
from models.status import worst
from models.working_calendar import weeks_of, worked_weeks


@dataclass(frozen=True, slots=True)
class RequiredFunnel:
    """What a revenue target requires of each stage of the funnel over its period, beside what has come.

    Carried exactly from the customers back, rounded up once for display. Read with `status`: it is the worst of the
    figures the row rests on.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "target", "segment", "stage")
    CHECKS: ClassVar[tuple[str, ...]] = (
        "required >= required_exact - 0.001 and required_exact > 0",
        "rate_to_next > 0 and rate_to_next <= 1 and deals_per_person > 0",
    )

    as_of: Annotated[date | None, "the day this night speaks for; NULL in the calculator"]
    target: Annotated[str, "the target's name"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    period_start: Annotated[date | None, "first day of the target's period"]
    period_end: Annotated[date | None, "last day of the target's period"]
    position: Annotated[int, "the stage's place in the funnel, from 1"]
    stage: Annotated[str, "the canonical stage"]
    unit: Annotated[str, "what is counted there: people or deals"]
    rate_to_next: Annotated[float | None, "share that reaches the next stage, 0..1; NULL for the last"]
    deals_per_person: Annotated[float, "weighted deals of a person with at least one; 1 where the unit stays"]
    required: Annotated[int, "records needed over the whole period, rounded up"]
    required_exact: Annotated[float, "the same, exact"]
    per_week: Annotated[float | None, "needed in a worked week; NULL: the period has none"]
    required_safe: Annotated[int | None, "records that reach the target with the probability `confidence`"]
    confidence: Annotated[float, "the probability that required_safe speaks of, 0..1"]
    agreed: Annotated[int | None, "records agreed on over the whole period"]
    agreed_per_week: Annotated[float | None, "agreed in a worked week"]
    actual_to_date: Annotated[int | None, "records delivered in the period by as_of; NULL: the CRM does not show them"]
    due_to_date: Annotated[float | None, "records due by as_of, at an even pace over the working days"]
    expected_from_open: Annotated[float | None, "records that today's open ones will still bring in the period"]
    remaining_exact: Annotated[float | None, "records still needed, beside what is open"]
    remaining_per_week: Annotated[float | None, "the same, in a worked week of the rest of the period"]
    weeks_left: Annotated[float | None, "worked weeks left in the period"]
    last_useful_week: Annotated[date | None, "first day of the last week in which a new record still helps"]
    status: Annotated[str, "the worst status of the figures this row rests on"]


@dataclass(frozen=True)
class Step:
    """What carries a requirement back over one step; raises ValueError for a rate or a number of deals that none has.

    A rate of 0 would ask for infinitely many, one above 1 for fewer records than come of them.
    """

    rate: float
    """share of records that reach the next stage, 0..1"""
    deals_per_person: float = 1.0
    """weighted deals of a person with at least one; 1 where the unit stays"""

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 1:
            raise ValueError(f"a rate of {self.rate:g} carries no requirement; give one above 0 and at most 1")
        if not 0 < self.deals_per_person < math.inf:
            raise ValueError(f"{self.deals_per_person:g} deals a person carry no requirement; give more than 0")


def customers_needed(revenue: float, marketing_share: float, average: float, paying_share: float = 1.0) -> float:
    """Won deals that bring the revenue, exact: revenue × share / (mean × paying share)."""
    return revenue * marketing_share / (average * paying_share)


def carry_back(customers: float, steps: Sequence[Step]) -> list[float]:
    """Records needed at each stage, exact, first stage first; `steps` are in the order of the funnel."""
    needed = [customers]
    for step in reversed(steps):
        needed.append(needed[-1] / (step.rate * step.deals_per_person))
    return needed[::-1]


def required_funnel(
    night: Night,
    stages: list[Stage],
    targets: list[Target],
    calendar: list[CalendarDay],
    conversion_rates: list[ConversionRate],
    average_deal: list[AverageDeal],
    deliveries: pd.DataFrame,
) -> list[RequiredFunnel]:
    """A row for each stage of each target."""
    rows = []
    for target in targets:
        rates = _of_segment(conversion_rates, target.segment)
        deals = {a.segment: a for a in average_deal}
        deal = deals.get(target.segment) or deals.get(None)
        rows += _rows_of(night, stages, target, calendar, rates, deal, deliveries)
    return rows


def _of_segment(rates: list[ConversionRate], segment: str | None) -> list[ConversionRate]:
    """The segment's rates; those of the whole where it has none."""
    return [r for r in rates if r.segment == segment] or [r for r in rates if r.segment is None]


def _rows_of(
    night: Night,
    stages: list[Stage],
    target: Target,
    calendar: list[CalendarDay],
    rates: list[ConversionRate],
    deal: AverageDeal | None,
    deliveries: pd.DataFrame,
) -> list[RequiredFunnel]:
    mean, paying, deal_status = night.assumed_average_deal, 1.0, "no_denominator"
    if deal is not None and deal.mean and deal.paying_share:
        mean, paying, deal_status = deal.mean, deal.paying_share, deal.status
    steps = [Step(r.rate, r.deals_per_person) for r in rates]
    needed = carry_back(customers_needed(target.revenue, target.marketing_share, mean, paying), steps)
    weeks = worked_weeks(target.period_start, target.period_end, night.working_weeks)
    elapsed = _elapsed_share(calendar, target, night.as_of)
    delivered = deliveries[deliveries["target"] == target.target].groupby("stage")["entered"].sum()
    is_shown = _shown(stages, rates)
    rows = []
    for i, (stage, exact) in enumerate(zip(stages, needed, strict=True)):
        rate = rates[i] if i < len(rates) else None
        per_week = exact / weeks if weeks else None
        rows.append(
            RequiredFunnel(
                as_of=night.as_of,
                target=target.target,
                segment=target.segment,
                period_start=target.period_start,
                period_end=target.period_end,
                position=stage.position,
                stage=stage.stage,
                unit=stage.unit,
                rate_to_next=rate.rate if rate else None,
                deals_per_person=rate.deals_per_person if rate else 1.0,
                required=ceil_whole(exact),
                required_exact=exact,
                per_week=per_week,
                required_safe=None,
                confidence=night.confidence,
                agreed=ceil_whole(exact),
                agreed_per_week=per_week,
                actual_to_date=int(delivered.get(stage.stage, 0)) if is_shown[stage.stage] else None,
                due_to_date=exact * elapsed if elapsed is not None else None,
                expected_from_open=None,
                remaining_exact=None,
                remaining_per_week=None,
                weeks_left=None,
                last_useful_week=None,
                status=worst([deal_status, *(r.status for r in rates[i:])]),
            )
        )
    return rows


def _shown(stages: list[Stage], rates: list[ConversionRate]) -> dict[str, bool]:
    """Whether the CRM shows entries into each stage, so that none delivered means none."""
    shown = {}
    for i, stage in enumerate(stages):
        after = rates[i].entered is not None if i < len(rates) else False
        before = rates[i - 1].entered is not None and rates[i - 1].status != "not_mapped" if i else False
        shown[stage.stage] = stage.is_mapped or (after and rates[i].status != "not_mapped") or before
    return shown


def _elapsed_share(calendar: list[CalendarDay], target: Target, as_of: date) -> float | None:
    """The share of the period's working days up to and including as_of; None where it has none."""
    weeks = weeks_of(calendar, target.period_start, target.period_end)
    whole = sum(w.working_days for w in weeks)
    done = sum(d.is_working_day for d in calendar if target.period_start <= d.day <= min(as_of, target.period_end))
    return done / whole if whole else None
