import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.conversion_with_delay import (
    HORIZONS_DAYS,
    Counts,
    conversion_curve,
    drawn_rate,
    effective_entered,
    horizon,
    last_watched,
    quantile,
    share_certain,
    share_due_by_age,
)


def counts(*rows):
    """Rows of (age, lag or None, records)."""
    ages, lags, records = zip(*rows, strict=True) if rows else ((), (), ())
    return Counts(
        np.array(ages, dtype=np.int64),
        np.array([np.nan if lag is None else lag for lag in lags], dtype=np.float64),
        np.array(records, dtype=np.int64),
    )


@st.composite
def cohorts(draw, max_age=400):
    """Records of any age of which some have converted, none later than its age."""
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        age = draw(st.integers(0, max_age))
        rows.append((age, draw(st.none() | st.integers(0, age)), draw(st.integers(1, 50))))
    return counts(*rows)


def curve_by_hand(cohort, days):
    """The product-limit curve as its textbook writes it, a day and a record at a time."""
    people = [
        (age, None if np.isnan(lag) or lag > days else lag)
        for age, lag, n in zip(cohort.age_days, cohort.lag_days, cohort.records, strict=True)
        for _ in range(n)
    ]
    left, curve = 1.0, []
    for day in range(days + 1):
        at_risk = sum(min(age if lag is None else lag, days) >= day for age, lag in people)
        events = sum(lag == day for _, lag in people)
        left *= 1 - events / at_risk if at_risk else 1
        curve.append(1 - left)
    return curve


SMALL = counts((100, 10, 4), (100, 20, 2), (100, None, 4), (15, 10, 3), (15, None, 7))


def test_counts_of_records_and_conversions():
    assert (SMALL.entered, SMALL.converted, SMALL.converted_within(10), SMALL.converted_within(9)) == (20, 9, 7, 0)
    assert SMALL.aged(16).entered == 10
    assert SMALL.aged(15, 99).entered == 10
    assert SMALL.aged(0, 14).entered == 0


def test_the_curve_by_hand():
    # Day 10: 20 at risk, 7 convert: 7/20 = 0.35. Day 15: the 7 open ones of that age leave.
    # Day 20: 20 - 7 - 7 = 6 at risk, 2 convert: 1 - 0.65 × 4/6 = 0.56667.
    curve = conversion_curve(SMALL, 30)
    assert curve[9] == 0
    assert curve[10] == curve[19] == pytest.approx(0.35)
    assert curve[20] == curve[30] == pytest.approx(1 - 0.65 * 4 / 6)


def test_conversions_after_the_horizon_are_none_within_it():
    assert conversion_curve(counts((100, 40, 5), (100, 10, 5)), 30)[-1] == pytest.approx(0.5)


def test_without_records_the_curve_is_nil():
    assert conversion_curve(counts(), 14).tolist() == [0.0] * 15


@settings(deadline=None)
@given(cohorts(), st.sampled_from(HORIZONS_DAYS))
def test_the_curve_rises_within_0_and_1(cohort, days):
    curve = conversion_curve(cohort, days)
    assert len(curve) == days + 1
    assert np.all(np.diff(curve) >= 0)
    assert curve[0] >= 0
    assert curve[-1] <= 1


@settings(max_examples=40, deadline=None)
@given(cohorts(max_age=70), st.sampled_from([14, 30, 60]))
def test_the_curve_is_the_textbook_s(cohort, days):
    assert conversion_curve(cohort, days) == pytest.approx(curve_by_hand(cohort, days))


@settings(deadline=None)
@given(cohorts().filter(lambda c: c.entered), st.sampled_from(HORIZONS_DAYS))
def test_where_every_record_is_old_enough_the_curve_ends_at_the_plain_share(cohort, days):
    old = cohort.aged(days)
    if old.entered:
        assert conversion_curve(old, days)[-1] == pytest.approx(old.converted_within(days) / old.entered)


def test_effective_entries_by_hand():
    # Aged 100: all of their time has passed. Aged 15: 0.35 of 0.56667 has: 10 + 10 × 21/34 = 550/34.
    due = share_due_by_age(conversion_curve(SMALL, 30))
    assert due[15] == pytest.approx(21 / 34)
    assert due[30] == 1
    assert effective_entered(SMALL, due) == pytest.approx(550 / 34)


