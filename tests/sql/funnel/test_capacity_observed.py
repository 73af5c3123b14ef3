"""funnel.capacity_observed: MQL rounds, reps, and how long an SQL stays open."""

from datetime import datetime

import pytest

KEY = "funnel.capacity_observed"


def entry(record, stage, at, number=1):
    row = {"record_type": "person", "record_id": record, "stage": stage, "round": number, "evidence": "history"}
    return row | {"entered_at": at, "entered_on": at[:10]}


def people(warehouse, *ids, origin="marketing"):
    warehouse.put("funnel.people", *({"person_id": p, "origin": origin} for p in ids))


def observed(warehouse, *columns):
    (row,) = warehouse.values(KEY, *columns)
    return row


def test_nothing_is_observed_of_nothing(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == [{"mql_rounds": 0, "mqls": 0, "active_reps": 0.0, "mean_weeks_sql_open": None}]


def test_pitfall_05_rounds_and_people_are_counted_apart(warehouse):
    warehouse.night()
    people(warehouse, "p1", "p2")
    people(warehouse, "p3", origin="sales")
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "mql", "2026-03-01"),
        entry("p1", "mql", "2026-03-10", 2),
        entry("p2", "mql", "2026-03-01"),
        entry("p3", "mql", "2026-03-01"),
        entry("p2", "lead", "2026-02-01"),
    )
    assert observed(warehouse, "mql_rounds", "mqls") == (3, 2)


def test_the_window_is_the_lookback_up_to_the_night(warehouse):
    warehouse.night("2026-03-31", observe={"lookback_days": 30})  # from 2 March
    people(warehouse, "p1", "p2")
    warehouse.put("funnel.explicit_entries", entry("p1", "mql", "2026-03-01"), entry("p2", "mql", "2026-03-02"))
    assert observed(warehouse, "mql_rounds") == 1


def test_reps_count_by_their_share(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.reps",
        {"owner_id": "u1", "is_rep": True, "share": 1.0},
        {"owner_id": "u2", "is_rep": True, "share": 0.5},
        {"owner_id": "u3", "is_rep": False, "share": 1.0},
    )
    assert observed(warehouse, "active_reps") == 1.5


def test_an_sql_stays_open_until_its_deal_its_end_or_the_night(warehouse):
    warehouse.night("2026-03-31")  # ends at midnight, 1 April
    people(warehouse, "p1", "p2", "p3")
    people(warehouse, "p4", origin="sales")
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "sql", "2026-03-04"),
        entry("p2", "sql", "2026-03-04"),
        entry("p3", "sql", "2026-03-04"),
        entry("p3", "sql", "2026-03-30", 2),
        entry("p4", "sql", "2026-01-01"),
    )
    warehouse.put("funnel.deal_people", {"deal_id": "d1", "person_id": "p1", "weight": 1.0})
    times = {"record_type": "deal", "record_id": "d1"}
    warehouse.put(
        "funnel.stage_times",
        times | {"stage": "opportunity", "reached_at": datetime(2026, 3, 11)},
        times | {"stage": "customer", "reached_at": datetime(2026, 3, 25)},
    )
    outcome = {"record_type": "person", "record_id": "p2", "outcome": "disqualified"}
    warehouse.put("funnel.outcomes", outcome | {"outcome_at": "2026-03-18"}, outcome | {"outcome_at": "2026-03-01"})
    # p1: 7 days to its deal; p2: 14 to its end; p3: 28 to the end of the night. 49 / 3 days = 7/3 weeks.
    assert observed(warehouse, "mean_weeks_sql_open") == pytest.approx(7 / 3)


@pytest.mark.parametrize("stages", [["lead", "opportunity", "customer"], ["lead", "mql", "opportunity", "customer"]])
def test_a_funnel_without_handover_or_sql_observes_none(warehouse, stages):
    warehouse.night(funnel={"stages": stages})
    people(warehouse, "p1")
    warehouse.put("funnel.explicit_entries", entry("p1", "lead", "2026-03-01"))
    assert observed(warehouse, "mql_rounds", "mean_weeks_sql_open") == (0, None)
