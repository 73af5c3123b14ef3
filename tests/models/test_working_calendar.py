import itertools
from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.settings.team import Calendar
from models.working_calendar import calendar_days, local_instant, local_midnight, weeks_of, worked_weeks
from tests.models.rows import instant

UTC_ZONE, PARIS = ZoneInfo("UTC"), ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
days_of_years = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def days(first, last, *, zone=UTC_ZONE, periods=None, **keys):
    return calendar_days(Calendar(**keys), zone, first, last, [(first, last)] if periods is None else periods)


def weeks(start, end, **keys):
    return weeks_of(days(start, end, **keys), start, end)


def test_weeks_start_on_monday_and_are_cut_at_the_ends_of_the_period():
    # 1 April 2026 is a Wednesday, 30 June a Tuesday.
    found = weeks(date(2026, 4, 1), date(2026, 6, 30))
    assert (found[0].start, found[0].end, found[0].working_days) == (date(2026, 4, 1), date(2026, 4, 5), 3)
    assert (found[1].start, found[1].end, found[1].working_days) == (date(2026, 4, 6), date(2026, 4, 12), 5)
    assert (found[-1].start, found[-1].end, found[-1].working_days) == (date(2026, 6, 29), date(2026, 6, 30), 2)
    assert len(found) == 14


def test_a_week_is_cut_where_one_of_two_following_periods_ends():
    first, second = (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))
    calendar = days(first[0], second[1], periods=[first, second])
    assert weeks_of(calendar, *first)[-1].start == date(2026, 3, 30)
    assert weeks_of(calendar, *first)[-1].working_days == 2
    assert weeks_of(calendar, *second)[0].start == date(2026, 4, 1)
    assert weeks_of(calendar, *second)[0].working_days == 3


def test_a_calendar_longer_than_the_period_does_not_change_its_weeks():
    period = (date(2026, 4, 1), date(2026, 6, 30))
    longer = days(date(2025, 1, 1), date(2027, 12, 31), periods=[period])
    assert weeks_of(longer, *period) == weeks(*period)
    # Nor one whose weeks are cut elsewhere.
    assert weeks_of(days(date(2025, 1, 1), date(2027, 12, 31), periods=[]), *period) == weeks(*period)


def test_the_week_before_and_after_a_period_keeps_its_own_start():
    calendar = days(date(2026, 3, 25), date(2026, 7, 6), periods=[(date(2026, 4, 1), date(2026, 6, 30))])
    starts = {d.day: d.week_start for d in calendar}
    # The calendar begins on a Wednesday: its week began on the Monday before.
    assert starts[date(2026, 3, 25)] == date(2026, 3, 23)
    assert starts[date(2026, 3, 31)] == date(2026, 3, 30)
    assert starts[date(2026, 4, 1)] == date(2026, 4, 1)
    assert starts[date(2026, 7, 1)] == date(2026, 7, 1)
    assert starts[date(2026, 7, 6)] == date(2026, 7, 6)


def test_pitfall_35_a_year_that_begins_on_a_thursday_has_53_weeks():
    # ISO year 2026 runs from Monday 29 December 2025 to Sunday 3 January 2027.
    iso_year = weeks(date(2025, 12, 29), date(2027, 1, 3))
    assert len(iso_year) == 53
    assert {w.working_days for w in iso_year} == {5}
    # The calendar year 2026 touches the same 53 weeks, the first and the last in part.
    calendar_year = weeks(date(2026, 1, 1), date(2026, 12, 31))
    assert len(calendar_year) == 53
    assert (calendar_year[0].working_days, calendar_year[-1].working_days) == (2, 4)
    assert sum(w.working_days for w in calendar_year) == 261


def test_a_single_day_is_a_week():
    assert [(w.start, w.end, w.working_days) for w in weeks(date(2026, 6, 6), date(2026, 6, 6))] == [
        (date(2026, 6, 6), date(2026, 6, 6), 0)
    ]


def test_holidays_are_days_off():
    # France, May 2026: Friday 1, Friday 8, Thursday 14 (Ascension), Monday 25 (Whit Monday).
    may = (date(2026, 5, 1), date(2026, 5, 31))
    off = {d.day for d in days(*may)} - {d.day for d in days(*may, holidays="FR") if d.is_working_day}
    weekends = {d.day for d in days(*may) if d.day.weekday() >= 5}
    assert off - weekends == {date(2026, 5, day) for day in (1, 8, 14, 25)}


def test_a_region_has_holidays_of_its_own():
    # César Chávez Day, 31 March, is a holiday of California alone.
    day = date(2026, 3, 31)
    assert days(day, day, holidays="US")[0].is_working_day
    assert not days(day, day, holidays="US-CA")[0].is_working_day


def test_holidays_of_every_year_of_the_calendar_are_known():
    calendar = {d.day: d for d in days(date(2025, 12, 20), date(2027, 1, 5), holidays="FR")}
    for christmas_or_new_year in (date(2025, 12, 25), date(2026, 1, 1), date(2026, 12, 25), date(2027, 1, 1)):
        assert not calendar[christmas_or_new_year].is_working_day


def test_a_week_of_holidays_carries_less_and_a_plan_s_pace_does_not_see_it():
    found = weeks(date(2026, 5, 1), date(2026, 5, 31), holidays="FR")
    assert [w.working_days for w in found] == [0, 4, 4, 5, 4]


def test_other_working_days_than_monday_to_friday():
    sunday_to_thursday = days(date(2026, 6, 1), date(2026, 6, 7), working_days=["sun", "mon", "tue", "wed", "thu"])
    assert [d.is_working_day for d in sunday_to_thursday] == [True, True, True, True, False, False, True]


