"""files.outcomes: ends and returns."""

from datetime import datetime

import pytest

KEY = "files.outcomes"
MARCH_5 = datetime(2026, 3, 5)


@pytest.mark.parametrize(
    ("person", "outcome", "reason", "at"),
    [
        (
            {"outcome": "Disqualified", "outcome_at": "2026-03-05", "reason": "Student"},
            "disqualified",
            "Student",
            MARCH_5,
        ),
        ({"outcome": " recycled ", "outcome_at": "2026-03-05"}, "recycled", None, MARCH_5),
        ({"outcome": "lost"}, "lost", None, None),
        ({"outcome": "reopened", "outcome_at": "2026-03-05"}, "reopened", None, MARCH_5),
        # Any other word by the mapping: the built-in one, or the account's.
        ({"outcome": "Unqualified", "outcome_at": "2026-03-05"}, "disqualified", None, MARCH_5),
        ({"outcome": "Bad fit", "outcome_at": "2026-03-05"}, "disqualified", None, MARCH_5),
        # The status says it, dated or not.
        ({"status": "Nurturing", "status_at": "2026-03-05"}, "recycled", None, MARCH_5),
        ({"status": "Unqualified", "reason": "Spam"}, "disqualified", "Spam", None),
        # The outcome column says nothing that ends: the status does.
        ({"outcome": "n/a", "status": "Unqualified", "status_at": "2026-03-05"}, "disqualified", None, MARCH_5),
        # The outcome column goes before the status.
        ({"outcome": "recycled", "outcome_at": "2026-03-05", "status": "Unqualified"}, "recycled", None, MARCH_5),
    ],
)
def test_what_ends_or_returns_a_person(warehouse, person, outcome, reason, at):
    warehouse.night(funnel={"mapping": {"bad fit": "disqualified"}})
    warehouse.put("raw_files.people", {"id": "1", **person})
    assert warehouse.build(KEY) == [
        {
            "record_type": "person",
            "record_id": "files:1",
            "outcome": outcome,
            "reason": reason,
            "outcome_at": at,
            "recorded_at": at,
        }
    ]


@pytest.mark.parametrize(
    "person", [{}, {"status": "Qualified"}, {"outcome": "Never heard of"}, {"outcome": "SQL"}, {"status": "Unheard"}]
)
def test_what_is_no_end(warehouse, person):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "1", **person})
    assert warehouse.build(KEY) == []


def test_a_lost_deal_ends_and_a_won_one_does_not(warehouse):
    warehouse.night()
    warehouse.put(
        "raw_files.deals",
        {"id": "1", "lost_at": "2026-03-05"},
        {"id": "2", "won_at": "2026-03-05"},
        {"id": "3", "won_at": "2026-03-01", "lost_at": "2026-03-05"},
        {"id": "4", "stage": "Closed Lost"},
        {"id": "5", "created_at": "2026-03-01", "lost_at": "2026-04-05"},  # after the night
    )
    warehouse.build("files.deals")
    assert warehouse.values(KEY, "record_type", "record_id", "outcome", "outcome_at") == [
        ("deal", "files:1", "lost", MARCH_5),
        ("deal", "files:3", "lost", MARCH_5),
        ("deal", "files:4", "lost", None),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
