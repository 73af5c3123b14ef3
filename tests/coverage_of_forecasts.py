"""How often the interval of a forecast holds what the period ends with, on companies of known laws.

Here: the measuring, for a small case in the tests and the long proof in benchmarks/. Not here: what is good enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.average_deal import average_deal
from models.conversion_rates import conversion_rates
from models.forecast import Forecast, forecast
from models.step_delays import step_delays
from tests import simulated_company as sim

PERIOD_ENDS = 184
"""the day after the night of day 0 on which the year ends"""
YEAR_BEGINS = -180


@dataclass(frozen=True)
class Foretold:
    """How the forecast of one stage fared over all companies."""

    stage: str
    came: float
    """records by the end of the period, the mean"""
    to_come: float
    """those of them that came after the night"""
    covered: float
    """share of the companies whose interval holds what came, in per cent"""
    below: float
    """share in which less came than its lower end, in per cent"""
    error: float
    """expected less came, over what was to come, in per cent"""
    width: float
    """of the interval, over what was to come, in per cent"""


def foretold(
    laws: Sequence[sim.Law], per_day: float, first_day: int, seeds: Sequence[int], day: int = 0
) -> list[Foretold]:
    """One row a stage of the year's forecasts made on the night of a day."""
    found: dict[str, list[tuple[float, ...]]] = {s: [] for s in sim.STAGES}
    for seed in seeds:
        of = sim.company(seed, laws, per_day, first_day=first_day, last_day=PERIOD_ENDS)
        for row, at in zip(year_of(of, day), [*of.entered, of.customers], strict=True):
            came = int(((at >= YEAR_BEGINS) & (at <= PERIOD_ENDS)).sum())
            to_come = int(((at > day) & (at <= PERIOD_ENDS)).sum())
            found[row.stage].append(
                (came, to_come, row.low <= came <= row.high, came < row.low, row.expected, row.high - row.low)
            )
    rows = []
    for stage, of_stage in found.items():
        came, to_come, held, below, expected, width = np.array(of_stage, dtype=np.float64).T
        share = 100 / to_come.mean()
        rows.append(
            Foretold(
                stage,
                came.mean(),
                to_come.mean(),
                held.mean() * 100,
                below.mean() * 100,
                (expected - came).mean() * share,
                width.mean() * share,
            )
        )
    return rows


def year_of(of: sim.Company, day: int) -> list[Forecast]:
    """The forecast of the year, stage by stage, as the night of a day makes it."""
    opened = sim.opened(day)
    night, stages, targets = opened.night, opened.stages, opened.targets
    outcomes = sim.step_outcomes(of, day)
    still_open = sim.open_records(outcomes)
    rates = conversion_rates(night, stages, outcomes)
    by_segment = sim.deliveries_by_segment(of, targets, opened.calendar, day)
    return forecast(
        night,
        stages,
        targets,
        rates,
        average_deal(night, targets, sim.won_deals(of, day)),
        sim.deliveries(by_segment),
        by_segment,
        step_delays(night, stages, rates, outcomes, still_open),
        still_open,
        sim.new_records(of, day),
    )
