"""The agreed terms of a target, looked up by day: what was promised, and what of it was due by a night.

Here: looking up and adding up. Not here: how the terms came about (`agreements`), or how they were kept (`sla_gaps`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.agreements import Agreement, in_force
from models.night import CalendarDay, Night, Target


@dataclass(frozen=True)
class Period:
    """A stretch of a target's period that the agreement is judged over."""

    name: str
    """week, month or to_date"""
    start: date
    end: date
    """its last day; of `to_date`, the last day judged"""
    through: date
    """the last day judged: its own, or the night's"""


def periods_of(night: Night, target: Target, calendar: Sequence[CalendarDay]) -> list[Period]:
    """The week and the month of the night and the period to date; none before the period begins."""
    if night.as_of < target.period_start:
        return []
    through = min(night.as_of, target.period_end)
    to_date = Period("to_date", target.period_start, through, through)
    if night.as_of > target.period_end:
        return [to_date]
    week = next((d.week_start for d in calendar if d.day == night.as_of), night.as_of)
    days = [d.day for d in calendar if d.week_start == week and d.day <= target.period_end]
    next_month = (night.as_of.replace(day=28) + timedelta(days=4)).replace(day=1)
    return [
        Period("week", max(week, target.period_start), days[-1] if days else through, through),
        Period("month", max(night.as_of.replace(day=1), target.period_start),
               min(next_month - timedelta(days=1), target.period_end), through),
        to_date,
    ]  # fmt: skip


class AgreedTerms:
    """The terms of one target, or of a segment of it."""

    def __init__(
        self, rows: Sequence[Agreement], target: Target, segment: str | None, calendar: Sequence[CalendarDay]
    ) -> None:
        self._rows = [a for a in rows if a.target == target.target and a.segment == segment]
        self._days = [d for d in calendar if target.period_start <= d.day <= target.period_end]
        self._working = sum(d.is_working_day for d in self._days)
        self._start = target.period_start
        self._week_of = {d.day: max(d.week_start, target.period_start) for d in self._days}
        self._versions: dict[date, dict[tuple[str, str | None], Agreement]] = {}

    def on(self, day: date) -> dict[tuple[str, str | None], Agreement]:
        """(commitment, stage) → the term in force on the first day of the day's week; a term without a stage: None."""
        week = self._week_of.get(day, day)
        if week not in self._versions:
            self._versions[week] = {(a.commitment, a.stage): a for a in in_force(self._rows, week)}
        return self._versions[week]

    def value(self, commitment: str, day: date) -> float | None:
        """The figure of a commitment on a day; None: not agreed."""
        return next((a.value for (name, _), a in self.on(day).items() if name == commitment), None)

    def due(self, commitment: str, period: Period) -> float | None:
        """What of a volume is due in a period by its last day judged; None: not agreed, or no day is worked."""
        days = [d for d in self._days if period.start <= d.day <= period.through and d.is_working_day]
        values = [self.value(commitment, d.day) for d in days] or [self.value(commitment, period.through)]
        if not self._working or all(v is None for v in values):
            return None
        return sum(v or 0.0 for v in values) / self._working if days else 0.0

    def mean(self, commitment: str, period: Period) -> float | None:
        """A promised share over a period: its mean over the working days on which it was agreed; None: not agreed."""
        days = [d.day for d in self._days if period.start <= d.day <= period.through and d.is_working_day]
        values = [v for d in days or [period.through] if (v := self.value(commitment, d)) is not None]
        return sum(values) / len(values) if values else None