def test_without_conversions_the_time_is_taken_as_spread_evenly():
    due = share_due_by_age(conversion_curve(counts((30, None, 10)), 60))
    assert due[0] == 0
    assert due[30] == pytest.approx(0.5)
    assert due[60] == 1


@settings(deadline=None)
@given(cohorts(), st.sampled_from(HORIZONS_DAYS))
def test_effective_entries_are_never_more_than_the_entries(cohort, days):
    due = share_due_by_age(conversion_curve(cohort, days))
    assert np.all((due >= 0) & (due <= 1))
    assert 0 <= effective_entered(cohort, due) <= cohort.entered * (1 + 1e-9)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # 19 of 20 within 14 days are 95 %.
        (((100, 14, 19), (100, 31, 1)), 14),
        (((100, 14, 18), (100, 31, 2)), 60),
        (((100, 15, 1),), 30),
        (((400, 366, 1),), 365),
        (((100, None, 50),), 365),
        ((), 365),
    ],
)
def test_the_horizon_is_the_shortest_in_which_95_percent_of_the_conversions_fall(rows, expected):
    assert horizon(counts(*rows), min_sample=30, lookback_days=365) == expected


def test_the_horizon_is_judged_on_entries_a_year_old_where_they_are_enough():
    young = (50, 5, 1000)
    # 30 conversions of entries a year old, at 100 days: 120. The young ones cannot have any that late.
    assert horizon(counts((365, 100, 30), young), min_sample=30, lookback_days=730) == 120
    # 29 are too few: with all, 1000 of 1029 (97 %) fall within 14 days.
    assert horizon(counts((365, 100, 29), young), min_sample=30, lookback_days=730) == 14
    # A day short of a year is not settled.
    assert horizon(counts((364, 100, 30), young), min_sample=30, lookback_days=730) == 14


NINE = (
    *((350, 10, 1), (340, 50, 1), (330, 60, 1), (320, 70, 1), (300, 80, 1)),
    *((age, None, 1) for age in (280, 260, 240, 200)),
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Ten entries were watched for 74 days, not for 2.5 times the 30 that conversions took.
        (((74, 30, 10), (5, None, 100)), 74),
        # For 2.5 times as long: nothing says that longer lags are to come.
        (((75, 30, 10), (5, None, 100)), 30),
        # One entry is older, and converted late: its luck says nothing of others.
        (((90, 80, 1), (40, 30, 9), (5, None, 100)), 40),
        # Fewer entries than that were watched at all.
        (((40, 31, 9),), 60),
        # What has converted is older than those watched.
        (((50, 20, 9), (7, None, 100)), 30),
        # One new entry, or ten, make nobody forget what nine others showed in most of a year.
        ((*NINE, (3, None, 1)), 90),
        ((*NINE, *((age, None, 1) for age in range(2, 22, 2))), 90),
        # A small company of three years is none of one month: what its few old entries show, they were given time for.
        (((1000, 40, 2), (600, 200, 3), (600, None, 4), (30, None, 20)), 270),
    ],
)
def test_a_young_companys_horizon_is_as_long_as_its_entries_were_watched(rows, expected):
    assert horizon(counts(*rows), min_sample=30, lookback_days=365) == expected


def test_the_horizon_is_never_beyond_the_lookback():
    assert horizon(counts((100, 80, 5)), min_sample=30, lookback_days=60) == 60
    assert horizon(counts((100, None, 5)), min_sample=30, lookback_days=180) == 180


def test_what_is_watched_until_the_end_is_certain():
    assert share_certain(counts((60, 10, 20), (60, 30, 5), (60, None, 30)), 60) == pytest.approx(1)
    assert share_certain(counts(), 60) == 1


def test_that_none_of_a_few_converted_late_makes_nothing_certain():
    # Half of 100 converted, the last on day 12, and from day 14 on 5 of the 50 others were still watched. Greenwood's
    # sum day by day is 25/(100 × 75) + 25/(75 × 50) = 0.01, as if all 100 had been watched to the end.
    assert share_certain(counts((40, 5, 25), (40, 12, 25), (13, None, 45), (40, None, 5)), 40) < 0.8
    assert share_certain(counts((40, 5, 25), (40, 12, 25), (40, None, 50)), 40) == pytest.approx(1)


