"""Business time in SQL beside a slow, obvious oracle: equal to the second, whatever the zone, the days, the hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb
import holidays
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.warehouse import CONFIG
from tests.sql.conftest import Warehouse
from tests.sql.sla import Sales

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def worked(start: datetime, end: datetime, zone: ZoneInfo, days: list[str], hours: str, off: set[date]) -> int:
    """Working seconds between two UTC instants: each local day's opening and closing cut with the interval."""
    opens, closes = hours.split("-")
    total, day = 0, (start - timedelta(days=2)).date()
    while day <= (end + timedelta(days=2)).date():
        if DAYS[day.weekday()] in days and day not in off:
            begin = datetime.combine(day, time.fromisoformat(opens), tzinfo=zone).astimezone(UTC)
            if closes == "24:00":
                until = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone).astimezone(UTC)
            else:
                until = datetime.combine(day, time.fromisoformat(closes), tzinfo=zone).astimezone(UTC)
            total += max(0, int((min(until, end) - max(begin, start)).total_seconds()))
        day += timedelta(days=1)
    return total


moments = st.datetimes(datetime(2025, 10, 20), datetime(2026, 3, 31)).map(lambda m: m.replace(microsecond=0))
intervals = st.tuples(moments, st.integers(0, 60 * 86400)).map(lambda x: (x[0], x[0] + timedelta(seconds=x[1])))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    pairs=st.lists(intervals, min_size=5, max_size=30),
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True),
    hours=st.sampled_from(["09:00-18:00", "00:00-24:00", "01:30-03:15", "08:00-12:00", "00:00-02:30", "22:00-24:00"]),
    country=st.sampled_from([None, "FR", "US-CA"]),
    promised=st.integers(1, 40 * 3600),
)
def test_pitfall_49_business_time_equals_a_slow_oracle_to_the_second(pairs, zone, days, hours, country, promised):
    # The intervals cross the switches of October 2025 and March 2026, and the holidays between.
    calendar = {"working_days": days, "hours": hours, "holidays": country}
    off: set[date] = set()
    if country:
        name, _, region = country.partition("-")
        off = set(holidays.country_holidays(name, subdiv=region or None, years=range(2025, 2027)))
    with duckdb.connect(config=CONFIG) as con:
        sales = Sales(Warehouse(con), as_of="2026-05-31", timezone=zone, calendar=calendar)
        sales.terms("2025-01-01", first_touch_hours=(promised / 3600, None))
        for i, (start, end) in enumerate(pairs):
            local = start.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
            sales.person(f"{i:03}").mql(str(start), person=f"{i:03}").touch(str(end), person=f"{i:03}")
            con.execute("update funnel.explicit_entries set entered_on = $1 where record_id = $2", [local, f"{i:03}"])
        rows = sales.follow_up("became_mql_at", "first_touch_at", "business_hours_to_first_touch",
                               "first_touch_deadline_at", "first_touch_status")  # fmt: skip
    for start, end, found, deadline, status in rows:
        a, b = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
        expected = worked(a, b, ZoneInfo(zone), days, hours, off)
        assert round(found * 3600) == expected
        if deadline is not None:
            d = deadline.replace(tzinfo=UTC)
            assert worked(a, d, ZoneInfo(zone), days, hours, off) == promised
            # The first such moment: a second earlier, a second of work is missing.
            assert worked(a, d - timedelta(seconds=1), ZoneInfo(zone), days, hours, off) == promised - 1
            assert (status == "met") == (end <= deadline)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", "2026-03-29", 23),  # the clock goes forward at 02:00
        ("Europe/Paris", "2025-10-26", 25),  # and back
        ("America/New_York", "2026-03-08", 23),
        ("Asia/Kolkata", "2026-03-29", 24),
    ],
)
def test_a_day_of_a_clock_change_has_an_hour_more_or_less(warehouse, zone, day, hours):
    sales = Sales(warehouse, as_of="2026-05-31", timezone=zone, calendar={"working_days": DAYS, "hours": "00:00-24:00"})
    begin = datetime.combine(date.fromisoformat(day), time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    sales.terms().person().mql(str(begin.replace(tzinfo=None))).touch(str(end.replace(tzinfo=None)))
    warehouse.con.execute("update funnel.explicit_entries set entered_on = $1", [date.fromisoformat(day)])
    assert sales.follow_up("business_hours_to_first_touch") == [hours]
