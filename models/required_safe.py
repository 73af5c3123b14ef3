"""How many records of a stage reach the revenue with a given probability, rather than on average.

Here: that number, from what is known of the rates and of the deals. Not here: the mean plan (`required_funnel`).

Amounts are never negative, so the revenue of C won deals reaches the target exactly when C is at least T, the number
of deals after which their sum first does; T and the rates are drawn, and the luck of N records is a binomial tail in
closed form. Nothing else is simulated, and the draws are the same every night.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.conversion_with_delay import Floats
from models.rate_draws import SEED, uniform_draws
from models.rounding import TOLERANCE, ceil_whole

# Above so many deals their sum is as good as normal, and one by one would take too long.
SUMMED_DEALS = 400
# More than this many records is no plan.
MOST_RECORDS = 10**12


@dataclass(frozen=True)
class StepDraws:
    """One step of the funnel, as it may really be."""

    rate: Floats
    """share of records that reach the next stage, a value a draw"""
    deals_per_person: float = 1.0
    """weighted deals of a person with at least one; 1 where the unit stays"""


def wins_needed(revenue: float, amounts: Floats, draws: int) -> Floats:
    """Won deals until their sum reaches `revenue`, a value a draw; `amounts` are those of past wins, 0 for an unpaid.

    Each draw takes its deals from the past ones, and its mean from what the past ones say of it.
    """
    from scipy.special import gammaincinv, ndtri

    amounts = np.maximum(amounts, 0.0)
    mean, n = float(amounts.mean()), len(amounts)
    spread = float(amounts.std(ddof=1)) if n > 1 else 0.0
    if spread <= mean * 1e-12:
        return np.full(draws, float(ceil_whole(revenue / mean)))
    u = uniform_draws(2, draws, stream=1)
    shape = n * (mean / spread) ** 2
    wanted = revenue / (gammaincinv(shape, u[:, 0]) / shape)
    needed = wanted / mean
    if float(np.median(needed)) > SUMMED_DEALS:
        # Renewal theory: Feller II (1971), XI.
        variance = wanted * spread**2 / mean**3
        overshoot = (spread**2 + mean**2) / (2 * mean**2)
        near = needed + overshoot - 0.5 + np.sqrt(variance) * ndtri(u[:, 1])
        return np.asarray(np.maximum(np.ceil(near), 1.0), dtype=np.float64)
    rng = np.random.default_rng([SEED, 2])
    left = wanted * (1.0 - TOLERANCE * 1e-3)
    wins, going = np.zeros(draws), np.ones(draws, dtype=bool)
    block = int(np.ceil(np.median(needed))) + 8
    while going.any():
        sums = np.cumsum(amounts[rng.integers(n, size=(int(going.sum()), block))], axis=1)
        short = (sums < left[going, None]).sum(axis=1)
        wins[going] += np.where(short < block, short + 1, block)
        left[going] -= sums[:, -1]
        going[going] = short == block
    return wins


def known_wins(revenue: float, deal: float) -> Floats:
    """Won deals that reach `revenue` where each brings the same, known amount."""
    return np.array([float(ceil_whole(revenue / deal))])


def safe_volume(steps: Sequence[StepDraws], wins: Floats, confidence: float) -> int | None:
    """The least number of records, before `steps`, that becomes at least `wins` customers with this probability.

    One-sided. Without steps: the customers themselves. None where no sensible number does.
    """
    if not steps:
        return int(np.sort(wins)[_place(confidence, len(wins))])
    trials, chance = _trials(steps, len(wins))
    low, high = int(np.min(wins)) - 1, max(int(np.max(wins)), 1)
    while _reaches(high, trials, chance, wins) < confidence:
        low, high = high, high * 2
        if high > MOST_RECORDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _reaches(middle, trials, chance, wins) < confidence:
            low = middle
        else:
            high = middle
    return high


def _place(confidence: float, draws: int) -> int:
    return min(int(np.ceil(confidence * draws - TOLERANCE)), draws) - 1


def _trials(steps: Sequence[StepDraws], draws: int) -> tuple[Floats, Floats]:
    """Independent trials that a record stands for, and the chance of each, a value a draw.

    A person with d deals wins them one by one, but has them all or none: the binomial of the same mean and variance.
    """
    people = deals = np.ones(draws)
    per_person = 1.0
    for step in steps:
        if step.deals_per_person != 1.0:
            per_person = step.deals_per_person
            people, deals = deals * step.rate, np.ones(draws)
        else:
            deals = deals * step.rate
    mean = people * per_person * deals
    chance = mean if per_person <= 1.0 else np.maximum(deals * (1.0 - per_person * (1.0 - people)), mean * 1e-3)
    chance = np.clip(chance, 1e-12, 1.0)
    return mean / chance, chance


def _reaches(records: int, trials: Floats, chance: Floats, wins: Floats) -> float:
    """The probability that `records` become at least `wins` customers, over all draws."""
    from scipy.special import betainc

    n = records * trials
    is_enough = n >= wins
    if not is_enough.any():
        return 0.0
    tail = betainc(np.maximum(wins, 1.0), np.maximum(n - wins, 0.0) + 1.0, chance)
    return float(np.where(is_enough, np.where(wins <= 0, 1.0, tail), 0.0).mean())


__all__ = ["StepDraws", "known_wins", "safe_volume", "wins_needed"]
