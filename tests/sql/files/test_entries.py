"""files.entries: moves into stages, with what each means."""

from datetime import datetime

KEY = "files.entries"
MOVE = ("record_type", "record_id", "stage", "entered_at")


def day(n):
    return datetime(2026, 3, n)


def test_people_move_by_their_stage_dates(warehouse):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "1"})
    warehouse.put(
        "raw_files.people_stage_dates",
        {"id": "1", "stage": "mql", "entered_at": "2026-03-01"},
        {"id": "1", "stage": "sql", "entered_at": "2026-03-04"},
        {"id": "1", "stage": "not of this funnel", "entered_at": "2026-03-04"},
        {"id": "nobody", "stage": "mql", "entered_at": "2026-03-01"},
    )
    assert warehouse.build(KEY) == [
        {
            "record_type": "person",
            "record_id": "files:1",
            "stage": stage,
            "entered_at": entered,
            "recorded_at": entered,
            "evidence": "stage_date",
            "moved_by": "unknown",
        }
        for stage, entered in (("mql", day(1)), ("sql", day(4)))
    ]


def test_a_dated_status_is_a_move_where_no_stage_date_says_so(warehouse):
    warehouse.night(funnel={"mapping": {"Hot": "sql"}})
    warehouse.put(
        "raw_files.people",
        {"id": "1", "status": " hot ", "status_at": "2026-03-05"},
        {"id": "2", "status": "Hot", "status_at": "2026-03-05"},
    )
    warehouse.put("raw_files.people_stage_dates", {"id": "2", "stage": "sql", "entered_at": "2026-03-02"})
    assert warehouse.values(KEY, *MOVE) == [
        ("person", "files:1", "sql", day(5)),
        ("person", "files:2", "sql", day(2)),
    ]


def test_an_undated_status_is_no_move(warehouse):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "1", "status": "Qualified"}, {"id": "2", "status_at": "2026-03-05"})
    assert warehouse.build(KEY) == []


def test_a_dated_status_that_is_no_stage_is_a_move_to_none(warehouse):
    warehouse.night()
    warehouse.put(
        "raw_files.people",
        {"id": "1", "status": "Unqualified", "status_at": "2026-03-05"},
        {"id": "2", "status": "Never heard of", "status_at": "2026-03-06"},
    )
    assert warehouse.values(KEY, *MOVE) == [
        ("person", "files:1", None, day(5)),
        ("person", "files:2", None, day(6)),
    ]


def test_a_deal_enters_the_first_deal_stage_when_created_and_the_last_when_won(warehouse):
    warehouse.night(funnel={"stages": ["lead", "mql", "sql", "opportunity", "proposal", "customer"]})
    warehouse.put(
        "raw_files.deals",
        {"id": "1", "created_at": "2026-03-01", "won_at": "2026-03-09"},
        {"id": "2", "created_at": "2026-03-02", "lost_at": "2026-03-09"},
        {"id": "3", "won_at": "2026-03-03"},
        {"id": "4", "stage": "Proposal"},
        {"id": "5", "created_at": "2026-03-04", "won_at": "2026-04-02"},  # won after the night
    )
    warehouse.build("files.deals")
    assert warehouse.values(KEY, *MOVE) == [
        ("deal", "files:1", "customer", day(9)),
        ("deal", "files:1", "opportunity", day(1)),
        ("deal", "files:2", "opportunity", day(2)),
        ("deal", "files:3", "customer", day(3)),
        ("deal", "files:5", "opportunity", day(4)),
    ]


def test_without_opportunity_a_deal_is_seen_only_when_won(warehouse):
    warehouse.night(funnel={"stages": ["lead", "mql", "customer"]})
    warehouse.put(
        "raw_files.deals",
        {"id": "1", "created_at": "2026-03-01", "won_at": "2026-03-09"},
        {"id": "2", "created_at": "2026-03-01"},
    )
    warehouse.build("files.deals")
    assert warehouse.values(KEY, *MOVE) == [("deal", "files:1", "customer", day(9))]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
