"""The account's working days, hours and weeks.

Here: which days are worked, how weeks are cut, how many worked weeks a period has. Not here: what is planned in them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from models.night import CalendarDay
from models.settings.team import WEEKDAYS, Calendar

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """A week of a period, cut at its ends."""

    start: date
    """its first day"""
    end: date
    """its last day"""
    working_days: int
    """days worked in it"""


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant, without tzinfo, at which `day` begins in `zone`."""
    return local_instant(day, time(0), zone)


def local_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The UTC instant, without tzinfo, of a local time; one that a clock change skips is the moment it would be."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def calendar_days(
    calendar: Calendar, zone: ZoneInfo, first: date, last: date, periods: Iterable[tuple[date, date]]
) -> list[CalendarDay]:
    """Every day from `first` to `last`; weeks start on Monday and wherever one of `periods` starts or has ended."""
    cuts = {start for start, _ in periods} | {end + DAY for _, end in periods}
    off = _holidays(calendar, range(first.year, last.year + 1))
    opens, closes = calendar.hours.split("-")
    days, before, week_start = [], 0, first - timedelta(days=first.weekday())
    for day in _each_day(first, last):
        if day.weekday() == 0 or day in cuts:
            week_start = day
        works = WEEKDAYS[day.weekday()] in calendar.working_days and day not in off
        begin = local_instant(day, time.fromisoformat(opens), zone) if works else local_midnight(day, zone)
        end = _closing(day, closes, zone) if works else begin
        seconds = int((end - begin).total_seconds())
        days.append(
            CalendarDay(
                day=day,
                week_start=week_start,
                is_working_day=works,
                opens_at=begin,
                closes_at=end,
                open_seconds=seconds,
                open_seconds_before=before,
            )
        )
        before += seconds
    return days


def _closing(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        return local_midnight(day + DAY, zone)
    return local_instant(day, time.fromisoformat(clock), zone)


def _holidays(calendar: Calendar, years: range) -> set[date]:
    if calendar.holidays is None:
        return set()
    country, _, region = calendar.holidays.partition("-")
    return set(holidays.country_holidays(country, subdiv=region or None, years=years))


def _each_day(first: date, last: date) -> Iterator[date]:
    for i in range((last - first).days + 1):
        yield first + timedelta(days=i)


def weeks_of(days: Iterable[CalendarDay], start: date, end: date) -> list[Week]:
    """The weeks of the period from `start` to `end`, in order, from the account's calendar."""
    weeks: dict[date, list[CalendarDay]] = {}
    for day in days:
        if start <= day.day <= end:
            weeks.setdefault(max(day.week_start, start), []).append(day)
    return [
        Week(start=first, end=within[-1].day, working_days=sum(d.is_working_day for d in within))
        for first, within in sorted(weeks.items())
    ]


def worked_weeks(start: date, end: date, working_weeks: float) -> float:
    """How many worked weeks the period has, at `working_weeks` a calendar year.

    Its weekdays (Monday to Friday) as a share of those of its calendar years, year by year.
    """
    total = 0.0
    for year in range(start.year, end.year + 1):
        first, after = date(year, 1, 1), date(year + 1, 1, 1)
        within = np.busday_count(max(start, first), min(end + DAY, after))
        total += working_weeks * float(within) / float(np.busday_count(first, after))
    return total
