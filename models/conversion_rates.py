"""The table `conversion_rates`: what share of each stage reaches the next one, as the CRM shows it tonight.

Here: which records are the cohort, statuses, and the words for how a rate was got. Not here: the estimators
(`conversion_with_delay`) or the counting (`step_outcomes`, in SQL).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from models.conversion_with_delay import (
    Counts,
    Estimate,
    Floats,
    conversion_curve,
    drawn_rate,
    effective_entered,
    horizon,
    quantile,
    share_certain,
    share_due_by_age,
    watched_too_short,
)
from models.night import Night, Stage
from models.step_counts import NO_STEP, Step, StepCounts, by_step

if TYPE_CHECKING:
    import pandas as pd

# Entries that the whole account's rate counts for in a segment's.
SEGMENT_WEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class ConversionRate:
    """How many records of each stage reach the next one, with sample size, interval, delay and status.

    One row a step and segment each night. A cohort: the records that were at from_stage within the lookback, and
    what became of these very records; never the ratio of two months' counts.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "segment", "from_stage", "to_stage")
    CHECKS: ClassVar[tuple[str, ...]] = (
        "rate > 0 and rate <= 1 and deals_per_person > 0",
        "0 <= rate_low and rate_low <= rate_high and rate_high <= 1",
        "entered = converted + lost + still_open",
    )

    PLOTS: ClassVar[tuple[str, ...]] = (
        "rate by from_stage || '_to_' || to_stage: max(rate) filter (where segment is null)",
        "sample by from_stage || '_to_' || to_stage: max(effective_entered) filter (where segment is null)",
    )

    as_of: Annotated[date, "the day this night speaks for"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    from_stage: Annotated[str, "the stage entered"]
    to_stage: Annotated[str, "the stage after it"]
    unit: Annotated[str, "what is counted at from_stage: people or deals"]
    window_start: Annotated[date, "first day of the cohort's entries"]
    window_end: Annotated[date, "last day of the cohort's entries"]
    horizon_days: Annotated[int, "days a record has to convert"]
    entered: Annotated[int | None, "records that were at from_stage in the window; NULL: the CRM does not show it"]
    converted: Annotated[int | None, "of these, the ones that reached to_stage or beyond by as_of"]
    lost: Annotated[int | None, "of these, the ones lost or disqualified without reaching it"]
    still_open: Annotated[int | None, "of these, the ones that may still reach it"]
    effective_entered: Annotated[float, "entries, each counted by the share of its time to convert that has passed"]
    observed_rate: Annotated[float | None, "converted / entered, 0..1; too low while records are young"]
    mature_rate: Annotated[
        float | None,
        "share converted within the horizon, 0..1, of the entries old enough to tell; NULL: none is",
    ]
    rate: Annotated[float, "the rate the plan uses, 0..1: open records corrected for, drawn toward the assumption"]
    rate_low: Annotated[float, "lower end of its interval at observe.confidence"]
    rate_high: Annotated[float, "upper end of its interval at observe.confidence"]
    deals_per_person: Annotated[float, "weighted deals of a person with at least one; 1 where the unit stays"]
    median_days: Annotated[float | None, "median days between two entries that the CRM shows; NULL: none converted"]
    p90_days: Annotated[float | None, "days within which 90 % of those conversions came"]
    status: Annotated[str, "not_mapped, no_denominator, immature, low_sample or ok"]
    method: Annotated[str, "how the rate was got, in words"]


def conversion_rates(night: Night, stages: list[Stage], step_outcomes: pd.DataFrame) -> list[ConversionRate]:
    """A row for each step of the funnel: the whole, then each segment, drawn toward the whole."""
    steps = [s for s in stages if s.next_stage is not None]
    counted = by_step(step_outcomes)
    seen = _seen(counted)
    of_step = {s.stage: counted.get((s.stage, str(s.next_stage)), NO_STEP) for s in steps}
    delays = {stage: _delays(night, step.whole) for stage, step in of_step.items()}
    whole = [_whole_row(night, s, delays[s.stage], of_step[s.stage].whole) for s in steps]
    passed = {r.from_stage for r in whole if r.entered}
    rows = _unseen_stages_apart(stages, whole, seen, passed)
    for segment in sorted({name for step in counted.values() for name in step.segments}):
        of_segment = [
            _segment_row(night, s, delays[s.stage], of_step[s.stage].of(segment), of_whole, segment)
            for s, of_whole in zip(steps, whole, strict=True)
        ]
        # Split after it was drawn toward the whole's way, so that the way's rate is the segment's own.
        rows += _unseen_stages_apart(stages, of_segment, seen, passed)
    return rows


def _seen(counted: Mapping[tuple[str, str], Step]) -> set[str]:
    """The stages into which the CRM shows at least one entry."""
    return {start for (start, _), step in counted.items() if step.whole.is_from_explicit.any()} | {
        end for (_, end), step in counted.items() if step.whole.is_to_explicit.any()
    }


@dataclass(frozen=True)
class _Delays:
    """What the whole account shows of how long a step takes."""

    due: Floats
    """of the conversions within the horizon, the share that has come by each day up to it"""
    known: float
    """of the effective entries, the share that is certain"""
    within: str
    """the horizon in words"""


def _delays(night: Night, counts: Counts) -> _Delays:
    days = min(
        night.horizon_days or horizon(counts, night.min_sample, night.lookback_days),
        night.lookback_days,
    )
    recent = counts.aged(0, night.lookback_days - 1)
    within = f"within {days} days"
    if night.horizon_days is None and days == watched_too_short(counts):
        within += ", as long as enough of them were watched,"
    return _Delays(share_due_by_age(conversion_curve(recent, days)), share_certain(recent, days), within)


def _whole_row(night: Night, stage: Stage, delays: _Delays, counts: StepCounts) -> ConversionRate:
    assumed = stage.assumed_rate if stage.assumed_rate is not None else 1.0
    return _row(night, stage, counts, delays, assumed, stage.assumed_weight, None, "assumed")


def _segment_row(
    night: Night, stage: Stage, delays: _Delays, counts: StepCounts, whole: ConversionRate, segment: str
) -> ConversionRate:
    return _row(night, stage, counts, delays, whole.rate, SEGMENT_WEIGHT, segment, "whole account's")


def _row(
    night: Night,
    stage: Stage,
    counts: StepCounts,
    delays: _Delays,
    toward: float,
    weight: float,
    segment: str | None,
    toward_whose: str,
) -> ConversionRate:
    cohort, days = counts.aged(0, night.lookback_days - 1), len(delays.due) - 1
    effective = effective_entered(cohort, delays.due)
    within = cohort.converted_within(days)
    lost = int(cohort.records[cohort.is_lost].sum())
    mature = counts.aged(days, days + night.lookback_days - 1)
    estimate = drawn_rate(within, effective, toward, weight, night.confidence)
    certain = drawn_rate(within * delays.known, effective * delays.known, toward, weight, night.confidence)
    shown = cohort.where(cohort.is_from_explicit & cohort.is_to_explicit & ~np.isnan(cohort.lag_days))
    return ConversionRate(
        as_of=night.as_of,
        segment=segment,
        from_stage=stage.stage,
        to_stage=str(stage.next_stage),
        unit=stage.unit,
        window_start=night.as_of - timedelta(days=night.lookback_days - 1),
        window_end=night.as_of,
        horizon_days=days,
        entered=cohort.entered,
        converted=cohort.converted,
        lost=lost,
        still_open=cohort.entered - cohort.converted - lost,
        effective_entered=effective,
        observed_rate=cohort.converted / cohort.entered if cohort.entered else None,
        mature_rate=mature.converted_within(days) / mature.entered if mature.entered else None,
        rate=estimate.rate,
        rate_low=certain.low,
        rate_high=certain.high,
        deals_per_person=_deals_per_person(cohort),
        median_days=quantile(shown.lag_days, shown.records, 0.5),
        p90_days=quantile(shown.lag_days, shown.records, 0.9),
        status=_status(cohort.entered, effective, night.min_sample),
        method=_method(within, effective, delays.within, toward, weight, toward_whose, cohort.entered),
    )


def _deals_per_person(cohort: StepCounts) -> float:
    with_deal = cohort.deals_weight > 0
    people = float(cohort.records[with_deal].sum())
    return float(cohort.deals_weight[with_deal].sum()) / people if people else 1.0


def _status(entered: int, effective: float, min_sample: int) -> str:
    if entered == 0:
        return "no_denominator"
    if effective < entered / 2:
        return "immature"
    if effective < min_sample:
        return "low_sample"
    return "ok"


def _method(
    converted: int, effective: float, within: str, toward: float, weight: float, whose: str, entered: int
) -> str:
    if entered == 0:
        return f"nobody entered: the {whose} rate of {toward:.1%}"
    return (
        f"{converted:,} converted {within} of {effective:,.1f} effective entries, "
        f"drawn toward the {whose} {toward:.1%} with the weight of {weight:g}"
    )


def _unseen_stages_apart(
    stages: Sequence[Stage], rows: list[ConversionRate], seen: set[str], passed: set[str]
) -> list[ConversionRate]:
    """The rows, with the steps around stages that the CRM never shows told apart from measured ones.

    Through such a stage only the whole way from the last stage seen to the next one is measured. That rate is split
    over its steps in the proportion of their assumptions, so that the earlier stages' requirement stays right; with
    no stage seen on one side the assumptions stand. `seen` and `passed`: the stages that the account's CRM shows
    entries into, and those that its records have been at.
    """
    names = [s.stage for s in stages]
    unseen = [n not in seen and (n in passed or not s.is_mapped) for n, s in zip(names, stages, strict=True)]
    result = list(rows)
    i = 0
    while i < len(rows):
        if not (unseen[i] or unseen[i + 1]):
            i += 1
            continue
        end = i
        while end + 1 < len(rows) and unseen[end + 1]:
            end += 1
        is_measured = not unseen[i] and not unseen[end + 1] and rows[i].from_stage in passed
        for k in range(i, end + 1):
            is_mapped = stages[k].is_mapped and stages[k + 1].is_mapped
            result[k] = _assumed_row(rows, stages, (i, end), k, is_measured, is_mapped)
        i = end + 1
    return result


def _assumed_row(
    rows: list[ConversionRate],
    stages: Sequence[Stage],
    span: tuple[int, int],
    k: int,
    is_measured: bool,
    is_mapped: bool,
) -> ConversionRate:
    first, last = span
    assumed = [float(stages[n].assumed_rate or 1.0) for n in range(first, last + 1)]
    if is_measured:
        logs = [math.log(m) for m in assumed]
        share = logs[k - first] / sum(logs) if sum(logs) else 1.0 / len(logs)
        way = rows[first]
        estimate = Estimate(way.rate**share, way.rate_low**share, way.rate_high**share)
        method = (
            f"the CRM shows only the way from {stages[first].stage} to {stages[last + 1].stage} ({way.method}); "
            "it is split over its steps as the assumptions are"
        )
    else:
        m = assumed[k - first]
        estimate = Estimate(m, m, m)
        method = f"the CRM does not show both ends of this step: the assumed rate of {m:.1%}"
    # Only the first of several steps has entries of its own: the way's.
    is_way = is_measured and k == first
    return replace(
        rows[k],
        entered=rows[k].entered if is_way else None,
        converted=rows[k].converted if is_way else None,
        lost=rows[k].lost if is_way else None,
        still_open=rows[k].still_open if is_way else None,
        effective_entered=rows[k].effective_entered if is_way else 0.0,
        observed_rate=None,
        mature_rate=None,
        rate=estimate.rate,
        rate_low=estimate.low,
        rate_high=estimate.high,
        median_days=None,
        p90_days=None,
        status="no_denominator" if is_mapped else "not_mapped",
        method=method,
    )
