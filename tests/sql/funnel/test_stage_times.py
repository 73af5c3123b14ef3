"""funnel.stage_times: the earliest entry into a stage or any later one."""

from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


def test_the_next_stage_s_day_stands_beside_it(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.stage_entries",
        entry("p1", "lead", day(1)),
        entry("p1", "mql", day(9)),
        entry("p1", "mql", day(12), 2),
        entry("p1", "sql", day(5), 0),
        entry("p1", "customer", day(6)),  # its own stage: no deal is one of its stages
        entry("d1", "opportunity", day(3), kind="deal"),
        entry("d1", "customer", day(8), kind="deal"),
    )
    assert warehouse.values(KEY, "stage", "next_on", "is_next_explicit") == [
        ("customer", None, None),
        ("lead", date(2026, 3, 5), True),
        ("mql", date(2026, 3, 5), False),
        ("opportunity", date(2026, 3, 8), True),
        ("sql", None, None),
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


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["prospect", "lead", "mql", "sql"]), st.integers(1, 28), min_size=1))
def test_times_never_fall_along_the_funnel_and_none_is_missing_before_the_last(warehouse, entered):
    """Whatever the order of the raw dates: what the product's own entries make of them."""
    if not warehouse.con.execute("select count(*) from settings.night").fetchall()[0][0]:
        warehouse.night()
    order = ["prospect", "lead", "mql", "sql"]
    warehouse.con.execute("delete from funnel.explicit_entries")
    warehouse.put(
        "funnel.explicit_entries",
        *(entry("p1", s, day(n)) | {"position": order.index(s) + 1, "unit": "people"} for s, n in entered.items()),
    )
    warehouse.build("funnel.stage_entries")
    furthest = max(order.index(s) for s in entered)
    expected = [
        (s, min(day(n) for later, n in entered.items() if order.index(later) >= i))
        for i, s in enumerate(order[: furthest + 1])
    ]
    found = warehouse.values(KEY, "position", "stage", "reached_at")
    assert [(stage, at) for _, stage, at in found] == expected
