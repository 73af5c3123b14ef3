import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rounding import ceil_whole, floor_whole, round_reps, spread


@pytest.mark.parametrize(
    ("exact", "whole"),
    [
        (800.0, 800),
        (800.0000001, 800),
        (799.9999999, 800),
        (800.001, 801),
        (800.5, 801),
        (0.0, 0),
        (1e-9, 0),
        (0.2, 1),
        (100 / 0.1 / 0.1, 10000),
    ],
)
def test_rounding_up_takes_a_hair_above_a_whole_number_as_that_number(exact, whole):
    assert ceil_whole(exact) == whole


@pytest.mark.parametrize(("exact", "whole"), [(94.0, 94), (93.9999999, 94), (93.9, 93), (94.0000001, 94), (0.4, 0)])
def test_rounding_down_takes_a_hair_below_a_whole_number_as_that_number(exact, whole):
    assert floor_whole(exact) == whole


@pytest.mark.parametrize("exact", [3_200_000.0025, 2_000_000_000.0, 2_000_000_000.5])
def test_the_tolerance_never_grows_to_a_person(exact):
    assert ceil_whole(exact) == math.ceil(exact)
    assert floor_whole(exact) == math.floor(exact)


@given(st.floats(0, 1e9))
def test_a_rounded_need_covers_the_exact_one_by_less_than_one_more(exact):
    # The same 0.001 as the check of the published table.
    assert exact - 0.001 <= ceil_whole(exact) < exact + 1
    assert exact - 1 < floor_whole(exact) <= exact + 0.001


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_rounding_up_never_turns_the_order_round(a, b):
    low, high = sorted((a, b))
    assert ceil_whole(low) <= ceil_whole(high)


@pytest.mark.parametrize(
    ("exact", "nearest", "up"),
    [
        (2.1277, 2, 3),
        (2.125, 2, 3),
        (2.4999, 2, 3),
        (2.5, 3, 3),
        (3.5, 4, 4),
        (2.0, 2, 2),
        (2.0000000001, 2, 2),
        (0.3, 0, 1),
    ],
)
def test_reps_round_to_the_nearest_with_a_half_going_up_or_always_up(exact, nearest, up):
    assert round_reps(exact, "nearest") == nearest
    assert round_reps(exact, "up") == up


def test_largest_remainder_gives_the_odd_ones_to_the_largest_fractions():
    # 10 over 1 : 2 : 4 is 1.43, 2.86, 5.71: one, two, five, and the two left go to .86 and .71.
    assert spread(10, [1, 2, 4]) == [1, 3, 6]


def test_ties_go_to_the_earlier_part():
    assert spread(2, [1, 1, 1]) == [1, 1, 0]


def test_a_part_without_weight_carries_nothing():
    assert spread(7, [0, 3, 0, 4]) == [0, 3, 0, 4]


def test_without_any_weight_the_last_part_carries_all():
    assert spread(7, [0, 0]) == [0, 7]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_no_parts_or_a_negative_weight_are_refused(weights):
    with pytest.raises(ValueError, match="weight"):
        spread(1, weights)


@given(st.integers(0, 10**7), st.lists(st.floats(0, 7), min_size=1, max_size=60))
def test_parts_always_sum_to_the_whole(total, weights):
    parts = spread(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0


@given(st.integers(0, 10**5), st.lists(st.integers(0, 7), min_size=1, max_size=60).filter(sum))
def test_each_part_is_within_one_of_its_exact_share(total, weights):
    for part, weight in zip(spread(total, weights), weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1
        assert weight or not part
