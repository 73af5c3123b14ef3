"""The clock of an MQL, by hand. Night of Tuesday 2026-03-31, working days Monday to Friday, 09:00-18:00 UTC."""

import pytest

from tests.sql.sla import Sales, at


@pytest.fixture
def sales(warehouse) -> Sales:
    return Sales(warehouse).rep("ann", "Ann").rep("bob", "Bob").person()


def test_pitfall_39_friday_evening_to_monday_morning_is_ten_minutes(sales):
    # 2026-03-06 is a Friday: 17:55-18:00 and Monday 09:00-09:05; by the clock 63 h 10.
    sales.terms().mql("2026-03-06 17:55").touch("2026-03-09 09:05")
    ((business, elapsed),) = sales.follow_up("business_hours_to_first_touch", "elapsed_hours_to_first_touch")
    assert business * 60 == pytest.approx(10)
    assert elapsed == pytest.approx(63 + 10 / 60)


def test_the_deadline_is_the_moment_the_promised_working_hours_have_passed(sales):
    # 9 hours from Friday 17:55: 5 minutes on Friday, so 8 h 55 on Monday.
    sales.terms().mql("2026-03-06 17:55")
    assert sales.follow_up("first_touch_deadline_at") == [at("2026-03-09 17:55")]


def test_by_the_clock_the_deadline_needs_no_calendar(sales):
    sales.terms(business_hours=(0.0, None)).mql("2026-03-06 17:55")
    assert sales.follow_up("first_touch_deadline_at") == [at("2026-03-07 02:55")]


@pytest.mark.parametrize(
    ("touched", "status"),
    [("2026-03-09 17:55", "met"), ("2026-03-09 17:55:01", "missed"), (None, "missed")],
)
def test_a_touch_at_the_deadline_is_in_time_and_a_second_later_is_not(sales, touched, status):
    sales.terms().mql("2026-03-06 17:55")
    if touched:
        sales.touch(touched)
    assert sales.follow_up("first_touch_status") == [status]


def test_pitfall_40_unanswered_past_its_deadline_is_missed_and_before_it_open(sales):
    sales.person("q").terms().mql("2026-03-30 08:00").mql("2026-03-31 16:00", person="q")
    assert sales.follow_up("first_touch_status") == ["missed", "open"]


def test_disqualified_untouched_before_the_deadline_owes_nothing(sales):
    sales.terms().mql("2026-03-09 09:00").ended("disqualified", "2026-03-09 12:00", "competitor")
    row = sales.follow_up("outcome", "outcome_at", "first_touch_status", "left_at")
    assert row == [("disqualified", at("2026-03-09 12:00"), "not_owed", at("2026-03-09 12:00"))]


def test_a_touch_in_time_stays_met_when_the_mql_is_disqualified_later(sales):
    sales.terms().mql("2026-03-09 09:00").touch("2026-03-09 10:00").ended("disqualified", "2026-03-09 12:00")
    assert sales.follow_up("first_touch_status") == ["met"]


def test_disqualified_untouched_after_the_deadline_is_missed(sales):
    sales.terms().mql("2026-03-09 09:00").ended("disqualified", "2026-03-10 12:00")
    assert sales.follow_up("first_touch_status") == ["missed"]


def test_recycled_starts_a_new_round_with_a_clock_of_its_own(sales):
    sales.terms().mql("2026-02-02 09:00", "2026-02-10 09:00").ended("recycled", "2026-02-10 09:00")
    sales.mql("2026-03-09 09:00", round=2).touch("2026-02-02 10:00").touch("2026-03-09 11:00")
    assert sales.follow_up("outcome", "first_touch_at", "business_hours_to_first_touch") == [
        ("recycled", at("2026-02-02 10:00"), 1.0),
        (None, at("2026-03-09 11:00"), 2.0),
    ]


def test_pitfall_43_a_touch_before_the_mql_does_not_count_and_makes_no_negative_time(sales):
    sales.terms().mql("2026-03-09 10:00").touch("2026-03-09 09:59:59").touch("2026-03-09 12:00")
    assert sales.follow_up("first_touch_at", "business_hours_to_first_touch") == [(at("2026-03-09 12:00"), 2.0)]


@pytest.mark.parametrize(
    "touch",
    [
        {"is_automated": True, "kind": "email"},
        {"direction": "inbound"},
        {"outcome": "failed"},
        {"outcome": "canceled"},
        {"outcome": "cancelled"},
        {"kind": "email", "outcome": "bounced"},
    ],
)
def test_pitfall_41_a_sequence_a_failed_call_or_the_buyers_own_message_is_no_touch(sales, touch):
    sales.terms().mql("2026-03-09 10:00").touch("2026-03-09 11:00", **touch)
    assert sales.follow_up("first_touch_at") == [None]


