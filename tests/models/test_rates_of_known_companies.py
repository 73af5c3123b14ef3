"""Rates measured on companies whose laws are known; the 200-seed proof is in benchmarks/."""

import numpy as np
import pandas as pd
import pytest

from models.conversion_rates import conversion_rates
from tests.coverage_of_rates import SLOW, STEADY, fared
from tests.simulated_company import Law, company, opened, step_outcomes


@pytest.fixture(scope="module")
def young():
    """90 days of a company whose records take 60 to convert."""
    return fared(SLOW, per_day=20, first_day=-90, seeds=100)


def test_pitfall_02_records_that_are_still_young_do_not_lower_the_rate(young):
    for step in young[:2]:
        assert step.plain_error < -5, "the plain ratio of the same records is off by more than 5 points"
        assert abs(step.error) < 1


def test_a_young_companys_rate_is_not_chosen_by_the_luck_of_its_oldest_records():
    # Of 30 records few are old: a horizon chosen from their lags alone made 6 points of bias.
    step = fared(SLOW, per_day=1.5, first_day=-90, seeds=100)[1]
    assert step.plain_error < -3
    # Three standard errors of 100 companies are 3 points.
    assert abs(step.error - step.drawn) < 3


def test_pitfall_03_records_not_resolved_yet_are_not_left_out():
    # Conversions come in 20 days, losses in 90: of those resolved by tonight too many have converted.
    laws = [Law(0.3, 20, loss_mean_days=90, never_lost=0.0)]
    settings = opened(funnel={"stages": ["mql", "customer"]})
    off_by, resolved_off_by = [], []
    for seed in range(15):
        outcomes = step_outcomes(company(seed, laws, 20, first_day=-120, stages=("mql", "customer")))
        row = conversion_rates(settings.night, settings.stages, outcomes)[0]
        truth = laws[0].share_within(row.horizon_days)
        off_by.append(row.rate - truth)
        resolved_off_by.append(row.converted / (row.converted + row.lost) - truth)
    assert abs(np.mean(off_by)) < 0.01
    assert np.mean(resolved_off_by) > 0.05


def test_pitfall_37_the_mean_delay_is_not_what_corrects_for_age():
    # Shifting the entries by the mean delay of 60 days counts as grown up what is half grown.
    settings = opened(funnel={"stages": ["mql", "customer"]})
    laws = [Law(0.5, 60, shape=0.7)]
    shifted = []
    for seed in range(15):
        outcomes = step_outcomes(company(seed, laws, 20, first_day=-120, stages=("mql", "customer")))
        row = conversion_rates(settings.night, settings.stages, outcomes)[0]
        old = outcomes[outcomes["age_days"] >= 60]
        by_mean = old.loc[old["lag_days"].notna(), "records"].sum() / old["records"].sum()
        shifted.append((row.rate - laws[0].share_within(row.horizon_days), by_mean - 0.5))
    error, by_mean_error = np.mean(shifted, axis=0)
    assert abs(error) < 0.02
    assert by_mean_error < -0.05


def test_old_cohorts_intervals_hold_the_truth_as_often_as_they_say():
    # Of 40 companies and three steps 96 intervals are expected to hold it; four standard errors are 18.
    held = sum(step.covered for step in fared(STEADY, per_day=1, first_day=-800, seeds=40)) * 40 / 100
    assert 96 - 18 <= held <= 96 + 18


def test_pitfall_46_the_product_of_steps_measured_on_other_people_is_not_the_end_to_end_rate_when_rates_drift():
    # The early records convert at 60 % then 60 %, the late ones at 20 % then 60 %: of those who were MQLs a year ago
    # 36 % became customers, and the product of tonight's marginal rates says less.
    laws_then, laws_now = [Law(0.6, 60), Law(0.6, 60)], [Law(0.2, 60), Law(0.6, 60)]
    chain = ("mql", "opportunity", "customer")
    settings = opened(funnel={"stages": list(chain)}, observe={"lookback_days": 180})
    then = company(1, laws_then, 20, first_day=-500, last_day=-150, stages=chain)
    now = company(2, laws_now, 20, first_day=-149, last_day=0, stages=chain)
    outcomes = pd.concat([step_outcomes(then), step_outcomes(now)], ignore_index=True)
    first, second = conversion_rates(settings.night, settings.stages, outcomes)
    end_to_end = (then.customers <= 0).sum() / len(then.entered[0])
    assert first.rate * second.rate < end_to_end - 0.1


def test_a_small_segment_is_drawn_toward_the_whole_and_a_large_one_speaks_for_itself():
    segments = [("large", 0.98, [Law(0.5, 10)]), ("small", 0.02, [Law(0.1, 10)])]
    settings = opened(funnel={"stages": ["mql", "customer"], "segment_by": "source"})
    outcomes = step_outcomes(company(3, [Law(0.5, 10)], 1, stages=("mql", "customer"), segments=segments))
    by_segment = {r.segment: r for r in conversion_rates(settings.night, settings.stages, outcomes)}
    small, large, whole = by_segment["small"], by_segment["large"], by_segment[None]
    assert small.converted / small.entered < small.rate < whole.rate
    assert large.rate == pytest.approx(large.converted / large.effective_entered, abs=0.02)
    assert small.status == "low_sample"
