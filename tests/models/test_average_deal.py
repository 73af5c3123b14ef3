from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.average_deal import average_deal
from tests.models.rows import AS_OF, night, target


def wins(*amounts, **columns) -> pd.DataFrame:
    """Won deals in the account's currency, a row an amount; None: not known."""
    known = pd.Series(amounts, dtype="float64")
    n = len(amounts)
    values = {
        "deal_id": [f"files:{i}" for i in range(n)],
        "segment": [None] * n,
        "origin": ["marketing"] * n,
        "booked_on": [AS_OF] * n,
        "amount": known,
        "amount_in_currency": known,
    }
    frame = pd.DataFrame({**values, **columns})
    return frame.astype({"booked_on": "datetime64[us]", "amount": "float64", "amount_in_currency": "float64"})


def whole(frame, **changes):
    return average_deal(night(**changes), [target()], frame)[0]


def test_mean_of_the_positive_amounts_with_its_sample():
    row = whole(wins(*[500.0] * 20, *[1500.0] * 20))
    assert (row.won_deals, row.revenue, row.mean, row.median, row.status) == (40, 40000.0, 1000.0, 1000.0, "ok")
    assert (row.segment, row.origin, row.paying_share) == (None, "all", 1.0)


def test_without_a_win_there_is_no_average_rather_than_zero():
    row = whole(wins())
    assert (row.won_deals, row.revenue, row.status) == (0, 0.0, "no_denominator")
    assert (row.mean, row.mean_low, row.mean_high, row.trimmed_mean, row.median) == (None,) * 5
    assert row.paying_share is None


def test_one_win_has_a_mean_without_an_interval():
    row = whole(wins(700.0))
    assert (row.mean, row.trimmed_mean, row.median, row.status) == (700.0, 700.0, 700.0, "low_sample")
    assert (row.mean_low, row.mean_high) == (None, None)


def test_the_interval_is_student_s_at_the_account_s_confidence():
    # 900, 1000, 1100: mean 1000, deviation 100; at 80 % and 2 degrees t = 1.8856: ± 1.8856 × 100 / √3 = 108.87.
    row = whole(wins(900.0, 1000.0, 1100.0))
    assert row.mean_low == pytest.approx(1000 - 108.866, abs=0.001)
    assert row.mean_high == pytest.approx(1000 + 108.866, abs=0.001)


def test_pitfall_23_zero_negative_and_unknown_amounts_do_not_pull_the_mean_down():
    row = whole(wins(1000.0, 2000.0, 3000.0, 0.0, -500.0, None, None))
    assert row.won_deals == 7
    assert (row.revenue, row.mean) == (6000.0, 2000.0)
    # Three of the five wins of known amount pay.
    assert row.paying_share == 3 / 5
    assert row.without_amount == 2


def test_customers_take_account_of_the_wins_that_pay_nothing():
    # 4 wins bring 6,000: 1,500 a win, be it as a mean of 2,000 × 3/4 or as the plain mean of all four.
    row = whole(wins(1000.0, 2000.0, 3000.0, 0.0))
    assert row.mean * row.paying_share == pytest.approx(1500.0)


def test_wins_that_all_pay_nothing_leave_no_average():
    row = whole(wins(0.0, 0.0))
    assert (row.won_deals, row.mean, row.paying_share, row.status) == (2, None, 0.0, "no_denominator")


def test_pitfall_23_one_whale_shows_in_the_trimmed_mean_and_the_median():
    # 19 × 1,000 and one of 1,000,000: mean 50,950; without the lowest and the highest 5 %, one each: 1,000.
    row = whole(wins(*[1000.0] * 19, 1_000_000.0), min_sample=10)
    assert row.mean == 50950.0
    assert (row.trimmed_mean, row.median) == (1000.0, 1000.0)
    # The interval reaches down to what a plan without the whale would be.
    assert row.mean_low < 1000 + 50950 / 2
    assert row.mean_high > row.mean


def test_below_twenty_wins_nothing_is_trimmed():
    assert whole(wins(*[1000.0] * 18, 20000.0)).trimmed_mean == pytest.approx(38000 / 19)


