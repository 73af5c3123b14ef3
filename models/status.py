"""The word beside a figure that says whether it can be trusted, and how a figure takes it from its inputs.

Here: the words and their order. Not here: when each one holds (beside each figure).
"""

from collections.abc import Iterable

# From the worst to the best.
STATUSES = (
    "not_mapped",
    "stale_source",
    "no_denominator",
    "mixed_currency",
    "immature",
    "low_sample",
    "ok",
)


def worst(statuses: Iterable[str]) -> str:
    """The worst of `statuses`; `ok` where there are none."""
    return min(statuses, key=STATUSES.index, default="ok")
