"""reporting.plan_changes: the requirement's move, split exactly over the factors it is a product of."""

import random
from datetime import date
from math import log

import pytest

KEY = "reporting.plan_changes"
STAGES = ["lead", "mql", "sql", "opportunity", "customer"]
BEFORE, TONIGHT = date(2026, 3, 30), date(2026, 3, 31)


def plan(warehouse, as_of, revenue, mean, paying, rates, deals_each=1.0, remaining=100.0, weeks_left=20.0):
    """A night's rows of required_funnel and average_deal, carried back by hand; returns its MQLs."""
    needed = [revenue / (mean * paying)]
    for rate, stage in zip(reversed(rates), reversed(STAGES[:-1]), strict=True):
        needed.insert(0, needed[0] / (rate * (deals_each if stage == "sql" else 1.0)))
    for i, (stage, exact) in enumerate(zip(STAGES, needed, strict=True)):
        warehouse.put(
            "reporting.required_funnel",
            {
                "as_of": as_of,
                "target": "2026",
                "position": i + 1,
                "stage": stage,
                "rate_to_next": rates[i] if i < len(rates) else None,
                "deals_per_person": deals_each if stage == "sql" else 1.0,
                "required_exact": exact,
                "remaining_exact": remaining if stage == "mql" else None,
                "remaining_per_week": remaining / weeks_left if stage == "mql" else None,
                "weeks_left": weeks_left,
            },
        )
    warehouse.put("reporting.average_deal", {"as_of": as_of, "mean": mean, "paying_share": paying})
    return needed[1]


@pytest.fixture
def nights(warehouse):
    """The night before is published, and tonight's is open."""
    warehouse.night("2026-03-31", funnel={"stages": STAGES})
    warehouse.put("reporting.runs", {"run_id": "r1", "as_of": BEFORE, "status": "succeeded"})
    return warehouse


def effects(warehouse, measure):
    rows = warehouse.build(KEY)
    return {r["factor"]: r["effect_on_mqls"] for r in rows if r["measure"] == measure}


def test_a_rate_that_halves_explains_the_whole_move(nights):
    before = plan(nights, BEFORE, 100_000, 1000, 1.0, [0.5, 0.5, 0.5, 0.5])
    after = plan(nights, TONIGHT, 100_000, 1000, 1.0, [0.5, 0.25, 0.5, 0.5])
    assert (before, after) == (800, 1600)
    found = effects(nights, "required")
    assert found["rate:mql"] == pytest.approx(800)
    assert sum(abs(v) for f, v in found.items() if f != "rate:mql") == pytest.approx(0, abs=1e-9)


def test_the_rate_into_mqls_moves_no_mqls(nights):
    plan(nights, BEFORE, 100_000, 1000, 1.0, [0.5, 0.5, 0.5, 0.5])
    plan(nights, TONIGHT, 100_000, 1000, 1.0, [0.1, 0.5, 0.5, 0.5])
    assert "rate:lead" not in effects(nights, "required")


def test_two_factors_share_the_move_by_their_logarithms(nights):
    # From 800 to 3,200 MQLs: the deal halves and the rate halves, so each brings half of 2,400.
    plan(nights, BEFORE, 100_000, 1000, 1.0, [0.5, 0.5, 0.5, 0.5])
    plan(nights, TONIGHT, 100_000, 500, 1.0, [0.5, 0.25, 0.5, 0.5])
    found = effects(nights, "required")
    assert found["average_deal"] == pytest.approx(1200)
    assert found["rate:mql"] == pytest.approx(1200)


def test_random_pairs_of_nights_sum_exactly(nights):
    draw = random.Random(7)
    for _ in range(25):
        nights.con.execute("delete from reporting.required_funnel")
        nights.con.execute("delete from reporting.average_deal")
        volumes = [
            plan(
                nights,
                day,
                revenue=draw.uniform(1e4, 1e7),
                mean=draw.uniform(100, 1e5),
                paying=draw.uniform(0.2, 1.0),
                rates=[draw.uniform(0.01, 1.0) for _ in STAGES[:-1]],
                deals_each=draw.uniform(1.0, 3.0),
                remaining=draw.uniform(1, 5000),
                weeks_left=draw.uniform(0.2, 50),
            )
            for day in (BEFORE, TONIGHT)
        ]
        rows = nights.con.execute(
            "select remaining_per_week from reporting.required_funnel where stage = 'mql' order by as_of"
        ).fetchall()
        a_week = [r[0] for r in rows]
        for measure, (before, after) in {"required": volumes, "remaining_per_week": a_week}.items():
            assert sum(effects(nights, measure).values()) == pytest.approx(after - before, rel=1e-9, abs=1e-9), measure


def test_nothing_missing_any_more_is_the_whole_difference(nights):
    plan(nights, BEFORE, 100_000, 1000, 1.0, [0.5] * 4, remaining=100, weeks_left=20)
    plan(nights, TONIGHT, 100_000, 1000, 1.0, [0.4] * 4, remaining=0, weeks_left=19)
    found = effects(nights, "remaining_per_week")
    assert found["missing_customers"] == pytest.approx(-5)
    assert sum(found.values()) == pytest.approx(-5)


def test_without_a_won_deal_the_target_and_the_deal_are_one_factor(nights):
    plan(nights, BEFORE, 100_000, 1000, 1.0, [0.5] * 4)
    plan(nights, TONIGHT, 200_000, 1000, 1.0, [0.5] * 4)
    nights.con.execute("update reporting.average_deal set mean = null")
    found = effects(nights, "required")
    assert "average_deal" not in found
    assert found["target"] == pytest.approx(800)


def test_a_step_that_only_one_night_has_counts_in_full(nights):
    plan(nights, BEFORE, 100_000, 1000, 1.0, [0.5] * 4)
    plan(nights, TONIGHT, 100_000, 1000, 1.0, [0.5] * 4)
    # The night before knew no SQLs: its one step from MQL to opportunity was the product of the two.
    nights.con.execute(
        "update reporting.required_funnel set rate_to_next = 0.25 where as_of = $1 and stage = 'mql'", [BEFORE]
    )
    nights.con.execute("delete from reporting.required_funnel where as_of = $1 and stage = 'sql'", [BEFORE])
    found = effects(nights, "required")
    assert sum(found.values()) == pytest.approx(0, abs=1e-9)
    assert found["rate:sql"] == pytest.approx(800 * log(2))


def test_a_night_that_failed_is_nothing_to_compare_with(warehouse):
    warehouse.night("2026-03-31", funnel={"stages": STAGES})
    warehouse.put("reporting.runs", {"run_id": "r1", "as_of": BEFORE, "status": "failed"})
    plan(warehouse, BEFORE, 100_000, 1000, 1.0, [0.5] * 4)
    plan(warehouse, TONIGHT, 100_000, 1000, 1.0, [0.4] * 4)
    assert warehouse.build(KEY) == []