def test_pitfall_41_an_attempt_is_a_touch_although_nobody_was_reached(sales):
    sales.terms().mql("2026-03-09 10:00").touch("2026-03-09 11:00", outcome="no answer", reached=False)
    assert sales.follow_up("first_touch_at") == [at("2026-03-09 11:00")]
    assert sales.warehouse.values("funnel.round_touches", "reached") == [False]


@pytest.mark.parametrize("excluded", ["Bob", "bob", "someone, BOB"])
def test_an_excluded_user_s_activities_are_no_touches(sales, excluded):
    sales.terms(exclude=(None, excluded)).mql("2026-03-09 10:00")
    sales.touch("2026-03-09 11:00", owner="bob").touch("2026-03-09 12:00", owner="ann")
    assert sales.follow_up("first_touch_at") == [at("2026-03-09 12:00")]


def test_touched_by_another_rep_counts_for_the_buyer_not_for_the_owner(sales):
    sales.terms().mql("2026-03-09 09:00").owned("ann").touch("2026-03-09 10:00", owner="bob")
    assert sales.follow_up("first_touch_status", "owner_first_touch_at", "owner_touch_status") == [
        ("met", None, "missed")
    ]


def test_pitfall_42_a_reassignment_resets_no_clock_of_the_buyer(sales):
    sales.terms().mql("2026-03-09 09:00").owned("ann", None, "2026-03-09 15:00").owned("bob", "2026-03-09 15:00")
    sales.touch("2026-03-10 09:30", owner="bob")
    assert sales.follow_up("owner_id", "assigned_at", "business_hours_to_first_touch", "first_touch_status") == [
        ("ann", at("2026-03-09 09:00"), 9.5, "missed")
    ]


def test_owned_by_a_queue_until_assigned(sales):
    # The queue is no user of the CRM. Assigned at 17:00: an hour on Monday, an hour on Tuesday.
    sales.terms().mql("2026-03-09 09:00").owned("queue", None, "2026-03-09 17:00").owned("ann", "2026-03-09 17:00")
    sales.touch("2026-03-10 10:00")
    row = sales.follow_up(
        "owner_id", "assigned_at", "business_hours_to_assigned", "business_hours_from_assigned",
        "business_hours_to_first_touch", "first_touch_status", "owner_touch_status",
    )  # fmt: skip
    assert row == [("ann", at("2026-03-09 17:00"), 8.0, 2.0, 10.0, "missed", "met")]


def test_the_owner_is_the_one_in_force_fifteen_minutes_after_the_entry(sales):
    sales.terms().mql("2026-03-09 09:00").owned("ann", None, "2026-03-09 09:15").owned("bob", "2026-03-09 09:15")
    assert sales.follow_up("owner_id", "assigned_at") == [("bob", at("2026-03-09 09:15"))]


def test_nobody_s_mql_still_has_the_buyer_s_clock(sales):
    sales.terms().mql("2026-03-09 09:00")
    assert sales.follow_up("owner_id", "assigned_at", "first_touch_status", "owner_touch_status") == [
        (None, None, "missed", "not_owed")
    ]


def test_attempts_are_owed_once_it_is_an_sql_and_counted_within_their_days(sales):
    sales.terms().mql("2026-03-02 09:00", "2026-03-03 09:00").entry("sql", "2026-03-03 09:00")
    sales.touch("2026-03-02 10:00").touch("2026-03-04 10:00").touch("2026-03-17 09:00").touch("2026-03-17 09:00:01")
    row = sales.follow_up("sql_at", "call_attempts", "emails", "attempts_deadline_at", "attempts_status")
    assert row == [(at("2026-03-03 09:00"), 2, 0, at("2026-03-17 09:00"), "missed")]


def test_two_calls_and_three_e_mails_in_time_keep_the_promise(sales):
    sales.terms().mql("2026-03-02 09:00", "2026-03-03 09:00").entry("sql", "2026-03-03 09:00")
    for day in (4, 5):
        sales.touch(f"2026-03-0{day} 10:00")
    for day in (4, 5, 6):
        sales.touch(f"2026-03-0{day} 11:00", "email")
    assert sales.follow_up("attempts_status", "calls_missing", "emails_missing") == [("met", 0, 0)]


