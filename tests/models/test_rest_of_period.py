import itertools
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.required_weekly import required_weekly
from models.rest_of_period import last_useful_week, rest_of_period, still_needed, won_so_far
from models.working_calendar import calendar_days
from tests.models import rows
from tests.models.rows import STAGES, YEAR, deal, funnel_rows, night, rate, target, won_deals

CALENDAR = calendar_days(rows.settings().calendar, ZoneInfo("UTC"), date(2025, 1, 1), date(2027, 12, 31), [YEAR])
HALF_YEAR = date(2026, 6, 30)
PERIOD = target()


def by_stage(**changes):
    return {r.stage: r for r in funnel_rows(CALENDAR, **changes) if r.segment is None}


def test_what_is_won_is_the_revenue_of_the_period_by_tonight():
    won = won_deals((date(2025, 12, 31), 1.0), (date(2026, 1, 1), 10.0), (HALF_YEAR, 20.0), (date(2026, 7, 1), 100.0))
    assert won_so_far(PERIOD, HALF_YEAR, won, None, worth=5.0) == 30


def test_a_win_of_unknown_amount_counts_the_average_and_a_negative_one_nothing():
    won = won_deals((HALF_YEAR, None), (HALF_YEAR, -50.0), (HALF_YEAR, 10.0))
    assert won_so_far(PERIOD, HALF_YEAR, won, None, worth=5.0) == 15


def test_pitfall_47_where_marketing_owes_a_share_only_its_own_wins_count():
    won = won_deals((HALF_YEAR, 10.0), origin="sales")
    assert won_so_far(target(marketing_share=0.5), HALF_YEAR, won, None, worth=5.0) == 0


def test_the_rest_of_the_period_begins_tomorrow():
    rest = rest_of_period(CALENDAR, PERIOD, HALF_YEAR, 47.0)
    assert rest.working_days[0] == date(2026, 7, 1)
    # 132 of the year's 261 weekdays.
    assert rest.worked_weeks == pytest.approx(47 * 132 / 261)
    assert rest_of_period(CALENDAR, PERIOD, date(2025, 6, 30), 47.0).worked_weeks == pytest.approx(47)
    assert rest_of_period(CALENDAR, PERIOD, date(2026, 12, 31), 47.0).worked_weeks == 0


def test_the_last_useful_week_leaves_time_for_a_tenth_of_the_customers():
    # A tenth of the customers has come after 30 days: 1 December, a Tuesday; its week began on 30 November.
    due = np.concatenate([np.linspace(0, 0.0999, 30), np.linspace(0.1, 1, 335)])
    assert last_useful_week(CALENDAR, PERIOD, due) == date(2026, 11, 30)
    assert last_useful_week(CALENDAR, PERIOD, np.ones(365)) == date(2026, 12, 28)
    assert last_useful_week(CALENDAR, PERIOD, np.zeros(365)) is None


def test_what_comes_too_late_is_asked_for_beforehand():
    rest = rest_of_period(CALENDAR, PERIOD, HALF_YEAR, 47.0)
    at_once, after_92_days = np.ones(400), np.concatenate([np.zeros(92), np.ones(308)])
    assert still_needed(50, 0.125, at_once, rest, PERIOD.period_end) == pytest.approx(400)
    # Of the 132 working days left, those up to 30 September (66) are in time: twice as many a day.
    assert still_needed(50, 0.125, after_92_days, rest, PERIOD.period_end) == pytest.approx(400 * 132 / 66)


def test_nothing_missing_asks_for_nothing_and_too_late_for_no_number():
    over = rest_of_period(CALENDAR, PERIOD, date(2026, 12, 31), 47.0)
    assert still_needed(0, 0.125, np.ones(400), over, PERIOD.period_end) == 0
    assert still_needed(1, 0.125, np.ones(400), over, PERIOD.period_end) is None


def test_half_way_without_wins_everything_is_still_to_come():
    row = by_stage()["mql"]
    assert row.remaining_exact == pytest.approx(800)
    assert row.remaining_per_week == pytest.approx(800 / row.weeks_left)
    assert row.required_exact == pytest.approx(800), "the requirement of the whole period stays beside it"


def test_what_is_won_and_what_open_records_will_bring_is_taken_off():
    won = won_deals(*((date(2026, 3, 2), 1000.0) for _ in range(40)))
    delays = rows.step_delays(opportunity=[0.0, 1.0])
    opened = rows.open_records(("opportunity", 0, 20, 20))
    found = by_stage(won=won, delays=delays, opened=opened)
    # 100 - 40 won - 20 × 0.5 from open = 50 customers, of 1 / 8 of an MQL each; one day is lost of the 132.
    assert found["customer"].expected_from_open == pytest.approx(10)
    assert found["customer"].remaining_exact == pytest.approx(50)
    assert found["mql"].remaining_exact == pytest.approx(50 * 8 * 132 / 131)
    assert found["mql"].expected_from_open == 0


