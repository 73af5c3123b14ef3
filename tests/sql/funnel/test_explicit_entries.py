"""funnel.explicit_entries: rounds, merges, and what the night may know."""

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEY = "funnel.explicit_entries"


def move(stage, at, record="p1", kind="person", **more):
    row = {"record_type": kind, "record_id": record, "stage": stage, "entered_at": at, "recorded_at": at}
    return {**row, "evidence": "history", "moved_by": "person", **more}


def day(n, hour=0):
    return datetime(2026, 3, n, hour)


def entries(warehouse, *moves):
    """(stage, round, day of March, day it left)"""
    warehouse.put("files.entries", *moves)
    found = warehouse.values(KEY, "entered_at", "stage", "round", "left_at")
    return [(stage, number, at.day, left.day if left else None) for at, stage, number, left in found]


def test_an_entry_keeps_what_is_known_of_it(warehouse):
    warehouse.night()
    warehouse.put("files.entries", move("mql", day(1), recorded_at=day(2), evidence="conversion", moved_by="import"))
    assert warehouse.build(KEY) == [
        {
            "record_type": "person",
            "record_id": "p1",
            "stage": "mql",
            "position": 3,
            "unit": "people",
            "round": 1,
            "entered_at": day(1),
            "entered_on": date(2026, 3, 1),
            "left_at": None,
            "recorded_at": day(2),
            "evidence": "conversion",
            "moved_by": "import",
        }
    ]


def test_a_record_leaves_a_stage_when_it_enters_another(warehouse):
    warehouse.night()
    found = entries(warehouse, move("lead", day(1)), move("mql", day(2)), move("sql", day(5)))
    assert found == [("lead", 1, 1, 2), ("mql", 1, 2, 5), ("sql", 1, 5, None)]


def test_pitfall_05_consecutive_moves_into_one_stage_are_one_entry(warehouse):
    warehouse.night()
    # Two CRM stages that mean mql, one after the other; the stay ends with the third move.
    found = entries(warehouse, move("mql", day(1)), move("mql", day(3)), move("sql", day(5)))
    assert found == [("mql", 1, 1, 5), ("sql", 1, 5, None)]


def test_pitfall_05_an_entry_from_another_stage_opens_a_round(warehouse):
    warehouse.night()
    found = entries(
        warehouse,
        move("mql", day(1)),
        move("lead", day(3)),
        move("mql", day(5)),
        move("sql", day(6)),
        move("mql", day(9)),
    )
    assert found == [("mql", 1, 1, 3), ("lead", 1, 3, 5), ("mql", 2, 5, 6), ("sql", 1, 6, 9), ("mql", 3, 9, None)]


def test_an_entry_from_an_unmapped_stage_opens_a_round(warehouse):
    warehouse.night()
    found = entries(warehouse, move("mql", day(1)), move(None, day(3)), move(None, day(4)), move("mql", day(5)))
    assert found == [("mql", 1, 1, 3), ("mql", 2, 5, None)]


@pytest.mark.parametrize("meaning", ["disqualified", "ignore", "demo"])
def test_a_meaning_that_is_no_stage_of_the_funnel_is_none(warehouse, meaning):
    warehouse.night()
    assert entries(warehouse, move("mql", day(1)), move(meaning, day(3)), move("mql", day(5))) == [
        ("mql", 1, 1, 3),
        ("mql", 2, 5, None),
    ]


def test_pitfall_07_a_loop_back_keeps_the_first_entry_and_the_last(warehouse):
    warehouse.night()
    found = entries(warehouse, move("sql", day(1)), move("mql", day(4)), move("sql", day(8)))
    assert [(stage, number, at) for stage, number, at, _ in found] == [("sql", 1, 1), ("mql", 1, 4), ("sql", 2, 8)]


def test_moves_of_one_moment_are_in_the_order_of_the_funnel(warehouse):
    warehouse.night()
    warehouse.put("files.entries", *[move(s, day(1)) for s in ("sql", "lead", "mql")])
    assert warehouse.values(KEY, "position", "stage", "round") == [(2, "lead", 1), (3, "mql", 1), (4, "sql", 1)]


