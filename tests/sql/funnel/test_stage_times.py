"""funnel.stage_times: the earliest entry into a stage or any later one."""

from datetime import date, datetime

KEY = "funnel.stage_times"


def entry(record, stage, at, number=1, kind="person"):
    row = {"record_type": kind, "record_id": record, "stage": stage, "round": number}
    return row | {"entered_at": at, "evidence": "history" if number else "imputed"}


def day(n, hour=0):
    return datetime(2026, 3, n, hour)


def test_a_record_is_at_a_stage_from_its_earliest_entry_there_or_beyond(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.stage_entries",
        entry("p1", "lead", day(1)),
        entry("p1", "mql", day(9)),  # after the sql: moved back
        entry("p1", "mql", day(12), 2),
        entry("p1", "sql", day(5)),
    )
    assert warehouse.values(KEY, "position", "stage", "reached_at", "is_explicit") == [
        (2, "lead", day(1), True),
        (3, "mql", day(5), True),
        (4, "sql", day(5), True),
    ]


def test_pitfall_05_and_07_a_later_round_moves_no_time(warehouse):
    warehouse.night()
    warehouse.put("funnel.stage_entries", entry("p1", "mql", day(2)), entry("p1", "mql", day(20), 2))
    assert warehouse.values(KEY, "stage", "reached_at") == [("mql", day(2))]


def test_an_imputed_entry_gives_a_time_and_is_told_apart(warehouse):
    warehouse.night()
    warehouse.put("funnel.stage_entries", entry("p1", "mql", day(5), 0), entry("p1", "sql", day(5)))
    assert warehouse.values(KEY, "stage", "is_explicit") == [("mql", False), ("sql", True)]


def test_a_person_s_own_customer_stage_dates_the_stages_of_people_and_is_no_row(warehouse):
    warehouse.night()
    warehouse.put("funnel.stage_entries", entry("p1", "sql", day(9)), entry("p1", "customer", day(5)))
    assert warehouse.values(KEY, "stage", "reached_at") == [("sql", day(5))]


def test_deals_have_times_at_stages_of_deals(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.stage_entries",
        entry("d1", "opportunity", day(3), kind="deal"),
        entry("d1", "customer", day(8), kind="deal"),
    )
    assert warehouse.values(KEY, "record_type", "stage", "reached_on") == [
        ("deal", "customer", date(2026, 3, 8)),
        ("deal", "opportunity", date(2026, 3, 3)),
    ]


def test_pitfall_38_the_day_is_the_account_s_own(warehouse):
    warehouse.night(timezone="America/New_York")
    warehouse.put("funnel.stage_entries", entry("p1", "lead", datetime(2026, 3, 2, 4, 30)))  # 23:30 on the 1st
    assert warehouse.values(KEY, "reached_on") == [date(2026, 3, 1)]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