def test_pitfall_24_amounts_are_those_in_the_account_s_currency():
    dollars = wins(1100.0, 2000.0, amount_in_currency=[1000.0, 2000.0])
    assert whole(dollars).mean == 1500.0


def test_pitfall_24_a_win_without_an_exchange_rate_is_left_out_and_said():
    row = whole(wins(1000.0, 900_000.0, 3000.0, amount_in_currency=[1000.0, None, 3000.0]), min_sample=2)
    assert (row.mean, row.revenue, row.without_rate, row.without_amount) == (2000.0, 4000.0, 1, 0)
    assert row.status == "mixed_currency"
    assert row.paying_share == 1.0


def test_pitfall_24_only_wins_without_an_exchange_rate_leave_no_average():
    row = whole(wins(1000.0, 2000.0, amount_in_currency=[None, None]))
    assert (row.mean, row.without_rate, row.status) == (None, 2, "no_denominator")


@pytest.mark.parametrize(("n", "status"), [(29, "low_sample"), (30, "ok")])
def test_fewer_amounts_than_min_sample_are_a_low_sample(n, status):
    assert whole(wins(*[1000.0] * n)).status == status
    # Wins that pay nothing are no sample of the amount.
    assert whole(wins(*[1000.0] * n, *[0.0] * 10)).status == status


def test_the_window_is_the_lookback_up_to_and_including_as_of():
    booked = [AS_OF + timedelta(days=1), AS_OF, AS_OF - timedelta(days=364), AS_OF - timedelta(days=365), None]
    row = whole(wins(1.0, 2.0, 4.0, 8.0, 16.0, booked_on=booked))
    assert (row.window_start, row.window_end) == (date(2025, 7, 1), AS_OF)
    assert (row.won_deals, row.revenue) == (2, 6.0)


def test_all_deals_count_until_a_target_asks_marketing_for_a_share():
    frame = wins(1000.0, 3000.0, origin=["marketing", "sales"])
    assert average_deal(night(), [target()], frame)[0].mean == 2000.0
    scoped = average_deal(night(), [target(), target(target="Q2", marketing_share=0.6)], frame)[0]
    assert (scoped.origin, scoped.won_deals, scoped.mean) == ("marketing", 1, 1000.0)


def test_segments_have_rows_of_their_own_beside_the_whole():
    frame = wins(1000.0, 2000.0, 3000.0, 10.0, segment=["web", "fair", "web", None])
    rows = {r.segment: r for r in average_deal(night(), [target()], frame)}
    assert list(rows) == [None, "fair", "web"]
    assert (rows[None].won_deals, rows["web"].mean, rows["fair"].won_deals) == (4, 2000.0, 1)


def test_pitfall_29_the_mean_of_the_whole_is_not_the_mean_of_segments_means():
    # web 3 × 1,000, fair 1 × 5,000: 8,000 / 4 = 2,000, where the mean of the two means is 3,000.
    rows = average_deal(night(), [target()], wins(1000.0, 1000.0, 1000.0, 5000.0, segment=["web"] * 3 + ["fair"]))
    assert [r.mean for r in rows] == [2000.0, 5000.0, 1000.0]


@given(st.lists(st.floats(0.01, 1e7), min_size=1, max_size=60), st.floats(0.5, 0.99))
def test_the_mean_lies_in_its_interval_and_agrees_with_others(amounts, confidence):
    row = whole(wins(*amounts), confidence=confidence)
    assert row.mean == pytest.approx(np.mean(amounts))
    assert min(amounts) <= row.trimmed_mean * (1 + 1e-9)
    assert row.trimmed_mean <= max(amounts) * (1 + 1e-9)
    if len(amounts) > 1:
        assert 0 <= row.mean_low <= row.mean <= row.mean_high
        if np.std(amounts) > 1e-6 * np.mean(amounts):
            expected = stats.t.interval(confidence, len(amounts) - 1, np.mean(amounts), stats.sem(amounts))
            assert row.mean_high == pytest.approx(expected[1])
            assert row.mean_low == pytest.approx(max(expected[0], 0.0))