def test_attempts_may_be_agreed_on_every_mql(sales):
    sales.terms(attempts_on=(None, "mql")).mql("2026-03-02 09:00")
    assert sales.follow_up("attempts_deadline_at", "attempts_status") == [(at("2026-03-16 09:00"), "missed")]


def test_an_mql_that_is_no_sql_owes_no_attempts_agreed_on_sqls(sales):
    sales.terms().mql("2026-03-02 09:00").touch("2026-03-02 10:00")
    assert sales.follow_up("call_attempts", "attempts_status") == [(1, "not_owed")]


def test_what_is_not_agreed_is_not_owed(sales):
    sales.terms(first_touch_hours=None, call_attempts=None, emails=None)
    sales.mql("2026-03-02 09:00", "2026-03-03 09:00").entry("sql", "2026-03-03 09:00")
    assert sales.follow_up("first_touch_status", "attempts_status") == [("not_owed", "not_owed")]


def test_every_week_is_judged_by_the_terms_in_force_on_its_first_day(sales):
    # From Wednesday the 11th on four hours: the week of the 9th keeps nine.
    sales.terms().terms("2026-03-11", first_touch_hours=(4.0, None)).person("q")
    sales.mql("2026-03-12 09:00").mql("2026-03-16 09:00", person="q")
    assert sales.follow_up("first_touch_deadline_at") == [at("2026-03-12 18:00"), at("2026-03-16 13:00")]


def test_an_mql_before_the_first_agreement_is_judged_by_the_settings_of_its_day(warehouse):
    blocks = [
        {"from": "2025-01-01", "sales": {"first_touch_hours": 1}},
        {"from": "2025-07-01", "sales": {"first_touch_hours": 2}},
    ]
    sales = Sales(warehouse, sla=blocks).terms().person().person("q")
    sales.mql("2025-03-03 09:00").mql("2025-09-01 09:00", person="q")
    assert sales.follow_up("first_touch_deadline_at") == [at("2025-03-03 10:00"), at("2025-09-01 11:00")]


def test_pitfall_44_the_rounds_come_from_entries_not_from_the_stage_the_crm_shows_today(sales):
    # HubSpot's lifecycle never goes down: the label says customer, the entries say MQL, twice.
    sales.warehouse.con.execute("update funnel.people set stage = 'customer', crm_stage = 'customer'")
    sales.terms().mql("2026-02-02 09:00", "2026-02-03 09:00").mql("2026-03-09 09:00", round=2)
    assert sales.follow_up("became_mql_at") == [at("2026-02-02 09:00"), at("2026-03-09 09:00")]


def test_an_sql_without_a_touch_before_the_deadline_owes_no_first_touch(sales):
    sales.terms().mql("2026-03-09 09:00", "2026-03-09 10:00").entry("sql", "2026-03-09 10:00")
    assert sales.follow_up("first_touch_status") == ["not_owed"]


def test_an_mql_is_to_call_until_it_is_touched_or_has_left(sales):
    for person in ("late", "open", "touched", "left", "over", "over_undated"):
        sales.person(person)
    sales.terms()
    sales.mql("2026-03-02 10:00", person="late").mql("2026-03-31 16:00", person="open")
    sales.mql("2026-03-02 10:00", person="touched").touch("2026-03-20 10:00", person="touched")
    sales.mql("2026-03-02 10:00", "2026-03-20 10:00", person="left")
    sales.mql("2026-03-02 10:00", person="over").ended("disqualified", "2026-03-20 10:00", person="over")
    sales.mql("2026-03-02 10:00", person="over_undated").ended("disqualified", None, person="over_undated")
    sales.build()
    rows = sales.warehouse.rows("reporting.mql_follow_up", "person_id", "first_touch_status", "is_to_call")
    assert {r["person_id"]: (r["first_touch_status"], r["is_to_call"]) for r in rows} == {
        "late": ("missed", True),
        "open": ("open", True),
        "touched": ("missed", False),
        "left": ("missed", False),
        "over": ("missed", False),
        "over_undated": ("missed", False),
    }


def test_only_the_last_round_of_an_mql_that_came_back_is_to_call(sales):
    sales.terms().mql("2026-03-02 10:00", "2026-03-10 10:00").mql("2026-03-20 10:00", round=2)
    assert sales.follow_up("is_to_call") == [False, True]


def test_an_mql_that_nothing_is_promised_for_is_nobodys_to_call(sales):
    sales.terms(first_touch_hours=(None, None)).mql("2026-03-02 10:00")
    assert sales.follow_up("first_touch_status", "is_to_call") == [("not_owed", False)]
