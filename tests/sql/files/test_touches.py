"""files.touches: sales activities of the exports."""

from datetime import datetime

import pytest

KEY = "files.touches"


def test_a_touch_keeps_its_facts_under_prefixed_ids(warehouse):
    warehouse.night()
    at, logged = datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10)
    warehouse.put(
        "raw_files.touches",
        {
            "id": "1",
            "person": "p",
            "owner": "u",
            "kind": "call",
            "outcome": "Connected",
            "touched_at": at,
            "logged_at": logged,
        },
    )
    assert warehouse.build(KEY) == [
        {
            "touch_id": "files:1",
            "person_id": "files:p",
            "owner_id": "files:u",
            "kind": "call",
            "direction": "outbound",
            "outcome": "connected",
            "is_automated": False,
            "is_imported": False,
            "reached": True,
            "touched_at": at,
            "recorded_at": logged,
        }
    ]


@pytest.mark.parametrize(
    ("said", "direction"),
    [(None, "outbound"), ("Inbound", "inbound"), ("received", "inbound"), ("OUT", "outbound"), ("??", "outbound")],
)
def test_a_touch_is_outbound_unless_the_export_says_inbound(warehouse, said, direction):
    warehouse.night()
    warehouse.put("raw_files.touches", {"id": "1", "kind": "call", "touched_at": "2026-03-01", "direction": said})
    assert warehouse.values(KEY, "direction") == [direction]


@pytest.mark.parametrize(
    ("outcome", "reached"),
    [("Answered", True), ("Voicemail", False), ("No answer", False), ("odd", None), (None, None)],
)
def test_whether_the_person_was_reached_is_known_only_where_the_outcome_says(warehouse, outcome, reached):
    warehouse.night()
    warehouse.put("raw_files.touches", {"id": "1", "kind": "call", "touched_at": "2026-03-01", "outcome": outcome})
    assert warehouse.values(KEY, "reached") == [reached]


def test_without_a_date_of_recording_the_touch_was_known_when_it_took_place(warehouse):
    warehouse.night()
    warehouse.put("raw_files.touches", {"id": "1", "kind": "email", "touched_at": "2026-03-01", "is_automated": True})
    assert warehouse.values(KEY, "recorded_at", "is_automated") == [(datetime(2026, 3, 1), True)]


def test_a_row_without_a_moment_or_a_kind_is_no_touch(warehouse):
    warehouse.night()
    warehouse.put("raw_files.touches", {"id": "1", "kind": "call"}, {"id": "2", "touched_at": "2026-03-01"})
    assert warehouse.build(KEY) == []
