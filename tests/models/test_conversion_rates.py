"""Rates by hand: what each cohort counts, what its open records do to it, and what is said beside it."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.conversion_rates import conversion_rates
from models.required_funnel import Step, carry_back
from tests.models.rows import AS_OF, night, stages, step_outcomes


def mql_to_sql(*rows, segment=None, assumed=0.5, weight=1.0, **of_night):
    """The row of the one step of a funnel from mql to sql."""
    found = conversion_rates(night(**of_night), stages("mql", "sql", assumed=assumed, weight=weight), frame(*rows))
    return next(r for r in found if r.segment == segment)


def frame(*rows):
    """Rows of (age, lag or None, records) or of (age, lag or None, records, other columns)."""
    return step_outcomes(
        *({"age_days": age, "lag_days": lag, "records": n, **(rest[0] if rest else {})} for age, lag, n, *rest in rows)
    )


# Ten records of 100 days: 4 converted after 10, 2 after 20. Ten of 15 days: 3 converted after 10.
OLD, YOUNG = [(100, 10, 4), (100, 20, 2), (100, None, 4)], [(15, 10, 3), (15, None, 7)]


def test_the_rate_by_hand():
    row = mql_to_sql(*OLD, *YOUNG)
    # Horizon: 7 of 9 conversions (78 %) fall within 14 days, all within 30.
    assert row.horizon_days == 30
    # Curve: day 10: 7 of 20 at risk convert, 0.35. Day 15: seven leave, open. Day 20: 2 of 6: 1 - 0.65 × 4/6 = 17/30.
    # G(15) = 0.35 / (17/30) = 21/34, G(100) = 1: n_eff = 10 + 10 × 21/34 = 550/34 = 16.18.
    assert row.effective_entered == pytest.approx(550 / 34)
    # k = 9: rate = (9 + 1 × 0.5) / (550/34 + 1) = 323/584 = 0.5531.
    assert row.rate == pytest.approx(323 / 584)
    # The delays are uncertain too. Greenwood's sum, the hazard even within each fifth of days 1 to 30. Of 7 to 12, with
    # 20 at risk for four days and 13 for two: 7/106; of 19 to 24, with 6 for two days and 4 for four: 2/28.
    seen = 7 / 99 * (4 / 20 + 2 / 13) + 2 / 26 * (2 / 6 + 4 / 4)
    # Of 16.18 entries all watched for 30 days, 65 % of them open after day 10 and 13/30 after day 20:
    watched = (7 / 99 * (4 + 2 / 0.65) + 2 / 26 * (2 / 0.65 + 4 / (13 / 30))) / (550 / 34)
    # The interval is that of 11.343 entries instead of 16.18, k cut in proportion.
    certain = watched / seen
    assert certain == pytest.approx(11.343 / 16.1765, abs=1e-4)
    a, b = 9 * certain + 0.5, (550 / 34 - 9) * certain + 0.5
    assert row.rate_low == pytest.approx(stats.beta.ppf(0.1, a, b))
    assert row.rate_high == pytest.approx(stats.beta.ppf(0.9, a, b))
    # Seen so far: 9 of 20. Of the ten that have had their 30 days: 6.
    assert (row.entered, row.converted, row.lost, row.still_open) == (20, 9, 0, 11)
    assert row.observed_rate == 0.45
    assert row.mature_rate == 0.6
    # Lags 10 (seven times) and 20 (twice): the middle one of nine, and the 90 % one between the 8th and 9th.
    assert (row.median_days, row.p90_days) == (10, 20)
    assert (row.status, row.as_of, row.segment, row.unit) == ("low_sample", AS_OF, None, "people")
    assert row.method == (
        "9 converted within 30 days of 16.2 effective entries, drawn toward the assumed 50.0% with the weight of 1"
    )


def test_pitfall_02_records_too_young_to_have_converted_do_not_lower_the_rate():
    # 40 of 50 days or more: 20 converted, at 20 days. 60 entered last week.
    row = mql_to_sql((50, 20, 20), (50, None, 20), (7, None, 60))
    assert row.observed_rate == 0.2
    assert row.mature_rate == 0.5
    # Nothing converts before day 20, so the young ones count for nothing: (20 + 0.5) / (40 + 1).
    assert row.effective_entered == pytest.approx(40)
    assert row.rate == pytest.approx(20.5 / 41)
    # 40 of 100 is less than half of those that entered.
    assert row.status == "immature"


def test_pitfall_02_kellogg_s_40_deals_take_214_opportunities_not_273():
    # 154 of 825 mature ones converted, 18.67 %; with the 225 that are too young it looks like 154 of 1,050, 14.67 %.
    row = mql_to_sql((120, 30, 154), (120, None, 671), (10, None, 225), assumed=154 / 825)
    assert carry_back(40, [Step(row.rate)])[0] == pytest.approx(214.3, abs=0.05)
    assert carry_back(40, [Step(row.observed_rate)])[0] == pytest.approx(272.7, abs=0.05)


def test_pitfall_03_open_records_count_beside_resolved_ones():
    # One in five converts, after 5 days; losses take longer. Of the ten youngest two converted, one is lost.
    rows = [(90, 5, 2), (90, None, 8, {"is_lost": True})]
    rows += [(14, 5, 2), (14, None, 1, {"is_lost": True}), (14, None, 7)]
    row = mql_to_sql(*rows, assumed=0.2)
    assert (row.converted, row.lost, row.still_open) == (4, 9, 7)
    # Of the resolved ones 4 of 13, 31 %, would have converted. (4 + 0.2) / (20 + 1) = 0.2.
    assert row.rate == pytest.approx(0.2)


def test_a_lost_record_stays_at_risk_so_that_its_date_of_loss_is_not_needed():
    lost = [(age, lag, n, {"is_lost": lag is None}) for age, lag, n in [*OLD, *YOUNG]]
    kept, given_up = mql_to_sql(*OLD, *YOUNG), mql_to_sql(*lost)
    assert given_up.rate == kept.rate
    assert (given_up.lost, given_up.still_open) == (11, 0)


def test_a_written_assumption_draws_the_rate_as_much_as_its_weight():
    row = mql_to_sql((100, 10, 10), (100, None, 30), assumed=0.4, weight=20.0)
    # (10 + 20 × 0.4) / (40 + 20) = 0.3.
    assert row.rate == pytest.approx(0.3)


def test_zero_conversions_leave_a_small_rate_not_zero():
    row = mql_to_sql((364, None, 50))
    # Without lags the time is spread evenly over the longest horizon: n_eff = 50 × 364/365; (0 + 0.5) / (n_eff + 1).
    assert row.horizon_days == 365
    assert row.effective_entered == pytest.approx(50 * 364 / 365)
    assert row.rate == pytest.approx(0.5 / (50 * 364 / 365 + 1))
    assert (row.observed_rate, row.converted, row.status) == (0.0, 0, "ok")
    assert (row.median_days, row.p90_days) == (None, None)


def test_pitfall_31_a_step_without_conversions_asks_for_many_never_for_infinitely_many():
    row = mql_to_sql((364, None, 1000))
    assert 0 < row.rate < 0.001
    assert math.isfinite(carry_back(100, [Step(row.rate)])[0])


def test_pitfall_30_a_step_nobody_entered_has_no_observed_rate_rather_than_zero():
    row = mql_to_sql()
    assert (row.entered, row.converted, row.lost, row.still_open, row.effective_entered) == (0, 0, 0, 0, 0)
    assert (row.observed_rate, row.mature_rate, row.median_days) == (None, None, None)
    assert (row.rate, row.deals_per_person, row.status) == (0.5, 1.0, "no_denominator")
    assert row.method == "nobody entered: the assumed rate of 50.0%"
    # The interval is that of the assumption alone: Beta(0.5, 0.5).
    assert row.rate_low == pytest.approx(stats.beta.ppf(0.1, 0.5, 0.5))


def test_one_record_that_converted():
    row = mql_to_sql((100, 3, 1))
    # (1 + 0.5) / (1 + 1) = 0.75.
    assert (row.rate, row.observed_rate, row.mature_rate, row.status) == (0.75, 1.0, 1.0, "low_sample")
    assert (row.median_days, row.p90_days) == (3, 3)


def test_one_record_that_has_not_converted_yet():
    row = mql_to_sql((73, None, 1))
    # A fifth of 365 days has passed: (0 + 0.5) / (0.2 + 1).
    assert row.rate == pytest.approx(0.5 / 1.2)
    assert (row.status, row.mature_rate) == ("immature", None)


@pytest.mark.parametrize(("n", "status"), [(29, "low_sample"), (30, "ok")])
def test_pitfall_45_few_effective_entries_are_a_low_sample(n, status):
    assert mql_to_sql((100, 10, n)).status == status


def test_exactly_half_of_the_entries_effective_is_not_immature():
    half = [(50, 20, 40), (7, None, 40)]
    assert mql_to_sql(*half).status == "ok"
    assert mql_to_sql(*half, (7, None, 1)).status == "immature"


def test_immature_comes_before_low_sample():
    assert mql_to_sql((50, 20, 4), (7, None, 40)).status == "immature"


def test_the_cohort_is_the_lookback_up_to_as_of():
    row = mql_to_sql((0, 0, 1), (364, 5, 2), (365, 5, 4))
    assert (row.window_start, row.window_end) == (date(2025, 7, 1), AS_OF)
    assert row.entered == 3


def test_records_older_than_the_lookback_have_no_part_in_how_long_the_others_take():
    # They choose the horizon, 30 days, as before; the curve is that of the lookback.
    row = mql_to_sql(*OLD, *YOUNG, (500, 29, 100))
    assert (row.horizon_days, row.entered) == (30, 20)
    assert row.rate == pytest.approx(323 / 584)


def test_the_mature_rate_is_of_the_lookback_that_ends_a_horizon_ago():
    # Horizon 30: ages 30 to 394.
    row = mql_to_sql((29, 5, 100), (30, 5, 1), (394, None, 3), (395, 5, 100), horizon_days=30)
    assert row.mature_rate == 0.25


def test_a_conversion_after_the_horizon_is_seen_but_is_none_of_the_rate():
    row = mql_to_sql((100, 10, 10), (100, 60, 10), (100, None, 20), horizon_days=30)
    assert (row.horizon_days, row.converted, row.observed_rate) == (30, 20, 0.5)
    # (10 + 0.5) / (40 + 1).
    assert row.rate == pytest.approx(10.5 / 41)
    assert row.mature_rate == 0.25


def test_the_method_says_where_the_horizon_is_as_long_as_records_were_watched():
    young = mql_to_sql((40, 30, 10), (5, None, 100))
    assert young.horizon_days == 40
    assert young.method.startswith("10 converted within 40 days, as long as enough of them were watched, of ")
    assert mql_to_sql((40, 30, 10), (5, None, 100), horizon_days=40).method.startswith(
        "10 converted within 40 days of "
    )


def test_a_horizon_beyond_the_lookback_is_the_lookback():
    assert mql_to_sql((100, 10, 10), horizon_days=500).horizon_days == 365
    assert mql_to_sql((50, 45, 10), lookback_days=40).horizon_days == 40


def test_quantiles_of_days_are_over_conversions_that_the_crm_shows():
    imputed = {"is_to_explicit": False}
    row = mql_to_sql((100, 0, 50, imputed), (100, 10, 1), (100, 20, 1))
    assert (row.converted, row.median_days) == (52, 15)
    # 10 + 0.9 × (20 - 10).
    assert row.p90_days == pytest.approx(19)


def test_deals_of_a_person_are_the_weighted_deals_of_people_with_one():
    chain = stages("sql", "opportunity", "customer", handover="sql")
    outcomes = step_outcomes(
        {"from_stage": "sql", "to_stage": "opportunity", "lag_days": 5, "records": 6, "deals_weight": 6.0},
        {"from_stage": "sql", "to_stage": "opportunity", "lag_days": 9, "records": 2, "deals_weight": 4.0},
        {"from_stage": "sql", "to_stage": "opportunity", "records": 8},
        # Before the lookback: no part of it.
        {"from_stage": "sql", "to_stage": "opportunity", "age_days": 365, "lag_days": 5, "deals_weight": 9.0},
        {"from_stage": "opportunity", "to_stage": "customer", "lag_days": 20, "records": 10},
    )
    to_deal, to_win = conversion_rates(night(), chain, outcomes)
    # 8 of 16 people have 10 deals: a rate of one half, 1.25 deals each; 16 × 8.5/17 × 1.25 = 10 deals.
    assert to_deal.rate == pytest.approx(8.5 / 17)
    assert to_deal.deals_per_person == 1.25
    assert (to_deal.unit, to_win.unit, to_win.deals_per_person) == ("people", "deals", 1.0)


def test_segments_are_drawn_toward_the_whole_with_the_weight_of_twenty():
    fair = [(*r, {"segment": "fair"}) for r in OLD]
    web = [(*r, {"segment": "web"}) for r in YOUNG]
    whole = 323 / 584
    # The curve is the whole account's: n_eff 10 and 10 × 21/34; (6 + 20 × 0.5531) / 30, (3 + 20 × 0.5531) / 26.18.
    assert mql_to_sql(*fair, *web).rate == pytest.approx(whole)
    assert mql_to_sql(*fair, *web, segment="fair").rate == pytest.approx((6 + 20 * whole) / 30)
    row = mql_to_sql(*fair, *web, segment="web")
    assert row.rate == pytest.approx((3 + 20 * whole) / (210 / 34 + 20))
    assert row.horizon_days == 30
    assert "drawn toward the whole account's 55.3%" in row.method


def test_a_segment_without_entries_at_a_step_takes_the_whole_s_rate():
    outcomes = step_outcomes(
        {"lag_days": 5, "records": 10, "segment": "web"},
        {"from_stage": "sql", "to_stage": "customer", "lag_days": 9, "records": 10, "segment": "fair"},
    )
    rows = conversion_rates(night(), stages("mql", "sql", "customer"), outcomes)
    by = {(r.segment, r.from_stage): r for r in rows}
    assert by["fair", "mql"].rate == pytest.approx(by[None, "mql"].rate)
    assert by["fair", "mql"].status == "no_denominator"
    assert by["fair", "mql"].method.startswith("nobody entered: the whole account's rate")


def test_pitfall_29_the_rate_of_the_whole_is_the_ratio_of_sums_not_the_mean_of_ratios():
    # web 50 of 100, fair 1 of 10: 51 of 110 = 46.4 %, where the mean of the two rates is 30 %.
    web = [(100, 5, 50, {"segment": "web"}), (100, None, 50, {"segment": "web"})]
    fair = [(100, 5, 1, {"segment": "fair"}), (100, None, 9, {"segment": "fair"})]
    row = mql_to_sql(*web, *fair)
    assert row.observed_rate == 51 / 110
    assert row.rate == pytest.approx(51.5 / 111)


@st.composite
def any_outcomes(draw):
    rows = []
    for _ in range(draw(st.integers(0, 15))):
        age = draw(st.integers(0, 800))
        lag = draw(st.none() | st.integers(0, age))
        from_stage, to_stage = draw(st.sampled_from([("lead", "mql"), ("mql", "sql"), ("sql", "customer")]))
        rows.append(
            {
                "from_stage": from_stage,
                "to_stage": to_stage,
                "segment": draw(st.sampled_from([None, "web", "fair"])),
                "age_days": age,
                "lag_days": lag,
                "is_lost": lag is None and draw(st.booleans()),
                "is_from_explicit": draw(st.booleans()),
                "is_to_explicit": lag is not None and draw(st.booleans()),
                "records": draw(st.integers(1, 500)),
                "deals_weight": 0.0 if lag is None or to_stage != "customer" else draw(st.floats(0.1, 500)),
            }
        )
    return step_outcomes(*rows)


@settings(max_examples=60, deadline=None)
@given(any_outcomes(), st.floats(0.01, 1), st.sampled_from([1.0, 20.0]), st.sampled_from([None, 30, 365]))
def test_pitfall_32_whatever_the_crm_shows_every_row_can_carry_a_plan(outcomes, assumed, weight, horizon_days):
    chain = stages("lead", "mql", "sql", "customer", assumed=assumed, weight=weight, unmapped=("mql",))
    rows = conversion_rates(night(horizon_days=horizon_days), chain, outcomes)
    assert [r.from_stage for r in rows[:3]] == ["lead", "mql", "sql"]
    for row in rows:
        assert 0 < row.rate <= 1
        assert 0 <= row.rate_low <= row.rate_high <= 1
        assert row.deals_per_person > 0
        assert row.from_stage == "sql" or row.deals_per_person == 1
        if row.entered is not None:
            assert row.entered == row.converted + row.lost + row.still_open
            assert 0 <= row.effective_entered <= row.entered * (1 + 1e-9)
