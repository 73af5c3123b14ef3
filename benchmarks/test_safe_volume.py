"""The safe volume beside a brute-force simulation of the whole funnel, and what it costs a segment."""

import time

import numpy as np
import pytest
from scipy import stats

from models.rate_draws import DRAWS, uniform_draws
from models.required_safe import StepDraws, safe_volume, wins_needed

TRIALS = 100_000


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize(("entries", "sigma"), [(20, 0.3), (100, 1.0), (2000, 1.5)])
def test_brute_force(confidence, entries, sigma):
    rng = np.random.default_rng(11)
    amounts = rng.lognormal(6.6, sigma, 80).round(2)
    betas = [(0.5 * entries, 0.5 * entries), (0.4 * entries, 0.6 * entries), (0.3 * entries, 0.7 * entries)]
    started = time.perf_counter()
    u = uniform_draws(3)
    steps = [StepDraws(stats.beta.ppf(u[:, i], a, b)) for i, (a, b) in enumerate(betas)]
    found = safe_volume(steps, wins_needed(60_000, amounts, DRAWS), confidence)
    took = time.perf_counter() - started
    people = np.full(TRIALS, found)
    for a, b in betas:
        people = rng.binomial(people, rng.beta(a, b, TRIALS))
    cv = amounts.std(ddof=1) / amounts.mean() / np.sqrt(len(amounts))
    scale = rng.gamma(1 / cv**2, cv**2, TRIALS)
    sums = np.array([amounts[rng.integers(80, size=k)].sum() for k in people]) * scale
    reached = (sums >= 60_000).mean()
    print(
        f"confidence {confidence:.2f}  rates of {entries:5} entries  sigma {sigma}: {found:7,} records reach it in "
        f"{reached:.1%} of {TRIALS:,} simulated periods; found in {took * 1000:.0f} ms"
    )
    assert reached == pytest.approx(confidence, abs=0.015)
    assert took < 1.0
