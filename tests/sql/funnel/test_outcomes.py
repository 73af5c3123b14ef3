"""funnel.outcomes: ends and returns as of the night."""

from datetime import datetime

KEY = "funnel.outcomes"


def outcome(record, at, recorded="same", what="disqualified"):
    row = {"record_type": "person", "record_id": record, "outcome": what, "reason": "why", "outcome_at": at}
    return row | {"recorded_at": at if recorded == "same" else recorded}


def test_what_is_dated_or_recorded_later_does_not_count_and_what_is_undated_does(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-20")
    warehouse.put(
        "files.outcomes",
        outcome("p1", "2026-03-10 23:59"),
        outcome("p2", "2026-03-11"),
        outcome("p3", "2026-03-05", recorded="2026-03-12"),
        outcome("p4", None),
    )
    assert warehouse.values(KEY, "record_id") == ["p1", "p4"]


def test_pitfall_11_every_end_and_return_is_kept(warehouse):
    warehouse.night()
    warehouse.put(
        "files.outcomes",
        outcome("d1", "2026-03-01", what="lost"),
        outcome("d1", "2026-03-05", what="reopened"),
        outcome("d1", "2026-03-09", what="lost"),
    )
    assert warehouse.build(KEY) == [
        {
            "record_type": "person",
            "record_id": "d1",
            "outcome": what,
            "reason": "why",
            "outcome_at": datetime(2026, 3, n),
            "recorded_at": datetime(2026, 3, n),
        }
        for what, n in (("lost", 1), ("lost", 9), ("reopened", 5))
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
