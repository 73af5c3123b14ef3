from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.required_reps import CapacityObserved, carried_by, ceilings, required_reps, shortfall
from models.working_calendar import calendar_days
from tests.models.rows import (
    YEAR,
    article_rates,
    deal,
    effort,
    funnel_rows,
    night,
    settings,
    stages,
    target,
)

CALENDAR = calendar_days(settings().calendar, ZoneInfo("UTC"), *YEAR, [YEAR])
NOTHING_SEEN = {"mql_rounds": 0, "mqls": 0, "active_reps": 0.0, "mean_weeks_sql_open": None}


def team(of_stages=None, seen=None, needs=None, **of_night):
    chain = of_stages or stages()
    tonight = night(**of_night)
    rows = needs or funnel_rows(CALENDAR, of_night=tonight)
    return required_reps(tonight, chain, rows, CapacityObserved(**{**NOTHING_SEEN, **(seen or {})}))[0]


def test_the_article_s_team():
    row = team()
    assert row.mqls_per_week == pytest.approx(800 / 47)
    assert row.sqls_per_week == pytest.approx(400 / 47)
    assert row.reps_by_mqls == pytest.approx(800 / 47 / 8)
    assert row.reps_by_touches == pytest.approx(400 / 47 * 5 / 20)
    assert (row.reps, row.reps_to_cover, row.shortfall_mqls, row.status) == (2, 3, 48, "ok")


def test_three_ceilings_and_the_largest_need_binds():
    # 10 MQLs and 6 SQLs a week: 10 × 1.2 / 8 = 1.5; 6 × (4 + 3) / 20 = 2.1; 6 × 4 weeks / 10 = 2.4.
    asked = ceilings(
        10,
        6,
        effort(rounds_per_mql=1.2, call_attempts_per_sql=4.0, open_sqls_per_rep=10.0, mean_weeks_sql_open=4.0),
    )
    assert (asked.mqls, asked.touches, asked.open_sqls) == pytest.approx((1.5, 2.1, 2.4))
    assert asked.binding == ("open_sqls", asked.open_sqls)
    assert ceilings(10, 6, effort(rounds_per_mql=2.0)).binding == ("mqls", 2.5)
    assert ceilings(10, 6, effort(emails_per_sql=6.0)).binding == ("touches", pytest.approx(2.4))


def test_of_ceilings_that_ask_for_the_same_the_first_binds():
    assert ceilings(8, 4, effort()).binding == ("mqls", 1.0)


def test_the_ceiling_on_open_sqls_is_none_unless_it_is_set_and_measured():
    assert ceilings(10, 6, effort(open_sqls_per_rep=10.0)).open_sqls is None
    assert ceilings(10, 6, effort(mean_weeks_sql_open=4.0)).open_sqls is None


def test_the_open_sqls_of_the_team_from_what_is_seen():
    row = team(seen={"mean_weeks_sql_open": 6.0}, open_sqls_per_rep=10.0)
    # 400 / 47 × 6 / 10 = 5.106.
    assert row.reps_by_open_sqls == pytest.approx(5.10638, abs=1e-5)
    assert (row.binding_constraint, row.reps, row.reps_to_cover) == ("open_sqls", 5, 6)


def test_mqls_that_come_back_are_worked_again():
    row = team(seen={"mql_rounds": 150, "mqls": 100})
    assert row.rounds_per_mql == 1.5
    # 17.02 × 1.5 / 8 = 3.191.
    assert row.reps_by_mqls == pytest.approx(3.19149, abs=1e-5)
    assert row.binding_constraint == "mqls"


def test_without_an_mql_seen_each_comes_once():
    assert team().rounds_per_mql == 1.0


@pytest.mark.parametrize(("rounding", "reps", "left"), [("nearest", 2, 48), ("up", 3, 0)])
def test_pitfall_34_reps_round_as_set_and_what_is_left_is_said(rounding, reps, left):
    row = team(rounding=rounding)
    assert (row.reps, row.reps_to_cover, row.shortfall_mqls) == (reps, 3, left)


def test_half_a_rep_rounds_up_to_the_nearest():
    # 17.02 MQLs at 6.80851 a rep are 2.5 reps.
    row = team(mqls_per_rep_week=800 / 47 / 2.5)
    assert row.reps_exact == pytest.approx(2.5)
    assert row.reps == 3


def test_a_small_need_may_round_to_no_rep_and_leaves_all_of_it():
    row = team(mqls_per_rep_week=50.0, touches_per_rep_week=200.0)
    assert (row.reps, row.reps_to_cover, row.shortfall_mqls) == (0, 1, 800)


def test_what_2_of_2_13_reps_cannot_carry():
    # 800 × (1 - 2 / 2.12766) = 48.
    assert shortfall(800, 800 / 47 / 8, 2) == 48
    assert shortfall(800, 800 / 47 / 8, 3) == 0
    assert shortfall(800, 0.0, 0) == 0


