"""Bulk API 2.0 query jobs: made, looked at, read page by page, aborted and deleted.

Here: jobs and their files. Not here: what a query means (`asking`), or HTTP (`app`).
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from connectors.sandbox.salesforce_face.asking import Asked, understood
from connectors.sandbox.salesforce_face.errors import Refusal, not_found
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.soql import read

CHUNK = 1 << 20
PAGE = 50_000
PAGES_AT_ONCE = 5
FAILED = "InternalServerError : Unexpected exception encountered in query processing"


@dataclass
class Job:
    """One query job."""

    id: str
    operation: str
    asked: Asked
    version: str
    folder: Path
    created_at: float
    state: str = "UploadComplete"
    error: str | None = None
    rows: int = 0
    ends: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    """where each row ends in the file, the first being where it begins"""

    @property
    def file(self) -> Path:
        """Its rows, without the header."""
        return self.folder / f"{self.id}.csv"


class Jobs:
    """The org's query jobs; each is worked off in a thread of its own."""

    def __init__(self, org: Org, folder: Path) -> None:
        self.org, self.folder = org, folder
        self.seconds = 0.0
        """the least time that a job takes"""
        self.to_fail = 0
        """how many of the next jobs fail"""
        self.not_in_bulk: set[str] = set()
        """objects that Bulk does not take"""
        self.made = 0
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def create(self, body: dict[str, Any], version: str) -> dict[str, Any]:
        """Make a job; its state as the answer. Raises a `Refusal` for what Bulk does not take."""
        operation = body.get("operation")
        if operation not in ("query", "queryAll"):
            raise Refusal(400, "INVALIDJOB", f"Unsupported operation: {operation}")
        for name, only in (("contentType", "CSV"), ("columnDelimiter", "COMMA"), ("lineEnding", "LF")):
            if body.get(name, only) != only:
                raise Refusal(400, "INVALIDJOB", f"This org writes results with {name} {only} alone")
        query = read(str(body.get("query", "")))
        if query.is_aggregate or query.group_by or query.offset or query.all_fields:
            raise Refusal(
                400, "API_ERROR", "Aggregate Relationships not supported in Bulk V2 Query with CSV content type"
            )
        if query.entity in self.not_in_bulk:
            raise Refusal(400, "INVALIDENTITY", f"{query.entity} is not supported by the Bulk API")
        asked = understood(self.org, query, operation == "queryAll")
        asked.csv_sql()
        with self._lock:
            self.made += 1
            job = Job(f"750{self.made:012d}AAA", operation, asked, version, self.folder, time.monotonic())
            self._jobs[job.id] = job
            fails, self.to_fail = self.to_fail > 0, max(0, self.to_fail - 1)
        threading.Thread(target=self._work, args=(job, fails, self.seconds), daemon=True).start()
        return self._told(job, is_new=True)

    def look(self, job_id: str) -> dict[str, Any]:
        """A job's state."""
        return self._told(self._job(job_id))

    def list(self) -> dict[str, Any]:
        """The state of all jobs."""
        with self._lock:
            jobs = list(self._jobs.values())
        return {"done": True, "records": [self._told(j) for j in jobs], "nextRecordsUrl": None}

    def abort(self, job_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Stop a job."""
        job = self._job(job_id)
        if body.get("state") != "Aborted":
            raise Refusal(400, "INVALIDJOBSTATE", "Job state not supported")
        if job.state in ("UploadComplete", "InProgress"):
            job.state = "Aborted"
        return self._told(job)

    def delete(self, job_id: str) -> None:
        """Forget a job that is over."""
        job = self._job(job_id)
        if job.state in ("UploadComplete", "InProgress"):
            raise Refusal(400, "API_ERROR", "Error encountered when deleting the job because the job is not terminated")
        with self._lock:
            self._jobs.pop(job_id, None)
        job.file.unlink(missing_ok=True)

    def results(
        self, job_id: str, locator: str | None, most: int | None, version: str
    ) -> tuple[Iterator[bytes], int, str]:
        """A page's bytes, the number of its records, and the next locator (`null` at the end)."""
        job = self._finished(job_id, version)
        start = _row_of(locator)
        end = min(start + (most or PAGE), job.rows)
        following = _locator_of(end) if end < job.rows else "null"
        return _bytes_of(job, int(job.ends[start]), int(job.ends[end])), end - start, following

    def result_pages(self, job_id: str, locator: str | None, most: int | None, version: str) -> dict[str, Any]:
        """Up to five addresses of pages at once."""
        job = self._finished(job_id, version)
        size, row = most or PAGE, _row_of(locator)
        pages: list[dict[str, str]] = []
        base = f"/services/data/v{version}/jobs/query/{job_id}"
        while len(pages) < PAGES_AT_ONCE and (row < job.rows or not pages):
            pages.append({"resultUrl": f"{base}/results?locator={_locator_of(row)}&maxRecords={size}"})
            row += size
        done = row >= job.rows
        following = None if done else f"{base}/resultPages?locator={_locator_of(row)}&maxRecords={size}"
        return {"resultPages": pages, "nextRecordsUrl": following, "done": done}

    def _finished(self, job_id: str, version: str) -> Job:
        job = self._job(job_id)
        if job.version != version:
            raise Refusal(
                409, "API_ERROR", "The job was created with another API version than the one its results are asked with"
            )
        if job.state != "JobComplete":
            raise Refusal(400, "INVALIDJOBSTATE", f"The job is in state {job.state}: there are no results to read")
        return job

    def _job(self, job_id: str) -> Job:
        for job in list(self._jobs.values()):
            if job.id in (job_id, f"{job_id}AAA"):
                return job
        raise not_found()

    def _work(self, job: Job, fails: bool, seconds: float) -> None:
        job.state = "InProgress"
        try:
            if fails:
                raise duckdb.Error(FAILED)
            self._write(job)
            time.sleep(max(0.0, job.created_at + seconds - time.monotonic()))
            if job.state == "InProgress":
                job.state = "JobComplete"
        except (duckdb.Error, OSError) as e:
            job.error, job.state = str(e), "Failed"

    def _write(self, job: Job) -> None:
        asked = job.asked
        line = asked.csv_sql()
        limit = "" if asked.query.limit is None else f" limit {asked.query.limit}"
        order = ", ".join(asked._order())
        ends, at = [np.zeros(1, dtype=np.int64)], 0
        with self.org.cursor(asked.objects) as con, job.file.open("wb") as out:
            con.execute(
                f"select {line} from {asked.tables} where {asked.where_sql()}"
                + (f" order by {order}" if order else "")
                + limit
            )
            while rows := con.fetchmany(10_000):
                if job.state == "Aborted":
                    return
                lines = [r[0].encode() for r in rows]
                out.write(b"".join(lines))
                ends.append(np.cumsum([len(x) for x in lines]) + at)
                at = int(ends[-1][-1])
        job.ends = np.concatenate(ends)
        job.rows = len(job.ends) - 1

    def _told(self, job: Job, is_new: bool = False) -> dict[str, Any]:
        stamp = self.org.at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        told: dict[str, Any] = {
            "id": job.id,
            "operation": job.operation,
            "object": job.asked.entity,
            "createdById": "0055g00000000EYAAY",
            "createdDate": stamp,
            "systemModstamp": stamp,
            "state": "UploadComplete" if is_new else job.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(job.version),
        }
        if not is_new:
            told |= {"jobType": "V2Query"}
        told |= {"lineEnding": "LF", "columnDelimiter": "COMMA"}
        if not is_new:
            told |= {
                "numberRecordsProcessed": job.rows,
                "retries": 0,
                "totalProcessingTime": 100,
                "isPkChunkingSupported": True,
            }
        if job.error:
            told |= {"errorMessage": job.error}
        return told


def _bytes_of(job: Job, start: int, end: int) -> Iterator[bytes]:
    # Every page starts with the names.
    yield ('"' + '","'.join(job.asked.paths()) + '"\n').encode()
    with job.file.open("rb") as held:
        held.seek(start)
        while start < end:
            part = held.read(min(CHUNK, end - start))
            start += len(part)
            yield part


def _locator_of(row: int) -> str:
    return base64.urlsafe_b64encode(f"r{row}".encode()).decode().rstrip("=")


def _row_of(locator: str | None) -> int:
    if not locator:
        return 0
    try:
        said = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode()
        return int(said.removeprefix("r"))
    except ValueError as e:
        raise Refusal(400, "INVALID_QUERY_LOCATOR", "The locator is not one of this job's") from e