def test_of_two_words_for_one_move_the_one_known_first_stands(warehouse):
    warehouse.night()
    warehouse.put(
        "files.entries",
        move("mql", day(1), recorded_at=day(3), evidence="stage_date"),
        move("mql", day(1), recorded_at=day(2), evidence="history"),
    )
    assert warehouse.values(KEY, "round", "recorded_at", "evidence") == [(1, day(2), "history")]


@pytest.mark.parametrize(
    ("zone", "at", "on"),
    [
        ("America/New_York", "2026-03-11 03:30", date(2026, 3, 10)),  # 23:30 the day before, summer time
        ("America/New_York", "2026-03-02 04:30", date(2026, 3, 1)),  # 23:30 the day before, winter time
        ("Europe/Paris", "2026-03-28 22:59", date(2026, 3, 28)),  # 23:59, the last night of winter time
        ("Europe/Paris", "2026-03-29 21:59", date(2026, 3, 29)),  # 23:59, the first of summer time
        ("Europe/Paris", "2026-03-29 22:00", date(2026, 3, 30)),
        ("Asia/Kolkata", "2026-03-10 18:30", date(2026, 3, 11)),
    ],
)
def test_pitfall_38_an_entry_falls_on_the_day_of_the_account_s_zone(warehouse, zone, at, on):
    warehouse.night(timezone=zone)
    warehouse.put("files.entries", move("lead", at))
    assert warehouse.values(KEY, "entered_on") == [on]


def test_pitfall_13_a_date_alone_is_midnight_of_the_zone_and_stays_that_day(warehouse):
    # The reader makes 28 March 23:00 UTC of the bare day 29 March in Paris.
    warehouse.night(timezone="Europe/Paris")
    warehouse.put("files.entries", move("lead", "2026-03-28 23:00"))
    assert warehouse.values(KEY, "entered_on") == [date(2026, 3, 29)]


def test_what_happened_after_the_night_or_was_recorded_after_its_cut_off_does_not_count(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-20")  # a replay: the cut-off is the midnight that ended the day
    found = entries(
        warehouse,
        move("lead", day(1)),
        move("mql", day(10, 23)),
        move("sql", day(11)),
        move("sql", day(9), "p2", recorded_at=day(12)),
        move("lead", day(5), "p3", recorded_at=None),
    )
    assert found == [("lead", 1, 1, 10), ("lead", 1, 5, None), ("mql", 1, 10, None)]


def test_a_deal_in_a_stage_of_people_is_in_none(warehouse):
    warehouse.night()
    found = entries(
        warehouse,
        move("opportunity", day(1), "d1", "deal"),
        move("sql", day(3), "d1", "deal"),
        move("opportunity", day(5), "d1", "deal"),
    )
    assert found == [("opportunity", 1, 1, 3), ("opportunity", 2, 5, None)]


def test_a_person_s_own_stage_of_deals_is_kept_as_evidence(warehouse):
    warehouse.night()
    warehouse.put("files.entries", move("customer", day(1)))
    assert warehouse.values(KEY, "record_type", "stage", "unit") == [("person", "customer", "deals")]


def test_rounds_are_each_record_s_own(warehouse):
    warehouse.night()
    warehouse.put(
        "files.entries", move("mql", day(1)), move("mql", day(2), "p2"), move("opportunity", day(3), "p1", "deal")
    )
    assert warehouse.values(KEY, "record_type", "record_id", "round") == [
        ("deal", "p1", 1),
        ("person", "p1", 1),
        ("person", "p2", 1),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []


def entries_one_by_one(moves):
    """The same by a walk over the moves: (stage, round, day, day it left)."""
    found, current = [], None
    for n, stage in moves:
        if stage != current:
            if found and found[-1][3] is None:
                found[-1][3] = n
            if stage is not None:
                found.append([stage, 1 + sum(f[0] == stage for f in found), n, None])
        current = stage
    return [tuple(f) for f in found]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([None, "lead", "mql", "sql"]), max_size=12))
def test_any_history_is_cut_into_rounds_as_a_walk_over_it_would(warehouse, stages):
    if not warehouse.con.execute("select count(*) from settings.night").fetchall()[0][0]:
        warehouse.night()
    warehouse.con.execute("delete from files.entries")
    moves = list(enumerate(stages, start=1))
    assert entries(warehouse, *(move(stage, day(n)) for n, stage in moves)) == entries_one_by_one(moves)