def test_what_2_reps_bring_752_mqls_94_customers_94000():
    carried = carried_by(team(), 800, 100, 100_000)
    assert (carried.mqls, carried.customers) == (752, 94)
    assert carried.revenue == pytest.approx(94_000)


def test_reps_enough_for_all_bring_all_and_no_more():
    carried = carried_by(team(rounding="up"), 800, 100, 100_000)
    assert (carried.mqls, carried.customers, carried.revenue) == (800, 100, 100_000)


def test_the_gap_is_the_reps_at_work_less_the_reps_needed():
    assert team(seen={"active_reps": 1.5}).gap == -0.5
    assert team(seen={"active_reps": 4.0}).gap == 2.0


def test_reps_known_from_nowhere_are_not_zero_reps():
    row = team(seen={"active_reps": 0.0})
    assert (row.active_reps, row.gap) == (None, None)


def test_a_funnel_without_handover_or_sql_has_no_ceiling():
    chain = stages("lead", "opportunity", "customer", handover=None)
    rates = [r for r in article_rates() if r.from_stage in ("sql", "opportunity")]
    row = team(chain, needs=funnel_rows(CALENDAR, of_stages=chain, rates=rates))
    assert (row.mqls_per_week, row.sqls_per_week, row.reps_exact, row.reps, row.reps_to_cover) == (None,) * 5
    assert (row.shortfall_mqls, row.binding_constraint, row.status) == (None, None, "not_mapped")
    assert carried_by(row, 800, 100, 100_000) is None


def test_a_funnel_without_sql_is_bound_by_mqls():
    chain = stages("lead", "mql", "opportunity", "customer")
    rates = [r for r in article_rates() if r.from_stage in ("lead", "mql", "opportunity")]
    row = team(chain, needs=funnel_rows(CALENDAR, of_stages=chain, rates=rates))
    assert (row.sqls_per_week, row.reps_by_touches, row.binding_constraint) == (None, None, "mqls")
    # 100 / 0.5 / 0.5 = 400 MQLs: 8.51 a week, 1.06 reps.
    assert row.reps_exact == pytest.approx(400 / 47 / 8)


def test_a_funnel_with_sql_but_no_handover_is_bound_by_touches():
    chain = stages("lead", "sql", "opportunity", "customer", handover=None)
    rates = [r for r in article_rates() if r.from_stage in ("lead", "sql", "opportunity")]
    row = team(chain, needs=funnel_rows(CALENDAR, of_stages=chain, rates=rates))
    assert (row.mqls_per_week, row.reps_by_mqls, row.binding_constraint) == (None, None, "touches")
    assert row.shortfall_mqls is None


def test_the_team_takes_the_worst_status_of_the_volumes_it_rests_on():
    doubtful = funnel_rows(CALENDAR, rates=article_rates(sql={"status": "low_sample"}))
    assert team(needs=doubtful).status == "low_sample"
    # A step before the handover is none of them.
    earlier = funnel_rows(CALENDAR, rates=article_rates(prospect={"status": "not_mapped"}))
    assert team(needs=earlier).status == "ok"
    assert team(needs=funnel_rows(CALENDAR, deals=[deal(status="mixed_currency")])).status == "mixed_currency"


def test_every_target_has_a_team_of_its_own():
    targets = [target(), target(target="more", revenue=200_000.0)]
    seen = CapacityObserved(**NOTHING_SEEN)
    rows = required_reps(night(), stages(), funnel_rows(CALENDAR, targets=targets), seen)
    assert [(r.target, r.reps_to_cover) for r in rows] == [("2026", 3), ("more", 5)]


def test_a_period_without_a_weekday_has_no_weekly_volume_and_no_team():
    weekend = target(period_start=date(2026, 6, 6), period_end=date(2026, 6, 7))
    row = team(needs=funnel_rows(CALENDAR, targets=[weekend]))
    assert (row.mqls_per_week, row.reps_exact, row.reps, row.shortfall_mqls) == (None,) * 4


volumes = st.floats(0.01, 1e4)


@given(volumes, volumes, st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0, 10), st.floats(0, 10))
def test_the_largest_ceiling_binds_and_twice_the_volume_takes_twice_the_reps(m, s, mqls, touches, calls, mails):
    given_effort = effort(
        mqls_per_rep_week=mqls, touches_per_rep_week=touches, call_attempts_per_sql=calls, emails_per_sql=mails
    )
    asked = ceilings(m, s, given_effort)
    assert asked.binding[1] == max(asked.mqls, asked.touches)
    assert ceilings(2 * m, 2 * s, given_effort).binding[1] == pytest.approx(2 * asked.binding[1])


@given(st.floats(1, 1e6), st.floats(0.01, 500))
def test_reps_that_cover_leave_nothing_and_any_others_leave_at_most_the_volume(volume, exact):
    for reps in (int(exact), int(exact) + 1, int(exact) + 2):
        left = shortfall(volume, exact, reps)
        assert 0 <= left < volume + 1
        assert left == 0 or reps < exact
