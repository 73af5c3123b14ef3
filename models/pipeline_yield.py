"""What the records in a funnel bring, and when: those open tonight by stage and age, and those still to come.

Here: flows through the steps, day by day, from rates and delays. Not here: how these were measured
(`conversion_rates`, `step_delays`), or what is made of the flows (`required_funnel`, `forecast`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.conversion_rates import ConversionRate
from models.conversion_with_delay import Floats
from models.night import Stage
from models.step_delays import StepDelay

if TYPE_CHECKING:
    import pandas as pd

PACE_DAYS = 91


@dataclass(frozen=True)
class Delay:
    """A step's delay; arrays by days since the entry, up to the step's horizon or beyond it."""

    due: Floats
    """its conversions that have come by each day, over those within the horizon; more than 1 after it"""
    still_open: Floats
    """share of its records that are neither further nor lost by each day"""
    is_observed: bool
    """whether any conversion was seen"""

    @property
    def on_day(self) -> Floats:
        """Its conversions that come on each day, over those within the horizon."""
        return np.diff(self.due, prepend=0.0)


def delays_of(step_delays: Sequence[StepDelay]) -> dict[str, Delay]:
    """The steps' delays by the stage they start from."""
    rows: dict[str, list[StepDelay]] = {}
    for row in step_delays:
        rows.setdefault(row.from_stage, []).append(row)
    return {
        stage: Delay(
            np.array([r.due for r in of_step]), np.array([r.still_open for r in of_step]), of_step[0].is_observed
        )
        for stage, of_step in rows.items()
    }


@dataclass(frozen=True)
class Rest:
    """The days of a period that are still to come, counted from the night."""

    first: int
    """the first of them: 1 for the day after the night, more where the period has not begun"""
    last: int
    """the last of them; below `first`: the period is over"""

    @classmethod
    def of(cls, as_of: date, start: date, end: date) -> Rest:
        """The rest of the period from `start` to `end`."""
        return cls(max((start - as_of).days, 1), max((end - as_of).days, 0))


@dataclass(frozen=True)
class Flows:
    """What records bring to later stages within the rest of a period, were every rate 1.

    The rates come in as a factor: what stage i brings to stage k is the flow times the rates of the steps between.
    """

    from_open: Floats
    """from the records open at stage i to stage k"""
    from_new: Floats
    """from those that are met at stage i in days to come, at the pace of late; to stage i itself: they themselves"""
    open_records: Floats
    """how many are open at each stage"""
    new_seen: Floats
    """how many were met at each stage in the days that make the pace"""

    def expected_from_open(self, factors: Floats) -> Floats:
        """Records that the open ones bring to each stage; `factors` are those of `passing`."""
        return np.asarray((self.from_open * factors).sum(axis=0))

    def expected_from_new(self, factors: Floats) -> Floats:
        """Records that those to come bring to each stage."""
        return np.asarray((self.from_new * factors).sum(axis=0))


def passing(steps: Sequence[float]) -> Floats:
    """What a record at stage i counts for at stage k where each step brings `steps`: their product; 0 before it."""
    n = len(steps) + 1
    factors = np.zeros((n, n))
    for i in range(n):
        factors[i, i:] = np.cumprod([1.0, *steps[i:]])
    return factors


def of_segment(records: pd.DataFrame, segment: str | None) -> pd.DataFrame:
    """The rows of a segment; all of them for the whole."""
    return records if segment is None else records[records["segment"] == segment]


def flows(
    stages: Sequence[Stage],
    rates: Sequence[ConversionRate],
    delays: Mapping[str, Delay],
    open_records: pd.DataFrame,
    new_records: pd.DataFrame,
    rest: Rest,
) -> Flows:
    """The flows of one segment, or of the whole: its rates, and the counts of its records."""
    n = len(stages)
    from_open, from_new = np.zeros((n, n)), np.zeros((n, n))
    opened, seen = np.zeros(n), np.zeros(n)
    span = rest.last + 1
    counted = (np.arange(span) >= rest.first).astype(np.float64)
    for i, stage in enumerate(stages):
        at_stage = open_records[open_records["stage"] == stage.stage]
        if i < n - 1:
            step = delays[stage.stage]
            opened[i] = float(at_stage["still_open"].sum())
            flow = _first_flow(at_stage, step, rates[i].rate, span)
            for k in range(i + 1, n):
                from_open[i, k] = flow @ counted
                if k < n - 1:
                    flow = np.convolve(flow, delays[stages[k].stage].on_day)[:span]
        seen[i] = float(new_records.loc[new_records["stage"] == stage.stage, "records"].sum())
        if seen[i]:
            days = min(PACE_DAYS, int(at_stage["age_days"].max()) + 1) if len(at_stage) else PACE_DAYS
            flow = np.full(span, seen[i] / days)
            flow[0] = 0.0
            for k in range(i, n):
                from_new[i, k] = flow @ counted
                if k < n - 1:
                    flow = np.convolve(flow, delays[stages[k].stage].on_day)[:span]
    return Flows(from_open, from_new, opened, seen)


def _first_flow(at_stage: pd.DataFrame, delay: Delay, rate: float, span: int) -> Floats:
    """What the open records of a stage bring to the next one on each day to come, over the step's rate.

    Of the records of an age, rate x (last due - due) will still convert, and all of these are among the open ones: an
    open one does so with that chance / share open. One older than the delay goes brings nothing.
    """
    last = len(delay.due) - 1
    waiting = np.bincount(
        np.minimum(at_stage["age_days"].to_numpy(np.int64), last),
        weights=at_stage["still_open"].to_numpy(np.float64),
        minlength=last + 1,
    )
    share_open = np.maximum(delay.still_open, rate * (delay.due[-1] - delay.due))
    weight = np.divide(waiting, share_open, out=np.zeros(last + 1), where=share_open > 1e-12)
    # Day d of the flow: the sum over ages a of weight[a] x on_day[a + d].
    later = np.convolve(weight[::-1], delay.on_day)[last : last + span]
    flow = np.zeros(span)
    flow[: len(later)] = later
    flow[0] = 0.0
    return flow


def due_at_end(stages: Sequence[Stage], delays: Mapping[str, Delay], days: int) -> list[Floats]:
    """For each stage, the share of its later customers that have come by each day after the entry, up to `days`.

    A step of which no conversion was seen takes no time here: nothing is known of its delay. Those that come after a
    step's horizon are left out, as they are of its rate.
    """
    result = [np.ones(days + 1)]
    on_day = np.zeros(days + 1)
    on_day[0] = 1.0
    for stage in reversed(stages[:-1]):
        if delays[stage.stage].is_observed:
            within = np.diff(np.minimum(delays[stage.stage].due, 1.0), prepend=0.0)
            on_day = np.convolve(on_day, within)[: days + 1]
        result.append(np.cumsum(on_day))
    return result[::-1]
