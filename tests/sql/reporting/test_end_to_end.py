"""reporting.end_to_end: what became of an old cohort, beside the product of tonight's rates."""

from datetime import date

import pytest

KEY = "reporting.end_to_end"
STEPS = (
    ("mql", "sql", 0.5, 0.4, 0.6),
    ("sql", "opportunity", 0.5, 0.4, 0.6),
    ("opportunity", "customer", 0.1, 0.05, 0.15),
)


def rates(warehouse, status="ok", deals_per_person=1.0):
    """Tonight's steps from the handover on, 30 days each; and one before it, and a segment's, that do not count."""
    rows = [("lead", "mql", 0.1, 0.1, 0.1), *STEPS]
    for segment in (None, "web"):
        for start, end, rate, low, high in rows:
            warehouse.put(
                "reporting.conversion_rates",
                {
                    "as_of": date(2026, 3, 31),
                    "segment": segment,
                    "from_stage": start,
                    "to_stage": end,
                    "horizon_days": 30,
                    "rate": rate,
                    "rate_low": low,
                    "rate_high": high,
                    "deals_per_person": deals_per_person if start == "sql" else 1.0,
                    "status": status if start == "sql" else "ok",
                },
            )


def mqls(warehouse, count, won, on="2025-06-01", origin="marketing", first=0, weight=1.0, booked="2025-08-01"):
    """`count` people who were at mql on a day, of whom `won` have a won deal."""
    for i in range(first, first + count):
        warehouse.put("funnel.people", {"person_id": f"p{i}", "origin": origin})
        warehouse.put(
            "funnel.stage_times", {"record_type": "person", "record_id": f"p{i}", "stage": "mql", "reached_on": on}
        )
        if i - first < won:
            warehouse.put("funnel.deals", {"deal_id": f"d{i}", "is_won": True, "booked_on": booked})
            warehouse.put("funnel.deal_people", {"deal_id": f"d{i}", "person_id": f"p{i}", "weight": weight})


def test_what_became_of_a_cohort_stands_beside_the_product_of_the_rates(warehouse):
    warehouse.night()
    rates(warehouse)
    mqls(warehouse, 200, 6)
    (row,) = warehouse.build(KEY)
    assert (row["from_stage"], row["to_stage"], row["entered"], row["customers"]) == ("mql", "customer", 200, 6)
    # 90 days to convert; the lookback of 365 days before those.
    assert (row["window_start"], row["window_end"]) == (date(2025, 1, 1), date(2025, 12, 31))
    assert row["observed_rate"] == pytest.approx(0.03)
    assert row["product_of_rates"] == pytest.approx(0.5 * 0.5 * 0.1)
    assert row["product_low"] == pytest.approx(0.4 * 0.4 * 0.05)
    assert row["product_high"] == pytest.approx(0.6 * 0.6 * 0.15 / 0.95**3)
    assert (row["status"], row["differs"]) == ("ok", False)


@pytest.mark.parametrize(
    ("won", "differs"),
    [
        # 200 × 0.008 = 1.6, with 0 customers certain to less than 2: no more than chance.
        (0, False),
        # 200 × 0.054 / 0.95³ = 12.60: 21 - 2 × √21 = 11.83, 22 - 2 × √22 = 12.62.
        (21, False),
        (22, True),
    ],
)
def test_pitfall_46_the_two_differ_where_neither_s_error_explains_it(warehouse, won, differs):
    warehouse.night()
    rates(warehouse)
    mqls(warehouse, 200, won)
    assert warehouse.values(KEY, "differs") == [differs]


def test_a_cohort_that_brought_too_little_differs_too(warehouse):
    warehouse.night()
    rates(warehouse)
    # 300 × 0.008 = 2.4, more than 0 + 2.
    mqls(warehouse, 300, 0)
    assert warehouse.values(KEY, "differs") == [True]


def test_who_is_too_young_too_old_or_sales_own_does_not_count(warehouse):
    warehouse.night()
    rates(warehouse)
    mqls(warehouse, 1, 1, on="2025-01-01", booked="2025-02-01")
    mqls(warehouse, 1, 1, on="2025-12-31", first=1, weight=0.5, booked="2026-02-01")
    mqls(warehouse, 1, 1, on="2024-12-31", first=2, booked="2025-02-01")
    mqls(warehouse, 1, 1, on="2026-01-01", first=3, booked="2026-02-01")
    mqls(warehouse, 1, 1, origin="sales", first=4)
    mqls(warehouse, 1, 1, first=5, booked=None)
    assert warehouse.values(KEY, "entered", "customers", "status") == [(3, 1.5, "low_sample")]


def test_the_deals_a_person_has_are_part_of_the_product(warehouse):
    warehouse.night()
    rates(warehouse, deals_per_person=2.0)
    mqls(warehouse, 1, 0)
    assert warehouse.values(KEY, "product_of_rates")[0] == pytest.approx(0.5 * 0.5 * 2 * 0.1)


def test_what_people_buy_again_later_came_of_no_rate(warehouse):
    warehouse.night()
    rates(warehouse)
    # Entered on 2025-06-01, with 90 days for the way: until 2025-08-30.
    mqls(warehouse, 200, 4, booked="2025-08-30")
    for i, again in enumerate(("2025-08-31", "2026-01-01", "2026-03-01")):
        warehouse.put("funnel.deals", {"deal_id": f"again{i}", "is_won": True, "booked_on": again})
        warehouse.put("funnel.deal_people", {"deal_id": f"again{i}", "person_id": "p0", "weight": 1.0})
    assert warehouse.values(KEY, "customers", "differs") == [(4, False)]


def test_a_rate_that_is_all_but_nothing_breaks_no_night(warehouse):
    warehouse.night()
    rates(warehouse)
    warehouse.con.execute(
        "update reporting.conversion_rates set rate_low = 1e-100, rate_high = 3e-24 where from_stage = 'opportunity'"
    )
    mqls(warehouse, 200, 0)
    assert warehouse.values(KEY, "differs") == [False]


def test_where_a_step_is_not_measured_nothing_differs(warehouse):
    warehouse.night()
    rates(warehouse, status="no_denominator")
    mqls(warehouse, 200, 100)
    assert warehouse.values(KEY, "status", "differs") == [("no_denominator", False)]


def test_a_night_without_anybody_says_so(warehouse):
    warehouse.night()
    rates(warehouse)
    assert warehouse.values(KEY, "entered", "observed_rate", "status", "differs") == [
        (0, None, "no_denominator", False)
    ]


def test_a_funnel_without_a_handover_has_no_row(warehouse):
    warehouse.night(funnel={"stages": ["lead", "opportunity", "customer"]})
    assert warehouse.build(KEY) == []
