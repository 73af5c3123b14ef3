"""reporting.stage_entries_weekly: what the CRM shows of each week."""

from datetime import date

import pytest

KEY = "reporting.stage_entries_weekly"
COUNTS = ("week_start", "stage", "entered", "reentered", "imputed")


def entry(record, stage, at, number=1, kind="person"):
    return {"record_type": kind, "record_id": record, "stage": stage, "round": number, "entered_at": at}


def people(warehouse, *ids, origin="marketing", segment=None):
    warehouse.put("funnel.people", *({"person_id": p, "origin": origin, "segment": segment} for p in ids))


def test_pitfall_05_first_entries_later_ones_and_imputed_ones_are_apart(warehouse):
    warehouse.night()
    people(warehouse, "p1", "p2", "p3")
    warehouse.put(
        "funnel.stage_entries",
        entry("p1", "mql", "2026-03-02"),
        entry("p1", "mql", "2026-03-04", 2),
        entry("p1", "mql", "2026-03-09", 3),
        entry("p2", "mql", "2026-03-08", 0),
        entry("p3", "mql", "2026-03-03"),
    )
    assert warehouse.values(KEY, *COUNTS) == [
        (date(2026, 3, 2), "mql", 2, 1, 1),
        (date(2026, 3, 9), "mql", 0, 1, 0),
    ]


@pytest.mark.parametrize(
    ("zone", "at", "week"),
    [
        ("America/New_York", "2026-03-09 03:30", date(2026, 3, 2)),  # Sunday 23:30, summer time since that day
        ("America/New_York", "2026-03-09 04:30", date(2026, 3, 9)),  # Monday 00:30
        ("Europe/Paris", "2026-03-29 21:59", date(2026, 3, 23)),  # Sunday 23:59 on the day of the change
        ("Europe/Paris", "2026-03-29 22:00", date(2026, 3, 30)),
    ],
)
def test_pitfall_38_the_zone_decides_the_week(warehouse, zone, at, week):
    warehouse.night(timezone=zone)
    people(warehouse, "p1")
    warehouse.put("funnel.stage_entries", entry("p1", "lead", at))
    assert warehouse.values(KEY, "week_start") == [week]


def test_a_week_is_cut_at_the_ends_of_a_target_s_period(warehouse):
    target = {"revenue": 1.0, "start": "2026-02-04", "end": "2026-03-10"}  # Wednesday to Tuesday
    warehouse.night(target=target)
    days = ("2026-02-03", "2026-02-04", "2026-03-10", "2026-03-11", "2026-03-16")
    people(warehouse, *days)
    warehouse.put("funnel.stage_entries", *(entry(d, "lead", d) for d in days))
    assert warehouse.values(KEY, "week_start") == [
        date(2026, 2, 2),
        date(2026, 2, 4),
        date(2026, 3, 9),
        date(2026, 3, 11),
        date(2026, 3, 16),
    ]


def test_older_than_the_calendar_a_week_starts_on_monday(warehouse):
    warehouse.night()
    people(warehouse, "p1")
    warehouse.put("funnel.stage_entries", entry("p1", "lead", "2010-07-01"))  # a Thursday
    assert warehouse.values(KEY, "week_start") == [date(2010, 6, 28)]


def test_pitfall_47_origins_and_segments_are_apart_and_the_whole_is_their_sum(warehouse):
    warehouse.night(funnel={"segment_by": "source"})
    people(warehouse, "p1", "p2", segment="Ads")
    people(warehouse, "p3", segment="Fair", origin="sales")
    warehouse.put("funnel.stage_entries", *(entry(p, "lead", "2026-03-02") for p in ("p1", "p2", "p3")))
    assert warehouse.values(KEY, "segment", "origin", "entered") == [
        (None, "marketing", 2),
        (None, "sales", 1),
        ("Ads", "marketing", 2),
        ("Fair", "sales", 1),
    ]


def test_each_stage_counts_its_own_unit(warehouse):
    warehouse.night()
    people(warehouse, "p1")
    warehouse.put("funnel.deals", {"deal_id": "d1", "origin": "marketing"})
    warehouse.put(
        "funnel.stage_entries",
        entry("p1", "opportunity", "2026-03-02"),  # a person's own: evidence, no opportunity
        entry("d1", "opportunity", "2026-03-02", kind="deal"),
        entry("gone", "lead", "2026-03-02"),
    )
    assert warehouse.values(KEY, "stage", "entered") == [("opportunity", 1)]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
