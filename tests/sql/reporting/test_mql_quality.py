import pytest

from tests.models.rows import rate
from tests.sql.sla import Sales


@pytest.fixture
def sales(warehouse) -> Sales:
    sales = Sales(warehouse).terms()
    for a, b, value in [("mql", "sql", 0.5), ("sql", "opportunity", 0.5), ("opportunity", "customer", 0.25)]:
        row = rate(a, b, value)
        warehouse.put(
            "reporting.conversion_rates",
            {"as_of": "2026-03-31", "from_stage": a, "to_stage": b, "rate": row.rate, "deals_per_person": 1.0,
             "horizon_days": 14},
        )  # fmt: skip
    warehouse.put("reporting.average_deal", {"as_of": "2026-03-31", "mean": 1000.0, "paying_share": 0.8})
    return sales


def quality(sales, *columns):
    sales.build("reporting.mql_quality")
    return [tuple(r.values()) for r in sales.warehouse.rows("reporting.mql_quality", *columns)]


def test_accepted_rejected_and_recycled_are_told_apart_with_the_reason_most_often_given(sales):
    for i, (outcome, reason) in enumerate(
        [("disqualified", "no budget"), ("disqualified", "student"), ("recycled", "no budget"), (None, None)]
    ):
        sales.person(f"{i}", lead_source="Web").mql("2026-03-02 09:00", person=f"{i}")
        if outcome:
            sales.ended(outcome, "2026-03-03 09:00", reason, person=f"{i}")
    sales.person("s", lead_source="Web").mql("2026-03-02 09:00", person="s").entry(
        "sql", "2026-03-03 09:00", person="s"
    )
    assert quality(sales, "lead_source", "mqls", "accepted", "rejected", "recycled", "top_reason") == [
        ("Web", 5, 1, 2, 1, "no budget")
    ]


def test_an_mql_of_a_source_nobody_knows_yet_is_worth_what_any_is(sales):
    # 0.5 × 0.5 × 0.25 × 1,000 × 0.8 = 50.
    sales.person(lead_source="New").mql("2026-03-30 09:00")
    assert quality(sales, "lead_source", "value_per_mql") == [("New", pytest.approx(50))]


def test_a_source_all_of_whose_mqls_become_sqls_is_worth_more_the_more_there_are(sales):
    # 20 of 20, drawn toward 0.5 with 20: 0.75; × 0.125 × 800 = 75.
    for i in range(20):
        sales.person(f"{i}", lead_source="Referral").mql("2026-02-02 09:00", person=f"{i}")
        sales.entry("sql", "2026-02-05 09:00", person=f"{i}")
    assert quality(sales, "value_per_mql") == [(pytest.approx(75),)]


def test_pitfall_02_the_young_do_not_lower_the_worth_of_a_source(sales):
    for i in range(50):
        sales.person(f"{i}", lead_source="Web").mql("2026-03-30 09:00", person=f"{i}")
    assert quality(sales, "value_per_mql") == [(pytest.approx(50),)]


def test_sales_own_people_are_not_marketings_quality(sales):
    sales.person(origin="sales").mql("2026-03-02 09:00")
    assert quality(sales, "mqls") == []
