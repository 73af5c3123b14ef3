"""What is left of a target: the wins still missing, the weeks left for them, and the last in which a record helps.

Here: the rest of the period, stage by stage. Not here: what the whole period takes (`required_funnel`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from models.conversion_with_delay import Floats
from models.night import CalendarDay, Target
from models.working_calendar import weeks_of, worked_weeks

if TYPE_CHECKING:
    import pandas as pd

# A record helps while so much of what it brings still comes in time.
USEFUL_SHARE = 0.1


def won_so_far(target: Target, as_of: date, won_deals: pd.DataFrame, segment: str | None, worth: float) -> float:
    """Revenue of the target's wins by as_of; one whose amount is not known counts `worth`."""
    import pandas as pd

    booked = pd.to_datetime(won_deals["booked_on"])
    last = min(as_of, target.period_end)
    is_counted = (booked >= pd.Timestamp(target.period_start)) & (booked <= pd.Timestamp(last))
    if target.marketing_share < 1.0:
        is_counted &= won_deals["origin"] == "marketing"
    if segment is not None:
        is_counted &= won_deals["segment"] == segment
    amounts = won_deals.loc[is_counted, "amount_in_currency"].to_numpy(np.float64, na_value=np.nan)
    return float(np.where(np.isnan(amounts), worth, np.maximum(amounts, 0.0)).sum())


@dataclass(frozen=True)
class RestOfPeriod:
    """The days of a target's period that are still to come."""

    worked_weeks: float
    """worked weeks in them"""
    working_days: list[date]
    """the days worked"""


def rest_of_period(calendar: Sequence[CalendarDay], target: Target, as_of: date, working_weeks: float) -> RestOfPeriod:
    """The rest of the target's period after as_of; all of it where it has not begun."""
    first = max(as_of + timedelta(days=1), target.period_start)
    if first > target.period_end:
        return RestOfPeriod(0.0, [])
    days = [d.day for d in calendar if d.is_working_day and first <= d.day <= target.period_end]
    return RestOfPeriod(worked_weeks(first, target.period_end, working_weeks), days)


def last_useful_week(calendar: Sequence[CalendarDay], target: Target, due: Floats) -> date | None:
    """First day of the last week of the period in which a new record still helps; None where none does.

    `due` is the share of a record's customers that have come by each day after its entry.
    """
    helping = np.flatnonzero(due >= USEFUL_SHARE)
    if not len(helping):
        return None
    last = target.period_end - timedelta(days=int(helping[0]))
    weeks = [w.start for w in weeks_of(calendar, target.period_start, target.period_end) if w.start <= last]
    return weeks[-1] if weeks else None


def still_needed(missing: float, worth: float, due: Floats, rest: RestOfPeriod, period_end: date) -> float | None:
    """Records still needed, coming in evenly over the working days left, for `missing` customers in time.

    `worth` is what a record brings in customers, sooner or later. None where no day is left on which one helps.
    """
    if missing <= 0.0:
        return 0.0
    in_time = [float(due[(period_end - day).days]) for day in rest.working_days]
    if not in_time or max(in_time) < USEFUL_SHARE:
        return None
    return missing / (worth * sum(in_time) / len(in_time))
