"""The scorecard by hand. Night of Tuesday 2026-03-31, 09:00-18:00 UTC."""

import pytest

from tests.sql.sla import Sales

CARD = ("funnel.mql_rounds", "funnel.round_touches", "reporting.mql_follow_up", "reporting.rep_scorecard")


@pytest.fixture
def sales(warehouse) -> Sales:
    return Sales(warehouse).terms().rep("ann", "Ann", team="North").rep("bob", "Bob")


def card(sales, *columns):
    for table in CARD:
        sales.warehouse.build(table)
    return {r["owner_id"]: tuple(list(r.values())[1:]) for r in sales.warehouse.rows(CARD[-1], "owner_id", *columns)}


def test_pitfall_40_the_unanswered_count_as_slower_than_any_answer(sales):
    # Answers after 1, 2 and 3 hours and two never: the median is the third, the p90 unanswered.
    for i, hours in enumerate([1, 2, 3, None, None]):
        sales.person(f"{i}").mql("2026-03-09 09:00", person=f"{i}").owned("ann", person=f"{i}")
        if hours:
            sales.touch(f"2026-03-09 {9 + hours}:00", person=f"{i}")
    found = card(
        sales, "mqls_received", "mqls_touched", "within_sla_share", "median_business_hours", "p90_business_hours"
    )
    assert found["ann"] == (5, 3, 0.6, 3.0, None)


def test_a_quantile_between_two_answers_is_linear(sales):
    for i, hours in enumerate([1, 4]):
        sales.person(f"{i}").mql("2026-03-09 09:00", person=f"{i}").owned("ann", person=f"{i}")
        sales.touch(f"2026-03-09 {9 + hours}:00", person=f"{i}")
    assert card(sales, "median_business_hours", "p90_business_hours")["ann"] == pytest.approx((2.5, 3.7))


def test_a_colleague_s_touch_is_work_done_but_not_the_owner_s(sales):
    sales.person().mql("2026-03-09 09:00").owned("ann").touch("2026-03-09 10:00", owner="bob")
    assert card(sales, "mqls_worked", "mqls_touched", "within_sla_share")["ann"] == (1, 0, 0.0)


def test_an_mql_still_in_time_says_nothing_yet(sales):
    sales.person().mql("2026-03-31 17:00").owned("ann").touch("2026-03-31 12:00", person="other")
    assert card(sales, "mqls_received", "within_sla_share", "median_business_hours")["ann"] == (1, None, None)


def test_where_no_touch_is_recorded_at_all_nobody_is_late(sales):
    sales.person().mql("2026-03-09 09:00").owned("ann")
    assert card(sales, "within_sla_share")["ann"] == (None,)


def test_pitfall_45_few_mqls_are_marked_as_few_and_the_inactive_and_queues_stand_apart(sales):
    sales.rep("old", "Old", is_active=False).rep("queue", "Queue", is_rep=False)
    for owner in ("ann", "old", "queue"):
        sales.person(owner).mql("2026-03-09 09:00", person=owner).owned(owner, person=owner)
    found = card(sales, "status")
    assert found == {"ann": ("low_sample",), "bob": ("no_denominator",), "old": ("inactive",), "queue": ("not_a_rep",)}


def test_attempts_count_on_the_sqls_whose_time_is_over(sales):
    for i, entered in enumerate(["2026-03-03 09:00", "2026-03-30 09:00"]):
        sales.person(f"{i}").mql(entered, entered, person=f"{i}").entry("sql", entered, person=f"{i}")
        sales.owned("ann", person=f"{i}")
    sales.touch("2026-03-04 10:00", person="0").touch("2026-03-05 10:00", "email", person="0")
    sales.touch("2026-03-30 10:00", person="1")
    assert card(sales, "sqls", "call_attempts_per_sql", "emails_per_sql")["ann"] == (2, 1.0, 1.0)


def test_wins_are_those_of_the_rep_s_own_deals(sales, warehouse):
    won = {"is_won": True, "is_lost": False, "owner_id": "ann", "amount_in_currency": 500}
    warehouse.put("funnel.deals", {"deal_id": "d", "booked_on": "2026-03-10", **won})
    warehouse.put("funnel.deals", {"deal_id": "old", "booked_on": "2025-03-31", **won})
    assert card(sales, "won", "revenue")["ann"] == (1, 500)
