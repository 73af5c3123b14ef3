"""The rows of `step_outcomes` as arrays, told apart by step and segment once for all that is estimated from them.

Here: the telling apart. Not here: the counting (in SQL) or the estimators (`conversion_with_delay`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.conversion_with_delay import Counts, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StepCounts(Counts):
    """Records that entered a step, and what else is known of them; arrays of one length."""

    is_lost: Flags
    """whether they were lost or disqualified unconverted"""
    is_from_explicit: Flags
    """whether the CRM shows the entry into the first of the step's stages"""
    is_to_explicit: Flags
    """whether the CRM shows the entry into the second"""
    deals_weight: Floats
    """deals of these people, by weight; 0 within a unit"""


@dataclass(frozen=True)
class Step:
    """The records of a step: all of them, and those of each segment."""

    whole: StepCounts
    segments: dict[str, StepCounts] = field(default_factory=dict)

    def of(self, segment: str | None) -> StepCounts:
        """The records of a segment, none where it has none; of the whole for None."""
        return self.whole if segment is None else self.segments.get(segment, EMPTY)


EMPTY = StepCounts(*(np.empty(0, t) for t in (np.int64, np.float64, np.int64, bool, bool, bool, np.float64)))
NO_STEP = Step(EMPTY)


def by_step(step_outcomes: pd.DataFrame) -> dict[tuple[str, str], Step]:
    """The steps' records by from_stage and to_stage; a step that no record is in is not there.

    Rows that are in the order of their keys already, as the warehouse hands them over, stay in it.
    """
    froms, from_names = _codes(step_outcomes["from_stage"])
    tos, to_names = _codes(step_outcomes["to_stage"])
    segments, segment_names = _codes(step_outcomes["segment"])
    n_to, n_segment = len(to_names), len(segment_names) + 1
    # The last code is no segment's.
    keys = (froms * n_to + tos) * n_segment + np.where(segments < 0, n_segment - 1, segments)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    columns = (
        step_outcomes["age_days"].to_numpy(np.int64)[order],
        step_outcomes["lag_days"].to_numpy(np.float64, na_value=np.nan)[order],
        step_outcomes["records"].to_numpy(np.int64)[order],
        step_outcomes["is_lost"].to_numpy(bool)[order],
        step_outcomes["is_from_explicit"].to_numpy(bool)[order],
        step_outcomes["is_to_explicit"].to_numpy(bool)[order],
        step_outcomes["deals_weight"].to_numpy(np.float64)[order],
    )
    found: dict[tuple[str, str], Step] = {}
    for key in np.unique(keys // n_segment):
        own = StepCounts(*(c[slice(*np.searchsorted(keys, (key * n_segment, (key + 1) * n_segment)))] for c in columns))
        parts = {}
        for place, name in enumerate(segment_names):
            first, end = np.searchsorted(keys, (key * n_segment + place, key * n_segment + place + 1))
            if first < end:
                parts[name] = StepCounts(*(c[first:end] for c in columns))
        found[from_names[key // n_to], to_names[key % n_to]] = Step(own, parts)
    return found


def _codes(names: pd.Series) -> tuple[Ints, list[str]]:
    """A number for each name, in the names' order, and the names; -1 for none."""
    import pandas as pd

    codes, found = pd.factorize(names, sort=True)
    return codes.astype(np.int64), [str(name) for name in found]
