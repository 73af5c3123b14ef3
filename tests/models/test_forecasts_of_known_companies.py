"""Forecasts of companies whose laws are known; the 200-seed proof is in benchmarks/."""

from tests.coverage_of_forecasts import foretold
from tests.coverage_of_rates import SLOW


def test_conversions_later_than_the_horizon_come_too():
    # One in twenty of each step is later than its horizon: without them the opportunities would be 6 % too few.
    stages = {s.stage: s for s in foretold(SLOW, per_day=10, first_day=-500, seeds=range(20))}
    assert abs(stages["sql"].error) < 2
    assert abs(stages["opportunity"].error) < 3
    # Of 20 companies and four stages 64 intervals are expected to hold what came; three standard errors are 11.
    assert 64 - 11 <= sum(s.covered for s in stages.values()) * 20 / 100 <= 64 + 11
