"""The table `step_delays`: how long each step takes, day by day, and how long records stay open at it.

Here: the two curves of a step. Not here: its rate (`conversion_rates`), or what they are used for (`pipeline_yield`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from models.conversion_rates import ConversionRate
from models.conversion_with_delay import Floats, conversion_curve, last_watched, share_due_by_age
from models.night import Night, Stage
from models.step_counts import NO_STEP, by_step

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class StepDelay:
    """How much of a step's conversions has come by each day after the entry, and who is still open by then.

    From the whole account's entries of the lookback; one row a step and day, up to the step's horizon, and beyond it
    as long as observe.min_sample unconverted entries are so old: what converts late comes, too.
    """

    SCHEMA: ClassVar[str] = "funnel"
    GRAIN: ClassVar[tuple[str, ...]] = ("from_stage", "day")
    CHECKS: ClassVar[tuple[str, ...]] = (
        "due >= 0 and still_open between 0 and 1",
        "day >= 0",
    )

    from_stage: Annotated[str, "the stage entered"]
    day: Annotated[int, "days since the entry"]
    due: Annotated[float, "conversions that have come by this day, over those within the horizon; 1 at it, more after"]
    still_open: Annotated[float, "share of the records that are neither further nor lost by this day, 0..1"]
    is_observed: Annotated[bool, "whether any conversion was seen; without one they are taken as evenly spread"]


def step_delays(
    night: Night,
    stages: list[Stage],
    conversion_rates: list[ConversionRate],
    step_outcomes: pd.DataFrame,
    open_records: pd.DataFrame,
) -> list[StepDelay]:
    """A row for each day of each step's horizon."""
    horizons = {r.from_stage: r.horizon_days for r in conversion_rates if r.segment is None}
    counted = by_step(step_outcomes)
    by_stage = dict(iter(open_records.groupby("stage", sort=False)))
    rows = []
    for stage in stages:
        if stage.next_stage is None:
            continue
        days = horizons[stage.stage]
        counts = counted.get((stage.stage, stage.next_stage), NO_STEP).whole
        recent = counts.aged(0, night.lookback_days - 1)
        curve = conversion_curve(recent, max(days, last_watched(recent, night.min_sample)))
        due = share_due_by_age(curve, days)
        still_open = open_by_age(by_stage.get(stage.stage, open_records.iloc[:0]), len(due) - 1)
        rows += [
            StepDelay(stage.stage, day, float(d), float(o), bool(curve[days] > 0))
            for day, (d, o) in enumerate(zip(due, still_open, strict=True))
        ]
    return rows


def open_by_age(records: pd.DataFrame, days: int) -> Floats:
    """The share of records still open at each age from 0 to `days`; 1 where no record says otherwise.

    Each record shows only whether it is open at the age it has now. The likeliest curve that never rises is the
    isotonic regression of the shares by age. Source: Ayer, Brunk, Ewing, Reid and Silverman (1955).
    """
    # Here, for it is slow to load, and the calculator never gets here.
    from scipy.optimize import isotonic_regression

    by_age = records[records["age_days"] <= days].groupby("age_days")[["entered", "still_open"]].sum()
    if by_age.empty:
        return np.ones(days + 1)
    entered = by_age["entered"].to_numpy(np.float64)
    share = by_age["still_open"].to_numpy(np.float64) / entered
    fitted = isotonic_regression(share, weights=entered, increasing=False).x
    # A day without entries takes the value of the last younger one that has them.
    place = np.searchsorted(by_age.index.to_numpy(), np.arange(days + 1), side="right") - 1
    return np.where(place < 0, 1.0, np.clip(fitted[np.maximum(place, 0)], 0.0, 1.0))
