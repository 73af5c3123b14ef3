"""Something the funnel needs to know of a CRM's record, and what is lost where the CRM does not say it.

Here: the shape. Not here: any CRM's fields (its package's `objects`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Needed:
    """Something the funnel needs to know of a record."""

    role: str
    """what it is called where the record is loaded"""
    candidates: tuple[str, ...]
    """fields that can say it; the first that the CRM shows is read"""
    lost: str = ""
    """what is not known without it; empty: nobody misses it"""
