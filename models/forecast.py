"""The table `forecast`: what each target's period will end with, as things stand tonight.

Here: what has come, what is open and what is still to come, put together with an interval. Not here: the delays
(`step_delays`) or what the target takes (`required_funnel`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.conversion_with_delay import Floats
from models.night import Night, Stage, Target
from models.pipeline_yield import Flows, Rest, delays_of, flows, of_segment, passing
from models.rate_draws import DRAWS, SEED, drawn_rates
from models.required_funnel import shown_stages
from models.status import worst
from models.step_delays import StepDelay
from models.target_scope import delivered, delivered_so_far, scopes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the period of a target will end with at each stage, if new records keep coming at the pace of late.

    Delivered so far, plus what the records open tonight will bring in the period, plus what those that come later
    will.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "target", "segment", "stage")
    CHECKS: ClassVar[tuple[str, ...]] = ("0 <= low and low <= expected and expected <= high",)

    as_of: Annotated[date, "the day this night speaks for"]
    target: Annotated[str, "the target's name"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    stage: Annotated[str, "the canonical stage"]
    expected: Annotated[float | None, "records of the stage by the period's end; NULL: the CRM does not show them"]
    low: Annotated[float | None, "lower end of its interval at observe.confidence"]
    high: Annotated[float | None, "upper end of its interval at observe.confidence"]
    status: Annotated[str, "the worst status of the rates it rests on"]


def forecast(
    night: Night,
    stages: list[Stage],
    targets: list[Target],
    conversion_rates: list[ConversionRate],
    average_deal: list[AverageDeal],
    deliveries: pd.DataFrame,
    deliveries_by_segment: pd.DataFrame,
    step_delays: list[StepDelay],
    open_records: pd.DataFrame,
    new_records: pd.DataFrame,
) -> list[Forecast]:
    """A row for each stage of each target, and of each segment of it."""
    delays = delays_of(step_delays)
    rows = []
    for scope in scopes(night, targets, conversion_rates, average_deal):
        target, rates = scope.target, scope.rates
        so_far = delivered_so_far(delivered(target.target, scope.segment, deliveries, deliveries_by_segment))
        found = flows(
            stages,
            rates,
            delays,
            of_segment(open_records, scope.segment),
            of_segment(new_records, scope.segment),
            Rest.of(night.as_of, target.period_start, target.period_end),
        )
        factors = passing([r.rate * r.deals_per_person for r in rates])
        still_to_come = found.expected_from_open(factors) + found.expected_from_new(factors)
        low, high = interval(found, rates, night.confidence)
        is_shown = shown_stages(stages, rates)
        for i, stage in enumerate(stages):
            if stage.unit not in scope.units:
                continue
            came, shown = so_far.get(stage.stage, 0), is_shown[stage.stage]
            to_come = float(still_to_come[i])
            rows.append(
                Forecast(
                    as_of=night.as_of,
                    target=target.target,
                    segment=scope.segment,
                    stage=stage.stage,
                    expected=came + to_come if shown else None,
                    low=came + min(float(low[i]), to_come) if shown else None,
                    high=came + max(float(high[i]), to_come) if shown else None,
                    status=worst(r.status for r in rates[:i]),
                )
            )
    return rows


def interval(found: Flows, rates: Sequence[ConversionRate], confidence: float) -> tuple[Floats, Floats]:
    """The equal-tailed interval of what is still to come at each stage: rates, pace and luck may all be otherwise.

    Open records are a binomial draw each, new ones a Poisson stream whose pace is a Gamma draw.
    """
    rng = np.random.default_rng([SEED, 3])
    drawn = drawn_rates(rates, confidence) * np.array([r.deals_per_person for r in rates])
    n = len(rates) + 1
    pace = np.divide(
        rng.gamma(found.new_seen + 0.5, size=(DRAWS, n)),
        found.new_seen,
        where=found.new_seen > 0,
        out=np.zeros((DRAWS, n)),
    )
    low, high = np.zeros(n), np.zeros(n)
    for k in range(n):
        total = np.zeros(DRAWS)
        for i in range(k + 1):
            factor = drawn[:, i:k].prod(axis=1)
            total += rng.poisson(found.from_new[i, k] * pace[:, i] * factor)
            records = int(found.open_records[i])
            if records and found.from_open[i, k] > 0:
                expected = found.from_open[i, k] * factor
                # More than one deal a person: no binomial has that mean.
                total += np.where(
                    expected < records,
                    rng.binomial(records, np.minimum(expected / records, 1.0)),
                    rng.poisson(expected),
                )
        low[k], high[k] = np.quantile(total, [(1 - confidence) / 2, (1 + confidence) / 2])
    return low, high
