"""One object's records: everything at first by a Bulk job, then what changed since, by REST or, if much, by a job.

Here: the stream. Not here: jobs (`jobs`), fields (`selection`), or what a row means (`loading`).
"""

import csv
import io
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connectors.landing import Landing
from connectors.protocol import Cost, Landed, Local, Progress, no_progress
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.errors import JobFailedError, LocatorLostError, NotThereError, QueryRefusedError
from connectors.salesforce.jobs import Jobs
from connectors.salesforce.lists import instant
from connectors.salesforce.selection import Selection

LOGGER = logging.getLogger("connectors.salesforce")

# Rows become visible late, with an older stamp: up to five minutes were seen.
OVERLAP = timedelta(minutes=10)
# From so many rows on, a job takes fewer calls than pages do.
ROWS_FOR_A_JOB = 10_000
ROWS_A_FILE = 20_000
TRIES = 3


@dataclass
class Records:
    """One object's records. `high` is the highest modification time that the org showed before anything was read."""

    client: SalesforceClient
    jobs: Jobs
    selection: Selection
    high: str | None
    progress: Progress = no_progress
    _resumed: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """The object's name."""
        return self.selection.kind.name

    def begin(self, cursor: str | None, landing: Landing) -> None:
        """Start the job of a whole reading, so that all jobs run side by side. Raises a SourceError."""
        soql = self._soql(cursor)
        begun = next((e for e in landing.entries if "soql" in e), None)
        if begun is not None and begun["soql"] == soql:
            # An earlier run was interrupted while it read this.
            self._resumed = True
            self.high = begun["high"]
            return
        landing.clear()
        if cursor is None:
            self._start(soql, landing)

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:  # noqa: ARG002
        """As the protocol says; the cursor is the highest modification time before the reading."""
        began = time.monotonic()
        soql = self._soql(cursor)
        for attempt in range(TRIES):
            try:
                self._read(soql, landing)
                break
            except (LocatorLostError, NotThereError):
                # The org has forgotten an answer or a job: from the beginning.
                if attempt == TRIES - 1:
                    raise
                landing.clear()
        rows = sum(int(e.get("rows", 0)) for e in landing.entries)
        return Landed(
            self.high or cursor,
            Cost(rows, self.client.calls, time.monotonic() - began),
            is_whole=cursor is None,
            is_stale=self._resumed,
            files={"records": landing.files("records")},
        )

    def _soql(self, cursor: str | None) -> str:
        if cursor is None:
            return self.selection.soql()
        since = (instant(cursor) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.selection.soql(f"{self.selection.kind.modified} >= {since}")

    def _start(self, soql: str, landing: Landing) -> str | None:
        """Start a job and note it; None where the org does not take one."""
        try:
            job = self.jobs.start(self.client, soql)
        except QueryRefusedError as e:
            LOGGER.info("no job for %s: %s", self.name, e)
            return None
        landing.note(soql=soql, job=job, high=self.high)
        return job

    def _read(self, soql: str, landing: Landing) -> None:
        started = [e["job"] for e in landing.entries if "soql" in e]
        if not started:
            self._read_pages(soql, landing)
            return
        job = str(started[-1])
        try:
            self._read_job(job, landing)
        except JobFailedError as e:
            # Once more, then page by page, where a refusal says more than a failed job does.
            LOGGER.info("%s: %s", self.name, e)
            landing.clear()
            again = self._start(soql, landing) if len(started) < 2 else None
            try:
                if again is not None:
                    self._read_job(again, landing)
                    return
            except JobFailedError:
                landing.clear()
            self._read_pages(soql, landing, or_a_job=False)

    def _read_job(self, job: str, landing: Landing) -> None:
        pages = [e for e in landing.entries if e.get("job") == job and "rows" in e]
        if not pages or pages[-1]["next"] is not None:
            if not pages:
                self.jobs.wait(job)
            self.jobs.pages(self.client, job, pages[-1]["next"] if pages else None, landing, self._tell(None))
        self.jobs.delete(self.client, job)

    def _read_pages(self, soql: str, landing: Landing, or_a_job: bool = True) -> None:
        try:
            page = self.client.query(soql)
        except QueryRefusedError as e:
            job = self._start(soql, landing) if or_a_job and e.code == "QUERY_TIMEOUT" else None
            if job is None:
                raise
            self._read_job(job, landing)
            return
        total = int(page["totalSize"])
        if or_a_job and total > ROWS_FOR_A_JOB and (job := self._start(soql, landing)) is not None:
            with suppress(JobFailedError):
                self._read_job(job, landing)
                return
            landing.clear()
        tell, rows, done = self._tell(total), [], 0
        while True:
            rows += page["records"]
            is_last = bool(page["done"])
            if rows and (is_last or len(rows) >= ROWS_A_FILE):
                self._write(landing, rows)
                done, rows = done + len(rows), []
                tell(done)
            if is_last:
                return
            page = self.client.follow(page["nextRecordsUrl"])

    def _write(self, landing: Landing, rows: Iterable[dict[str, Any]]) -> None:
        """Rows of REST as a job would write them."""
        fields = self.selection.fields
        with landing.file("records", "csv") as (out, told):
            text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(fields)
            count = 0
            for row in rows:
                writer.writerow([_cell(row.get(f)) for f in fields])
                count += 1
            text.detach()
            told["rows"] = count

    def _tell(self, expected: int | None) -> Callable[[int], None]:
        return lambda records: self.progress(self.name, records, expected, self.client.all_calls)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