def test_what_converts_on_its_first_day_is_certain_however_many_entered_tonight():
    assert share_certain(counts((0, 0, 500), (0, None, 500), (100, 0, 25), (100, None, 25)), 14) == pytest.approx(1)


@given(cohorts(), st.sampled_from(HORIZONS_DAYS))
def test_of_the_effective_entries_a_share_is_certain(cohort, days):
    assert 0 < share_certain(cohort, days) <= 1


def test_the_last_day_on_which_enough_are_still_watched():
    cohort = counts((9, None, 10), (30, 5, 10), (20, None, 3))
    assert [last_watched(cohort, n) for n in (23, 13, 3, 24)] == [5, 9, 20, 0]


def test_an_interval_too_low_for_a_float_is_not_upside_down():
    estimate = drawn_rate(0, 1, 7.468240662919118e-06, 20, 0.8)
    assert estimate.low <= estimate.high


def test_the_drawn_rate_by_hand():
    # (9 + 20 × 0.4) / (30 + 20) = 0.34, and the interval of Beta(17, 33).
    estimate = drawn_rate(9, 30, 0.4, 20, 0.8)
    assert estimate.rate == pytest.approx(0.34)
    assert estimate.low == pytest.approx(stats.beta.ppf(0.1, 17, 33))
    assert estimate.high == pytest.approx(stats.beta.ppf(0.9, 17, 33))


@pytest.mark.parametrize(
    ("converted", "entered", "low", "high"), [(5, 10, 0.237, 0.763), (50, 100, 0.404, 0.596), (400, 800, 0.465, 0.535)]
)
def test_pitfall_45_the_interval_shrinks_with_the_sample(converted, entered, low, high):
    # Wilson's intervals at 95 %, which a Beta one drawn by a single entry comes close to.
    estimate = drawn_rate(converted, entered, 0.5, 1, 0.95)
    assert estimate.low == pytest.approx(low, abs=0.015)
    assert estimate.high == pytest.approx(high, abs=0.015)


def test_pitfall_45_five_of_five_is_not_100_percent():
    # (5 + 0.5) / (5 + 1) = 0.917 with the shipped assumption; (5 + 10) / 25 = 0.6 with a written one.
    assert drawn_rate(5, 5, 0.5, 1, 0.8).rate == pytest.approx(5.5 / 6)
    assert drawn_rate(5, 5, 0.5, 20, 0.8).rate == pytest.approx(0.6)


entries = st.floats(0, 1e5)


@given(entries, entries, st.floats(0.001, 1), st.floats(0.1, 100), st.floats(0.5, 0.99))
def test_pitfall_32_a_rate_and_its_interval_stay_within_0_and_1_in_order(one, other, toward, weight, confidence):
    converted, entered = sorted((one, other))
    estimate = drawn_rate(converted, entered, toward, weight, confidence)
    assert 0 < estimate.rate <= 1
    assert 0 <= estimate.low <= estimate.high <= 1


# Where the assumption counts for less than a tenth of an entry the distribution is all spike, its mean beyond it.
@given(entries, entries, st.floats(0.1, 0.9), st.floats(1, 100), st.floats(0.8, 0.99))
def test_the_interval_contains_the_rate(one, other, toward, weight, confidence):
    converted, entered = sorted((one, other))
    estimate = drawn_rate(converted, entered, toward, weight, confidence)
    assert estimate.low * (1 - 1e-9) <= estimate.rate <= estimate.high * (1 + 1e-9)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.05, 0.95), st.floats(1, 100))
def test_the_rate_lies_between_what_is_seen_and_what_is_assumed(converted, others, toward, weight):
    entered = converted + others
    seen = converted / entered if entered else toward
    rate = drawn_rate(converted, entered, toward, weight, 0.8).rate
    assert min(seen, toward) - 1e-12 <= rate <= max(seen, toward) + 1e-12


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 9)), min_size=1), st.floats(0, 1))
def test_a_quantile_of_counted_values_is_numpy_s_of_the_values_written_out(values, share):
    days, times = (np.array(v) for v in zip(*values, strict=True))
    expected = np.quantile(np.repeat(days, times).astype(float), share)
    assert quantile(days.astype(np.float64), times, share) == pytest.approx(expected)


def test_there_is_no_quantile_of_nothing():
    assert quantile(np.array([]), np.array([], dtype=np.int64), 0.5) is None
