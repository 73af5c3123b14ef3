"""Bulk API 2.0 query jobs: started, waited for together, and their pages streamed to landing files.

Here: one org's jobs of one run. Not here: which objects go by a job (`records`).
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from connectors.errors import SourceError, TryAgainError
from connectors.landing import Landing
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.errors import JobFailedError, NotThereError

PAGE = 50_000
FIRST_WAIT, LONGEST_WAIT, LONGER = 0.3, 30.0, 1.6
LONGEST_JOB = 4 * 3600.0
JOBS = "jobs/query"
# Of a list that other apps share; beyond it a job is looked at by itself.
PAGES_OF_JOBS = 3
OVER = {"JobComplete", "Failed", "Aborted"}


class Jobs:
    """The query jobs of one run. Safe for threads: whoever waits looks for all who wait."""

    def __init__(
        self,
        client: SalesforceClient,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client, self._clock, self._sleep = client, clock, sleep
        self._lock = threading.Lock()
        self._states: dict[str, dict[str, Any]] = {}
        self._asked: set[str] = set()
        self._wait = FIRST_WAIT
        self._looked_at: float | None = None

    def start(self, client: SalesforceClient, soql: str) -> str:
        """Start a job over living, deleted, merged and archived rows; its id.

        Raises a SourceError, QueryRefusedError where Bulk does not take the object, or takes no more jobs today.
        """
        body = {
            "operation": "queryAll",
            "query": soql,
            "contentType": "CSV",
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        }
        job = str(client.post(JOBS, body)["id"])
        with self._lock:
            self._asked.add(job)
            self._wait = FIRST_WAIT
            if self._looked_at is None:
                self._looked_at = self._clock()
        return job

    def wait(self, job: str) -> None:
        """Return when a job is complete. Raises JobFailedError where it will not be, NotThereError where it is gone."""
        began = self._clock()
        with self._lock:
            self._asked.add(job)
        while (state := self._state_of(job)) not in OVER:
            if self._clock() - began > LONGEST_JOB:
                raise TryAgainError("Salesforce has worked on a query for four hours without an end; run again later.")
        if state != "JobComplete":
            said = " ".join(str(self._states[job].get("errorMessage") or state).split())[:300]
            raise JobFailedError(f"Salesforce's job did not succeed: {said}")

    def pages(
        self, client: SalesforceClient, job: str, locator: str | None, landing: Landing, tell: Callable[[int], None]
    ) -> None:
        """Write the pages of a complete job from a locator on, each with its rows and the next locator.

        Raises a SourceError; NotThereError where the job is gone.
        """
        done = sum(int(e.get("rows", 0)) for e in landing.entries)
        while True:
            params = {"maxRecords": PAGE, **({"locator": locator} if locator else {})}
            with landing.file("records", "csv") as (out, told):
                rows, locator = client.download(f"{JOBS}/{job}/results", params, out)
                told |= {"rows": rows, "job": job, "next": locator}
            done += rows
            tell(done)
            if locator is None:
                return

    def delete(self, client: SalesforceClient, job: str) -> None:
        """Forget a job that is read; the org does so after a week by itself."""
        with suppress(SourceError):
            client.delete(f"{JOBS}/{job}")

    def _state_of(self, job: str) -> str:
        with self._lock:
            if (self._states.get(job) or {}).get("state") in OVER:
                return str(self._states[job]["state"])
            due = (self._looked_at or 0.0) + self._wait
        while (left := due - self._clock()) > 0:
            self._sleep(left)
        with self._lock:
            if (self._looked_at or 0.0) + self._wait <= self._clock():
                self._look()
                self._looked_at = self._clock()
                self._wait = min(LONGEST_WAIT, LONGER * self._wait)
            if job not in self._states:
                raise NotThereError("The job is gone.")
            return str(self._states[job]["state"])

    def _look(self) -> None:
        """The state of all jobs of this run, in one call where the org has few others; one by one where it has many."""
        seen = {j: s for j, s in self._states.items() if s["state"] in OVER}
        said, pages = self.client.get(JOBS, {"jobType": "V2Query"}), 1
        while True:
            seen |= {str(j["id"]): j for j in said["records"] if str(j["id"]) in self._asked}
            following = None if said.get("done", True) else said.get("nextRecordsUrl")
            if self._asked <= seen.keys() or following is None or pages == PAGES_OF_JOBS:
                break
            said, pages = self.client.follow(following), pages + 1
        for job in self._asked - seen.keys() if following is not None else ():
            with suppress(NotThereError):
                seen[job] = self.client.get(f"{JOBS}/{job}")
        self._states = seen
