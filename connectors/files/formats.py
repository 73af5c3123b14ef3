"""How a column writes its dates and amounts, decided from all of its cells.

Here: the decision, from counts. Not here: the counting (`dates`, `amounts`).
"""

from dataclasses import dataclass
from typing import Literal

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
COMMA, POINT = "comma", "point"

# A share of cells so small that they are mistakes of their own: reported, and the rest is read.
FEW = 0.01
# How many times as often the one form must show as the other, so that the other is a mistake.
CLEARLY = 10

Verdict = Literal["first", "second", "neither", "refuse"]


@dataclass(frozen=True)
class Evidence:
    """What the cells of a column say."""

    filled: int
    first: int
    """cells that only the first form can have written"""
    second: int
    """cells that only the second form can have written"""
    either: int
    """cells that mean one thing in the first form and another in the second"""

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(
            self.filled + other.filled,
            self.first + other.first,
            self.second + other.second,
            self.either + other.either,
        )


def verdict(own: Evidence, of_the_file: Evidence) -> Verdict:
    """Which form a column is in.

    What its own cells leave open, the columns beside it in the same export decide. `neither`: nothing tells, but so
    few cells depend on it that they count as unreadable. `refuse`: a person must say.
    """
    for seen in (own, of_the_file):
        if seen.first >= CLEARLY * seen.second and seen.first:
            return "first"
        if seen.second >= CLEARLY * seen.first and seen.second:
            return "second"
        if seen is own and seen.first:
            return "refuse"
    return "refuse" if own.either > max(1, own.filled * FEW) else "neither"
