"""How often the interval of a rate holds the truth, and how far the rate is from it, on companies of known laws.

Here: the measuring, for a small case in the tests and the long proof in benchmarks/. Not here: what is good enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.conversion_rates import conversion_rates
from tests.simulated_company import Law, company, opened, step_outcomes

STEADY = (Law(0.5, 20), Law(0.5, 15), Law(0.3, 40))
SLOW = (Law(0.5, 60), Law(0.4, 45), Law(0.3, 90))

# What an account assumes that says nothing, with the weight of one entry.
ASSUMED = 0.5


@dataclass(frozen=True)
class Fared:
    """How the rate of one step fared over all companies; errors in points."""

    step: str
    entered: float
    effective: float
    """effective entries, the mean"""
    covered: float
    """share of the companies whose interval holds the truth, in per cent"""
    error: float
    """of `rate`, the signed mean: its bias"""
    plain_error: float
    """of converted / entered, of the same records"""
    distance: float
    """of `rate`, the mean whatever its sign: bias and the luck of the draw"""
    plain_distance: float
    """of converted / entered"""
    drawn: float
    """the part of the bias that is the assumption's: 50 % that count for one entry where the account wrote none down"""


def fared(laws: Sequence[Law], per_day: float, first_day: int, seeds: int, lookback: int = 365) -> list[Fared]:
    """One row a step. The truth is the share of all records that converts within the horizon the night chose."""
    settings = opened(observe={"lookback_days": lookback})
    found: list[list[tuple[float, ...]]] = [[] for _ in laws]
    for seed in range(seeds):
        outcomes = step_outcomes(company(seed, laws, per_day, first_day=first_day))
        rows = conversion_rates(settings.night, settings.stages, outcomes)
        for of_step, law, row in zip(found, laws, rows, strict=True):
            truth = law.share_within(row.horizon_days)
            plain = row.observed_rate if row.observed_rate is not None else np.nan
            is_held = row.rate_low <= truth <= row.rate_high
            errors = row.rate - truth, plain - truth
            distances = abs(errors[0]), abs(errors[1])
            drawn = (ASSUMED - truth) / (row.effective_entered + 1)
            of_step.append((float(row.entered or 0), row.effective_entered, float(is_held), *errors, *distances, drawn))
    return [
        Fared(row.from_stage, *np.nanmean(np.array(of_step), axis=0) * [1, 1, *[100] * 6])
        for row, of_step in zip(rows, found, strict=True)
    ]
