"""The row of the `runs` table: what one run read and how it ended.

Here: its shape. Not here: when it is written (the rail does that).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the nightly job."""

    GRAIN: ClassVar[tuple[str, ...]] = ("run_id",)

    run_id: Annotated[str, "Dagster's id of the run"]
    account: Annotated[str, "the account's name"]
    as_of: Annotated[date, "the day its night speaks for, in the account's time zone"]
    cut_off_at: Annotated[datetime, "UTC instant the sources were read; facts recorded later do not count"]
    started_at: Annotated[datetime, "UTC instant the night was opened"]
    finished_at: Annotated[datetime | None, "UTC instant the night was published; NULL: it was not"]
    sources: Annotated[str, "the sources read, comma-separated"]
    rows_read: Annotated[int, "rows read from the sources"]
    rows_changed: Annotated[int, "rows written to the raw tables; 0: nothing had changed"]
    api_calls: Annotated[int, "calls made to the CRM's API"]
    status: Annotated[str, "running, succeeded or failed"]