def test_hours_are_local_and_follow_the_clock_change():
    # Paris: one hour ahead of UTC in winter, two in summer; the clock goes forward on 29 March 2026.
    calendar = {d.day: d for d in days(date(2026, 3, 27), date(2026, 3, 30), zone=PARIS)}
    friday, sunday, monday = (calendar[date(2026, 3, d)] for d in (27, 29, 30))
    assert (friday.opens_at, friday.closes_at) == (instant("2026-03-27 08:00"), instant("2026-03-27 17:00"))
    assert (monday.opens_at, monday.closes_at) == (instant("2026-03-30 07:00"), instant("2026-03-30 16:00"))
    assert friday.open_seconds == monday.open_seconds == 9 * 3600
    assert sunday.open_seconds == 0
    assert sunday.opens_at == sunday.closes_at


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 6, 1), 24), (date(2026, 10, 25), 25)])
def test_pitfall_38_a_day_of_a_clock_change_has_23_or_25_hours(day, hours):
    everyday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    found = days(day, day, zone=PARIS, hours="00:00-24:00", working_days=everyday)[0]
    assert found.open_seconds == hours * 3600
    assert local_midnight(day + DAY, PARIS) - local_midnight(day, PARIS) == timedelta(hours=hours)


def test_a_local_time_that_a_clock_change_skips_is_the_moment_it_would_be():
    # 02:30 on 29 March 2026 is half an hour after 02:00, at which the clock jumps to 03:00: 01:30 UTC.
    assert local_instant(date(2026, 3, 29), time(2, 30), PARIS) == instant("2026-03-29 01:30")


def test_a_local_time_that_comes_twice_is_the_first():
    assert local_instant(date(2026, 10, 25), time(2, 30), PARIS) == instant("2026-10-25 00:30")


def test_a_midnight_that_a_clock_change_skips_begins_the_day_all_the_same():
    # Beirut, 27 March 2022: from 00:00 straight to 01:00, at 22:00 UTC.
    assert local_midnight(date(2022, 3, 27), ZoneInfo("Asia/Beirut")) == instant("2022-03-26 22:00")


def test_pitfall_38_the_day_is_the_account_s_not_that_of_utc():
    assert local_midnight(date(2026, 7, 1), PARIS) == instant("2026-06-30 22:00")
    assert local_midnight(date(2026, 7, 1), ZoneInfo("America/New_York")) == instant("2026-07-01 04:00")


def test_open_seconds_before_a_day_are_those_of_all_days_before_it():
    total = 0
    for day in days(date(2026, 3, 20), date(2026, 4, 10), zone=PARIS, holidays="FR"):
        assert day.open_seconds_before == total
        total += day.open_seconds
    assert total == 15 * 9 * 3600  # 16 weekdays less Easter Monday, 6 April


def test_every_weekday_of_2026_is_261():
    assert worked_weeks(date(2026, 1, 1), date(2026, 12, 31), 47) == 47


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # Q1 2026: 22 + 20 + 22 = 64 of 261 weekdays.
        (date(2026, 1, 1), date(2026, 3, 31), 47 * 64 / 261),
        # One week of five.
        (date(2026, 6, 1), date(2026, 6, 7), 47 * 5 / 261),
        # July 2026 to June 2027: 132 of 261 weekdays of 2026 and 129 of 261 of 2027.
        (date(2026, 7, 1), date(2027, 6, 30), 47 * 132 / 261 + 47 * 129 / 261),
        # 2024 has 262: from 30 December 2024, two of them, to 3 January 2025, three of 261.
        (date(2024, 12, 30), date(2025, 1, 3), 47 * 2 / 262 + 47 * 3 / 261),
        # Two whole years are twice 47.
        (date(2026, 1, 1), date(2027, 12, 31), 94),
        # A week-end has none.
        (date(2026, 6, 6), date(2026, 6, 7), 0),
    ],
)
def test_worked_weeks_are_the_period_s_share_of_the_weekdays_of_its_years(start, end, expected):
    assert worked_weeks(start, end, 47) == pytest.approx(expected)


@given(days_of_years, st.integers(0, 800), st.integers(0, 800))
def test_worked_weeks_of_two_following_periods_add_up(start, length, rest):
    middle, end = start + length * DAY, start + (length + rest + 1) * DAY
    parts = worked_weeks(start, middle, 47) + worked_weeks(middle + DAY, end, 47)
    assert worked_weeks(start, end, 47) == pytest.approx(parts)


@settings(max_examples=40, deadline=None)
@given(days_of_years, st.integers(0, 400), st.sampled_from([None, "FR", "US-CA"]))
def test_weeks_fill_the_period_without_gap_or_overlap(start, length, holidays):
    end = start + length * DAY
    found = weeks(start, end, holidays=holidays)
    assert (found[0].start, found[-1].end) == (start, end)
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + DAY
        assert after.start.weekday() == 0
    assert all(0 <= w.working_days <= (w.end - w.start).days + 1 <= 7 for w in found)
    if holidays is None:
        assert sum(w.working_days for w in found) == np.busday_count(start, end + DAY)


@settings(max_examples=25, deadline=None)
@given(days_of_years, st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]))
def test_days_follow_one_another_in_every_zone(day, name):
    zone = ZoneInfo(name)
    found = days(day, day + 3 * DAY, zone=zone, hours="00:00-24:00", working_days=["mon", "sat", "sun", "tue"])
    for each in found:
        assert each.opens_at == local_midnight(each.day, zone)
        assert each.opens_at.replace(tzinfo=UTC).astimezone(zone).date() == each.day
        if each.is_working_day:
            assert each.closes_at == local_midnight(each.day + DAY, zone)
