import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.conversion_rates import conversion_rates
from models.step_delays import open_by_age, step_delays
from tests.models import rows


def records(*counts):
    return pd.DataFrame(counts, columns=["age_days", "entered", "still_open"])


def test_the_share_open_is_the_likeliest_that_never_rises():
    # Day 1 says 50 %, day 2 says 75 %: pooled, (50 + 75) / 200 = 62.5 %.
    found = open_by_age(records((0, 10, 10), (1, 100, 50), (2, 100, 75), (3, 10, 2)), 4)
    assert found.tolist() == pytest.approx([1.0, 0.625, 0.625, 0.2, 0.2])


def test_without_records_all_are_taken_as_open():
    assert open_by_age(records(), 2).tolist() == [1.0, 1.0, 1.0]
    assert open_by_age(records((2, 10, 5)), 3).tolist() == [1.0, 1.0, 0.5, 0.5]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 50), st.floats(0, 1)), min_size=1))
def test_the_share_open_never_rises_and_is_a_share(counts):
    found = open_by_age(records(*((age, n, int(n * share)) for age, n, share in counts)), 20)
    assert (np.diff(found) <= 1e-12).all()
    assert found.min() >= 0
    assert found.max() <= 1


def delays(*outcomes):
    tonight, stages = rows.night(horizon_days=4), rows.stages("mql", "customer")
    frame = rows.step_outcomes(*({"to_stage": "customer", **o} for o in outcomes))
    rates = conversion_rates(tonight, stages, frame)
    return step_delays(tonight, stages, rates, frame, rows.open_records(("mql", 100, 4, 2)))


def test_a_step_s_delay_is_the_share_of_its_conversions_that_has_come():
    found = delays({"lag_days": 1, "records": 3}, {"lag_days": 3, "records": 1}, {"records": 6})
    assert [d.due for d in found] == pytest.approx([0, 0.75, 0.75, 1, 1])
    assert all(d.is_observed for d in found)


def test_a_step_without_conversions_says_so():
    found = delays({"records": 6})
    assert [d.due for d in found] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert not any(d.is_observed for d in found)


def test_what_converts_after_the_horizon_comes_too_as_long_as_enough_are_watched():
    # Of 200 old enough 100 convert within the horizon of 4 days and 10 on day 6; after day 8 only 20 are watched.
    found = delays(
        {"lag_days": 2, "records": 100},
        {"lag_days": 6, "records": 10},
        {"age_days": 8, "records": 70},
        {"age_days": 20, "records": 20},
    )
    assert [d.due for d in found] == pytest.approx([0, 0, 1, 1, 1, 1, 1.1, 1.1, 1.1])
