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
    assert warehouse.build(KEY) == [
        {
            "mql_rounds": 0,
            "mqls": 0,
            "active_reps": 0.0,
            "mean_weeks_sql_open": None,
            "call_attempts_per_sql": None,
            "emails_per_sql": None,
        }
    ]


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


def tried(warehouse, person, deadline, *kinds, sql_at="2026-03-02", origin="marketing"):
    """An MQL round that became an SQL, with the attempts made on it."""
    warehouse.put(
        "funnel.mql_rounds",
        {
            "person_id": person,
            "round": 1,
            "origin": origin,
            "became_mql_on": "2026-03-01",
            "sql_at": sql_at,
            "attempts_deadline_at": deadline,
        },
    )
    for i, (kind, counted) in enumerate(kinds):
        warehouse.put(
            "funnel.round_touches",
            {"touch_id": f"{person}{i}", "person_id": person, "round": 1, "kind": kind, "is_counted": counted},
        )
    warehouse.put("funnel.touches", {"touch_id": person})


def test_attempts_are_counted_on_sqls_whose_time_is_over_the_untried_included(warehouse):
    warehouse.night("2026-03-31")
    tried(warehouse, "p1", "2026-03-16", ("call", True), ("call", True), ("email", True), ("meeting", True))
    tried(warehouse, "p2", "2026-03-16", ("call", False))
    tried(warehouse, "p3", "2026-04-16", ("call", True))  # still to be tried
    tried(warehouse, "p4", "2026-03-16", ("call", True), origin="sales")
    tried(warehouse, "p5", "2026-03-16", ("call", True), sql_at=None)
    assert observed(warehouse, "call_attempts_per_sql", "emails_per_sql") == (1.0, 0.5)


def test_where_no_activity_is_recorded_no_effort_is_seen(warehouse):
    warehouse.night("2026-03-31")
    tried(warehouse, "p1", "2026-03-16")
    warehouse.con.execute("delete from funnel.touches")
    assert observed(warehouse, "call_attempts_per_sql", "emails_per_sql") == (None, None)
