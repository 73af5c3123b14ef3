"""The table `required_funnel`: how many records of every stage the revenue target takes.

Here: the chain from revenue back to the first stage, and what of it is due tonight. Not here: the rates, the weeks
(`required_weekly`) or the reps (`required_reps`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.night import CalendarDay, Night, Stage, Target
from models.pipeline_yield import Delay, Flows, Rest, delays_of, due_at_end, flows, of_segment, passing
from models.rate_draws import DRAWS, drawn_rates
from models.required_safe import StepDraws, known_wins, safe_volume, wins_needed
from models.rest_of_period import last_useful_week, rest_of_period, still_needed, won_so_far
from models.rounding import TOLERANCE, ceil_whole
from models.status import worst
from models.step_delays import StepDelay
from models.target_scope import Scope, delivered, delivered_so_far, past_amounts, scopes
from models.working_calendar import weeks_of, worked_weeks

if TYPE_CHECKING:
    import pandas as pd

IN_FORCE = "where segment is null and as_of between period_start and period_end"


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

    # Of the target in force.
    PLOTS: ClassVar[tuple[str, ...]] = (
        f"required by stage: sum(required_exact) filter ({IN_FORCE})",
        f"delivered by stage: sum(actual_to_date) filter ({IN_FORCE})",
        f"due by stage: sum(due_to_date) filter ({IN_FORCE})",
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
    required_safe: Annotated[int | None, "least records that reach the revenue with the probability `confidence`"]
    confidence: Annotated[float, "the probability that required_safe speaks of, 0..1"]
    agreed: Annotated[int | None, "records agreed on over the whole period"]
    agreed_per_week: Annotated[float | None, "agreed in a worked week"]
    actual_to_date: Annotated[int | None, "records delivered in the period by as_of; NULL: the CRM does not show them"]
    due_to_date: Annotated[float | None, "records due by as_of, at an even pace over the working days"]
    expected_from_open: Annotated[
        float | None, "records that those open tonight at earlier stages will bring in the rest of the period"
    ]
    remaining_exact: Annotated[
        float | None,
        "records still needed beside what is open, coming in evenly and in time; NULL: too late for any to help",
    ]
    remaining_per_week: Annotated[float | None, "the same, in a worked week of the rest of the period"]
    weeks_left: Annotated[float | None, "worked weeks left in the period"]
    last_useful_week: Annotated[
        date | None,
        "first day of the last week in which a new record helps: 10 % of its customers come in time; NULL: unknown",
    ]
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
    deliveries_by_segment: pd.DataFrame,
    won_deals: pd.DataFrame,
    step_delays: list[StepDelay],
    open_records: pd.DataFrame,
    new_records: pd.DataFrame,
    agreements: pd.DataFrame,
) -> list[RequiredFunnel]:
    """A row for each stage of each target; of a target for the whole also one for each segment with won deals."""
    delays = delays_of(step_delays)
    rows = []
    for scope in scopes(night, targets, conversion_rates, average_deal):
        came = delivered(scope.target.target, scope.segment, deliveries, deliveries_by_segment)
        found = flows(
            stages,
            scope.rates,
            delays,
            of_segment(open_records, scope.segment),
            of_segment(new_records, scope.segment),
            Rest.of(night.as_of, scope.target.period_start, scope.target.period_end),
        )
        agreed = agreed_volumes(agreements, scope.target.target, scope.segment, _week_start(calendar, night.as_of))
        rows += _rows_of(night, stages, calendar, scope, delivered_so_far(came), agreed, won_deals, delays, found)
    return rows


def _rows_of(
    night: Night,
    stages: list[Stage],
    calendar: list[CalendarDay],
    scope: Scope,
    so_far: Mapping[str, int],
    agreed: Mapping[str, tuple[float, float | None]],
    won_deals: pd.DataFrame,
    delays: Mapping[str, Delay],
    found: Flows,
) -> list[RequiredFunnel]:
    target, rates, worth = scope.target, scope.rates, scope.deal.worth
    steps = [Step(r.rate, r.deals_per_person) for r in rates]
    customers = customers_needed(
        target.revenue, target.marketing_share * scope.share, scope.deal.mean, scope.deal.paying
    )
    needed = carry_back(customers, steps)
    weeks = worked_weeks(target.period_start, target.period_end, night.working_weeks)
    elapsed = _elapsed_share(calendar, target, night.as_of)
    is_shown = shown_stages(stages, rates)
    safe = _safe(night, scope, won_deals)
    rest = rest_of_period(calendar, target, night.as_of, night.working_weeks)
    from_open = found.expected_from_open(passing([s.rate * s.deals_per_person for s in steps]))
    won = won_so_far(target, night.as_of, won_deals, scope.segment, worth)
    missing = max(customers - won / worth - float(from_open[-1]), 0.0)
    if missing < TOLERANCE * customers:
        missing = 0.0
    due = due_at_end(stages, delays, (target.period_end - target.period_start).days)
    rows = []
    for i, (stage, exact) in enumerate(zip(stages, needed, strict=True)):
        if stage.unit not in scope.units:
            continue
        rate = rates[i] if i < len(rates) else None
        per_week = exact / weeks if weeks else None
        remaining = still_needed(missing, customers / exact, due[i], rest, target.period_end)
        knows_delays = all(delays[s.stage].is_observed for s in stages[i:-1])
        rows.append(
            RequiredFunnel(
                as_of=night.as_of,
                target=target.target,
                segment=scope.segment,
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
                required_safe=safe[i],
                confidence=night.confidence,
                agreed=ceil_whole(agreed[stage.stage][0]) if stage.stage in agreed else None,
                agreed_per_week=agreed[stage.stage][1] if stage.stage in agreed else None,
                actual_to_date=so_far.get(stage.stage, 0) if is_shown[stage.stage] else None,
                due_to_date=exact * elapsed if elapsed is not None else None,
                expected_from_open=float(from_open[i]),
                remaining_exact=remaining,
                remaining_per_week=remaining / rest.worked_weeks
                if remaining is not None and rest.worked_weeks
                else None,
                weeks_left=rest.worked_weeks,
                last_useful_week=last_useful_week(calendar, target, due[i]) if knows_delays else None,
                status=worst([scope.deal.status, *(r.status for r in rates[i:])]),
            )
        )
    return rows


def agreed_volumes(
    agreements: pd.DataFrame, target: str, segment: str | None, day: date
) -> dict[str, tuple[float, float | None]]:
    """What was agreed of each stage, by the terms in force on a day: over the period, and in a worked week."""
    import pandas as pd

    if agreements.empty:
        return {}
    is_segment = agreements["segment"].isna() if segment is None else agreements["segment"] == segment
    own = agreements[(agreements["target"] == target) & is_segment & (agreements["commitment"] == "required")]
    if own.empty:
        return {}
    starts = own["valid_from"]
    begun = starts[starts <= pd.Timestamp(day)]
    held = own[starts == (begun.max() if len(begun) else starts.min())]
    return {
        str(row.stage): (float(row.value), None if pd.isna(row.per_week) else float(row.per_week))
        for row in held.itertuples()
    }


def _week_start(calendar: Sequence[CalendarDay], day: date) -> date:
    return next((d.week_start for d in calendar if d.day == day), day)


def _safe(night: Night, scope: Scope, won_deals: pd.DataFrame) -> list[int | None]:
    """The safe volume of each stage, first stage first."""
    revenue = scope.target.revenue * scope.target.marketing_share * scope.share
    amounts = past_amounts(night, scope, won_deals)
    wins = wins_needed(revenue, amounts, DRAWS) if len(amounts) else known_wins(revenue, scope.deal.worth)
    drawn = drawn_rates(scope.rates, night.confidence)
    # A known rate is one draw, and a plan of known figures costs nothing.
    steps = [
        StepDraws(drawn[:, i] if r.rate_low < r.rate_high else drawn[:1, i], r.deals_per_person)
        for i, r in enumerate(scope.rates)
    ]
    return [safe_volume(steps[i:], wins, night.confidence) for i in range(len(steps) + 1)]


def shown_stages(stages: list[Stage], rates: list[ConversionRate]) -> dict[str, bool]:
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
