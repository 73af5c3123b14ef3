import pytest

from tests.sql.sla import Sales


@pytest.fixture
def sales(warehouse) -> Sales:
    return Sales(warehouse).terms().rep("ann", "Ann")


def yields(sales):
    sales.build("reporting.attempt_yield")
    rows = sales.warehouse.rows("reporting.attempt_yield", "kind", "attempt", "mqls_at_risk", "reached", "to_sql")
    return [tuple(r.values()) for r in rows]


def test_each_attempt_gets_the_sqls_that_come_before_the_next(sales):
    # One is won over after the second call; the other gets a single call and stays.
    sales.person("a").mql("2026-03-02 09:00", person="a").entry("sql", "2026-03-05 09:00", person="a")
    sales.touch("2026-03-03 09:00", person="a", reached=False).touch("2026-03-04 09:00", person="a", reached=True)
    sales.person("b").mql("2026-03-02 09:00", person="b").touch("2026-03-03 09:00", person="b")
    assert yields(sales) == [("call", 1, 2, 0, 0), ("call", 2, 1, 1, 1)]


def test_attempts_on_an_sql_win_over_nobody(sales):
    sales.person().mql("2026-03-02 09:00").entry("sql", "2026-03-03 09:00").touch("2026-03-04 09:00")
    assert yields(sales) == []


def test_kinds_are_counted_apart(sales):
    sales.person().mql("2026-03-02 09:00").touch("2026-03-03 09:00").touch("2026-03-04 09:00", "email")
    assert yields(sales) == [("call", 1, 1, 0, 0), ("email", 1, 1, 0, 0)]
