import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.revenue_at_stake import expected_factors, log_mean, split_shortfall

POSITIVE = st.floats(1e-3, 1e5)
PAIRS = st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=7)


@given(PAIRS)
def test_the_parts_sum_to_the_shortfall_whatever_the_factors(pairs):
    committed, expected = [p[0] for p in pairs], [p[1] for p in pairs]
    parts = split_shortfall(committed, expected)
    whole, left = math.prod(committed), math.prod(expected)
    assert sum(parts) == pytest.approx(whole - left, rel=1e-6, abs=1e-9 * max(whole, left))


@given(PAIRS, st.randoms())
def test_the_order_of_the_factors_does_not_matter(pairs, random):
    shuffled = list(range(len(pairs)))
    random.shuffle(shuffled)
    parts = split_shortfall([p[0] for p in pairs], [p[1] for p in pairs])
    other = split_shortfall([pairs[i][0] for i in shuffled], [pairs[i][1] for i in shuffled])
    scale = max(map(abs, parts)) or 1.0
    assert [parts[i] for i in shuffled] == pytest.approx(other, rel=1e-6, abs=1e-6 * scale)


@given(st.lists(st.tuples(POSITIVE, st.one_of(st.just(0.0), POSITIVE)), min_size=2, max_size=6))
def test_with_nothing_expected_the_first_lost_factor_takes_all(pairs):
    committed, expected = [p[0] for p in pairs], [p[1] for p in pairs]
    parts = split_shortfall(committed, expected)
    if 0.0 in expected:
        assert parts[expected.index(0.0)] == pytest.approx(math.prod(committed))
        assert sum(map(abs, parts)) == pytest.approx(math.prod(committed))


def test_by_hand_half_the_volume_at_the_agreed_rates_is_all_of_marketings():
    # 800 MQLs × 0.125 × 1,000 = 100,000; 400 bring 50,000.
    assert split_shortfall([800, 0.125, 1000], [400, 0.125, 1000]) == pytest.approx([50_000, 0, 0])


def test_by_hand_two_equal_losses_share_the_shortfall():
    # 100 × 100 against 50 × 50: 7,500 short, each factor half.
    assert split_shortfall([100, 100], [50, 50]) == pytest.approx([3750, 3750])


def test_a_factor_that_does_better_has_a_part_below_nothing():
    worse, better = split_shortfall([100, 10], [50, 12])
    assert worse > 0 > better
    assert worse + better == pytest.approx(400)


def test_the_log_mean_lies_between_geometric_and_arithmetic():
    assert math.sqrt(2 * 8) < log_mean(2, 8) < 5
    assert log_mean(3, 3) == 3


def test_a_stage_that_is_not_shown_is_passed_at_the_agreed_rate():
    # MQL 100, SQL unknown, customers 10; agreed 0.5 and 0.25: the second step is expected at 10 / 50.
    assert expected_factors([100, None, 10], [0.5, 0.25], 1000.0) == pytest.approx([100, 0.5, 0.2, 1000])


@pytest.mark.parametrize("volumes", [[None, 50, 10], [100, 50, None]])
def test_without_a_forecast_of_mqls_or_customers_nothing_is_split(volumes):
    assert expected_factors(volumes, [0.5, 0.2], 1000.0) is None


def test_from_no_records_no_further_rate_is_lost():
    assert expected_factors([0, 0, 0], [0.5, 0.2], 1000.0) == [0, 0.5, 0.2, 1000.0]