def test_a_target_already_reached_asks_for_nothing_more():
    found = by_stage(won=won_deals(*((date(2026, 3, 2), 1000.0) for _ in range(120))))
    assert {r.remaining_exact for r in found.values()} == {0.0}
    assert {r.remaining_per_week for r in found.values()} == {0.0}


def test_a_period_that_is_over_says_what_it_required_and_asks_for_nothing():
    row = by_stage(of_night=night(as_of=date(2027, 2, 1)))["mql"]
    assert (row.required, row.weeks_left, row.remaining_exact, row.remaining_per_week) == (800, 0.0, None, None)


def test_a_period_that_has_not_begun_is_all_left():
    row = by_stage(of_night=night(as_of=date(2025, 12, 1)))["mql"]
    assert row.weeks_left == pytest.approx(47)
    assert row.remaining_exact == pytest.approx(800)


def test_a_win_rate_of_one_and_a_safe_volume_of_known_rates():
    certain = [rate(a, b, 1.0) for a, b in itertools.pairwise(STAGES)]
    found = by_stage(rates=certain)
    assert {(r.required, r.required_safe) for r in found.values()} == {(100, 100)}


def test_delays_that_nothing_is_known_of_name_no_last_week():
    found = by_stage(delays=rows.step_delays(opportunity=[0.0, 1.0]))
    assert found["mql"].last_useful_week is None
    assert found["opportunity"].last_useful_week == date(2026, 12, 28)


def weekly(as_of, **changes):
    tonight = night(as_of=as_of)
    needs = funnel_rows(CALENDAR, of_night=tonight, **changes)
    found = required_weekly(tonight, CALENDAR, needs, rows.deliveries(), rows.deliveries_by_segment())
    return [w for w in found if w.stage == "mql"]


def test_the_weeks_left_bring_what_is_needed_by_their_working_days():
    found = weekly(HALF_YEAR)
    left = [w for w in found if w.needed is not None]
    assert sum(w.needed for w in left) == pytest.approx(800)
    # 30 June is a Tuesday: three days of its week are left, of 132.
    assert left[0].week_start == date(2026, 6, 29)
    assert left[0].needed == pytest.approx(800 * 3 / 132)
    assert all(w.needed is None for w in found if w.week_start < date(2026, 6, 29))


def test_weeks_of_a_reached_target_need_nothing_and_of_one_out_of_reach_have_no_number():
    won = won_deals(*((date(2026, 3, 2), 1000.0) for _ in range(120)))
    assert {w.needed for w in weekly(HALF_YEAR, won=won)} == {None, 0.0}
    late = rows.step_delays(mql=[0.0] * 60 + [1.0], sql=[1.0], opportunity=[1.0])
    assert {w.needed for w in weekly(date(2026, 12, 15), delays=late)} == {None}


def test_segments_split_the_customers_by_their_share_of_the_won_deals():
    # Rule: 60 of the 80 wins told apart are web's, so 75 of the 100 customers.
    web = [rate(a, b, 0.4, segment="web") for a, b in itertools.pairwise(STAGES)]
    fair = [rate(a, b, 0.5, segment="fair") for a, b in itertools.pairwise(STAGES)]
    deals = [deal(), deal(segment="web", won_deals=60, mean=9.0), deal(segment="fair", won_deals=20)]
    found = funnel_rows(CALENDAR, rates=[*rows.article_rates(), *web, *fair], deals=deals)
    by = {(r.segment, r.stage): r.required_exact for r in found}
    assert (by["web", "customer"], by["fair", "customer"], by[None, "customer"]) == pytest.approx((75, 25, 100))
    # 75 / 0.4 and 25 / 0.5: above the customers they need not sum to the whole's 200.
    assert (by["web", "opportunity"], by["fair", "opportunity"]) == pytest.approx((187.5, 50))


def test_a_segment_without_a_won_deal_has_no_share_that_could_be_told():
    found = funnel_rows(CALENDAR, deals=[deal(), deal(segment="web", won_deals=0, mean=None)])
    assert {r.segment for r in found} == {None}


def test_pipelines_are_segments_of_deals_only():
    found = funnel_rows(CALENDAR, of_night=night(segment_by="pipeline"), deals=[deal(), deal(segment="new")])
    assert {r.stage for r in found if r.segment == "new"} == {"opportunity", "customer"}
