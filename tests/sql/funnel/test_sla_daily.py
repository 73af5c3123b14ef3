from datetime import date

import pytest

from tests.sql.sla import Sales


@pytest.fixture
def sales(warehouse) -> Sales:
    return Sales(warehouse).terms().rep("ann", "Ann").person()


def daily(sales, *commitments):
    sales.build("funnel.sla_daily")
    rows = sales.warehouse.rows("funnel.sla_daily", "commitment", "day", "owner_id", "due", "done", "promised")
    return [tuple(r.values()) for r in rows if r["commitment"] in commitments]


def test_a_promise_counts_on_the_day_of_its_deadline(sales):
    # Friday 17:55 + 9 working hours: Monday.
    sales.mql("2026-03-06 17:55").owned("ann").touch("2026-03-06 17:58")
    monday = date(2026, 3, 9)
    assert daily(sales, "first_touch") == [
        ("first_touch", monday, None, 1, 1, 0.9),
        ("first_touch", monday, "ann", 1, 1, 0.9),
    ]


def test_a_promise_whose_deadline_is_still_to_come_is_not_due_although_kept(sales):
    sales.mql("2026-03-31 17:00").touch("2026-03-31 17:30")
    assert daily(sales, "first_touch") == []


def test_volumes_count_a_person_once_and_marketings_only(sales):
    sales.person("s", origin="sales").mql("2026-03-02 09:00", person="s")
    sales.mql("2026-03-02 09:00").mql("2026-03-20 09:00", round=2)
    assert daily(sales, "mql_volume") == [("mql_volume", date(2026, 3, 2), None, 1, 1, 0.0)]


def test_an_mql_is_worked_on_the_day_it_is_first_touched_or_decided_on(sales):
    sales.person("q").mql("2026-03-02 09:00").mql("2026-03-02 09:00", person="q")
    sales.touch("2026-03-03 09:00").ended("disqualified", "2026-03-05 09:00", person="q")
    assert [r[1] for r in daily(sales, "mqls_worked")] == [date(2026, 3, 3), date(2026, 3, 5)]
