"""The org's answers below /services/data: which path asks for what.

Here: paths and methods. Not here: HTTP itself (`app`), objects (`org`), queries (`cursors`, `bulk`), tokens.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.sandbox.salesforce_face.bulk import Jobs
from connectors.sandbox.salesforce_face.cursors import PAGE, Cursors
from connectors.sandbox.salesforce_face.describing import (
    FIRST_VERSION,
    LAST_VERSION,
    all_objects,
    described,
    limits,
    versions,
)
from connectors.sandbox.salesforce_face.errors import Refusal, not_found
from connectors.sandbox.salesforce_face.faults import Faults, Limits
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.records import deleted, one_record
from connectors.sandbox.salesforce_face.signing_in import Doors

DATA = re.compile(r"/services/data/v(\d+\.\d)(/.*)?")
QUERY = re.compile(r"/(query|queryAll)(?:/([\w-]+))?")
SOBJECT = re.compile(r"/sobjects(?:/(\w+)(?:/(\w+))?)?")
JOB = re.compile(r"/jobs/query(?:/(\w+)(?:/(results|resultPages))?)?")
SUBREQUESTS, SUBQUERIES = 25, 5


@dataclass
class Face:
    """The org's answers, and how it misbehaves."""

    org: Org
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    """where results of jobs lie"""
    doors: Doors = field(default_factory=Doors)
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    url: str = ""
    """where it answers, as sign-ins tell it"""

    def __post_init__(self) -> None:
        self.cursors, self.jobs = Cursors(self.org), Jobs(self.org, self.folder)

    def answer(self, method: str, target: str, body: Any, headers: Any) -> tuple[int, Any]:
        """Status and body of a call below /services/data; raises a `Refusal`."""
        parts = urlsplit(target)
        found = DATA.fullmatch(parts.path.rstrip("/"))
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        if parts.path.rstrip("/") == "/services/data":
            return 200, versions()
        if not found:
            raise not_found()
        version, path = found[1], found[2] or ""
        if not FIRST_VERSION <= float(version) <= LAST_VERSION:
            if 21 <= float(version) < FIRST_VERSION:
                raise Refusal(410, "GONE", f"REST API version {version} has been retired")
            raise not_found()
        if asked := QUERY.fullmatch(path):
            if method != "GET":
                raise Refusal(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are HEAD,GET")
            if asked[2]:
                return 200, self.cursors.next(asked[2], version)
            if "q" not in query:
                raise Refusal(400, "MALFORMED_QUERY", "A query string has to be specified")
            return 200, self.cursors.first(query["q"], asked[1] == "queryAll", version, _size(headers))
        if asked := SOBJECT.fullmatch(path):
            return 200, self._sobjects(asked[1], asked[2], query, version)
        if path == "/sobjects" or path == "":
            return 200, {"sobjects": f"/services/data/v{version}/sobjects", "query": f"/services/data/v{version}/query"}
        if (describe := re.fullmatch(r"/sobjects/(\w+)/(describe|deleted)", path)) is not None:
            return 200, self._sobjects(describe[1], describe[2], query, version)
        if path == "/limits":
            most = self.limits
            return 200, limits(most.used, most.daily, self.jobs.made, most.daily_jobs)
        if path == "/composite" and method == "POST":
            return self._composite(body, headers)
        if path == "/composite/batch" and method == "POST":
            return 200, self._batch(body, headers)
        if asked := JOB.fullmatch(path):
            return self._bulk(method, asked[1], asked[2], query, body, version)
        raise not_found()

    def _sobjects(self, name: str | None, what: str | None, query: dict[str, str], version: str) -> Any:
        if name is None:
            return all_objects(self.org, version)
        if what == "describe":
            return described(self.org, name, version)
        if self.org.real_name(name) is None:
            raise not_found()
        if what is None:
            about = described(self.org, name, version)
            return {"objectDescribe": {k: v for k, v in about.items() if k != "fields"}, "recentItems": []}
        if what == "deleted":
            return deleted(self.org, name, query)
        return one_record(self.org, name, what, query.get("fields"), version)

    def _composite(self, body: Any, headers: Any) -> tuple[int, Any]:
        asked = body.get("compositeRequest") or []
        queries = sum("/query" in urlsplit(a["url"]).path for a in asked)
        for number, most in ((len(asked), SUBREQUESTS), (queries, SUBQUERIES)):
            if number > most:
                # Refused in the form of an answer to one of them.
                said = Refusal(400, "LIMIT_EXCEEDED", f"The request can’t contain more than {most} operations.").body
                told = {"body": said, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": None}
                return 400, {"compositeResponse": [told]}
        answers = []
        for one in asked:
            status, said = self._sub(one.get("method", "GET"), one["url"], one.get("body"), headers)
            answers.append(
                {"body": said, "httpHeaders": {}, "httpStatusCode": status, "referenceId": one["referenceId"]}
            )
        return 200, {"compositeResponse": answers}

    def _batch(self, body: Any, headers: Any) -> Any:
        asked = body.get("batchRequests") or []
        if len(asked) > SUBREQUESTS:
            raise Refusal(400, "LIMIT_EXCEEDED", f"The request can’t contain more than {SUBREQUESTS} operations.")
        # Unlike a composite call, each of these counts.
        self.limits.used += max(0, len(asked) - 1)
        results = []
        for one in asked:
            status, said = self._sub(
                one.get("method", "GET"), f"/services/data/{one['url']}", one.get("richInput"), headers
            )
            results.append({"statusCode": status, "result": said})
        return {"hasErrors": any(r["statusCode"] >= 400 for r in results), "results": results}

    def _sub(self, method: str, url: str, body: Any, headers: Any) -> tuple[int, Any]:
        try:
            return self.answer(method, url, body, headers)
        except Refusal as e:
            return e.status, e.body

    def _bulk(
        self, method: str, job_id: str | None, what: str | None, query: dict[str, str], body: Any, version: str
    ) -> tuple[int, Any]:
        most = int(query["maxRecords"]) if "maxRecords" in query else None
        if job_id is None:
            if method == "POST":
                if self.jobs.made >= self.limits.daily_jobs:
                    raise Refusal(400, "LIMIT_EXCEEDED", "Max number of query jobs per day exceeded")
                return 200, self.jobs.create(body, version)
            return 200, self.jobs.list()
        if what == "results":
            return 200, self.jobs.results(job_id, query.get("locator"), most, version)
        if what == "resultPages":
            return 200, self.jobs.result_pages(job_id, query.get("locator"), most, version)
        if method == "PATCH":
            return 200, self.jobs.abort(job_id, body)
        if method == "DELETE":
            self.jobs.delete(job_id)
            return 204, None
        return 200, self.jobs.look(job_id)


def _size(headers: Any) -> int:
    found = re.search(r"batchSize=(\d+)", headers.get("sforce-query-options", "") if headers else "")
    return min(PAGE, max(200, int(found[1]))) if found else PAGE
