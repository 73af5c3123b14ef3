"""How sure a rate is, as a distribution, and draws from it that are the same every night.

Here: the Beta distribution behind a published rate and its interval. Not here: how the rate was got
(`conversion_with_delay`).
"""

from collections.abc import Sequence

import numpy as np

from models.conversion_rates import ConversionRate
from models.conversion_with_delay import Floats

# Enough for a tail of 5 % to be known within one part in a hundred.
DRAWS = 2000
SEED = 20170420

CONCENTRATIONS = np.logspace(-3, 9, 481)


def concentration(rate: float, low: float, high: float, confidence: float) -> float | None:
    """a + b of the Beta distribution with the mean `rate` and this equal-tailed interval; None: the rate is known.

    Read back from what is published, so that it holds for every way a rate is got. Where no Beta distribution
    has this interval, the one that comes nearest.
    """
    from scipy.special import betaincinv

    if not low < high or not 0.0 < rate < 1.0:
        return None
    tail = (1.0 - confidence) / 2

    def nearest(candidates: Floats) -> int:
        a, b = np.maximum(rate * candidates, 1e-9), np.maximum((1.0 - rate) * candidates, 1e-9)
        ends = np.abs(betaincinv(a, b, tail) - low) + np.abs(betaincinv(a, b, 1.0 - tail) - high)
        return int(np.nanargmin(ends))

    best = nearest(CONCENTRATIONS)
    around = CONCENTRATIONS[max(best - 1, 0)], CONCENTRATIONS[min(best + 1, len(CONCENTRATIONS) - 1)]
    finer = np.geomspace(*around, 101)
    return float(finer[nearest(finer)])


def uniform_draws(dimensions: int, draws: int = DRAWS, stream: int = 0) -> Floats:
    """Draws between 0 and 1, `draws` x `dimensions`: one in each of `draws` equal parts, in an order of its own.

    A Latin hypercube, always the same one: a plan changes from night to night only with its figures. Draws of two
    streams have nothing to do with each other. Source: McKay, Beckman and Conover (1979).
    """
    rng = np.random.default_rng([SEED, stream])
    order = rng.permuted(np.tile(np.arange(draws), (dimensions, 1)), axis=1).T
    return np.asarray((order + 0.5) / draws, dtype=np.float64)


def drawn_rates(rates: Sequence[ConversionRate], confidence: float, draws: int = DRAWS) -> Floats:
    """Rates as they may really be, `draws` x steps; a rate whose interval has no width is the same in all."""
    from scipy.special import betaincinv

    uniform = uniform_draws(len(rates), draws)
    drawn = np.empty((draws, len(rates)))
    for i, row in enumerate(rates):
        c = concentration(row.rate, row.rate_low, row.rate_high, confidence)
        if c is None:
            drawn[:, i] = row.rate
        else:
            a, b = max(row.rate * c, 1e-9), max((1.0 - row.rate) * c, 1e-9)
            drawn[:, i] = betaincinv(a, b, uniform[:, i])
    return np.clip(drawn, 1e-12, 1.0)
