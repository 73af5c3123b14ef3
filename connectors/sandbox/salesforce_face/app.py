"""Salesforce's API over the simulated org: paths, bodies, headers, errors, limits, faults on demand.

Here: HTTP. Not here: what the objects hold (`org`), queries (`cursors`, `bulk`), tokens (`signing_in`).
/__control/… is for tests alone.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from connectors.sandbox.salesforce_face.bulk import Jobs
from connectors.sandbox.salesforce_face.control import control
from connectors.sandbox.salesforce_face.cursors import PAGE, Cursors
from connectors.sandbox.salesforce_face.describing import (
    FIRST_VERSION,
    LAST_VERSION,
    all_objects,
    described,
    limits,
    versions,
)
from connectors.sandbox.salesforce_face.errors import Refusal, bad_session, not_found
from connectors.sandbox.salesforce_face.faults import Faults, Limits, refusal_of
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.records import deleted, one_record
from connectors.sandbox.salesforce_face.signing_in import Doors

MOST_BYTES = 16_384
DATA = re.compile(r"/services/data/v(\d+\.\d)(/.*)?")
QUERY = re.compile(r"/(query|queryAll)(?:/([\w-]+))?")
SOBJECT = re.compile(r"/sobjects(?:/(\w+)(?:/(\w+))?)?")
JOB = re.compile(r"/jobs/query(?:/(\w+)(?:/(results|resultPages))?)?")
SUBREQUESTS, SUBQUERIES = 25, 5
JSON = "application/json;charset=UTF-8"


@dataclass
class Face:
    """The org's answers, and how it misbehaves."""

    org: Org
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="salesforce-face-")))
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
            return 200, self._composite(body, headers)
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

    def _composite(self, body: Any, headers: Any) -> Any:
        asked = body.get("compositeRequest") or []
        _at_most(len(asked), SUBREQUESTS, "subrequests")
        _at_most(sum("/query" in urlsplit(a["url"]).path for a in asked), SUBQUERIES, "query subrequests")
        answers = []
        for one in asked:
            status, said = self._sub(one.get("method", "GET"), one["url"], one.get("body"), headers)
            answers.append(
                {"body": said, "httpHeaders": {}, "httpStatusCode": status, "referenceId": one["referenceId"]}
            )
        return {"compositeResponse": answers}

    def _batch(self, body: Any, headers: Any) -> Any:
        asked = body.get("batchRequests") or []
        _at_most(len(asked), SUBREQUESTS, "subrequests")
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


def app_of(face: Face) -> Starlette:
    """The face as an ASGI application."""
    app = Starlette(middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=1)])

    async def serve(request: Request) -> Response:
        path, raw = request.url.path, await request.body()
        if path.startswith("/__control/"):
            return _json(
                200,
                await run_in_threadpool(control, face, path.removeprefix("/__control/"), orjson.loads(raw or b"{}")),
            )
        kind = face.faults.pick(f"{request.method} {path}", path.startswith("/services/data/"))
        if kind and (bad := await _broken(kind, face)) is not None:
            return bad
        if path == "/services/oauth2/token":
            given = dict(parse_qsl((raw.decode() or request.url.query), keep_blank_values=True))
            said: Any = await run_in_threadpool(face.doors.oauth, given, face.url, face.org.id)
            return _json(*said)
        if path.startswith("/services/Soap/u/"):
            version = path.removeprefix("/services/Soap/u/").split("/")[0]
            face.limits.enter("login")
            face.limits.leave()
            status, text = await run_in_threadpool(face.doors.soap_login, version, raw.decode(), face.url, face.org.id)
            return Response(text, status, media_type="text/xml;charset=UTF-8")
        return await _data(face, request, raw, kind)

    app.add_route("/{path:path}", serve, methods=["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"])
    return app


async def _data(face: Face, request: Request, raw: bytes, fault: str | None) -> Response:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if len(target) > MOST_BYTES:
        return _page(414, "URI Too Long")
    if len(target) + sum(len(k) + len(v) + 4 for k, v in request.headers.raw) > MOST_BYTES:
        return _page(431, "Request Header Fields Too Large")
    if request.url.path.rstrip("/") == "/services/data":
        return _json(200, versions())
    token = request.headers.get("authorization", "").partition(" ")[2]
    if fault == "expired":
        face.doors.expire()
    if not face.doors.knows(token):
        face.limits.calls["unauthorized"] += 1
        return _refused(bad_session())
    refused = face.limits.enter(_kind_of(request.method, request.url.path))
    if refused:
        return _refused(refused)
    headers = {"Sforce-Limit-Info": face.limits.told}
    try:
        body = orjson.loads(raw) if raw else {}
        status, said = await run_in_threadpool(face.answer, request.method, target, body, request.headers)
    except orjson.JSONDecodeError:
        return _refused(
            Refusal(400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body.")
        )
    except Refusal as e:
        return _refused(e, headers)
    finally:
        face.limits.leave()
    if isinstance(said, tuple):
        pieces, rows, locator = said
        headers |= {"Sforce-NumberOfRecords": str(rows), "Sforce-Locator": locator}
        if fault in ("short", "truncated"):
            whole = b"".join(pieces)
            pieces = iter([whole[: len(whole) * 2 // 3]])
        return StreamingResponse(
            _torn(pieces) if fault == "truncated" else pieces, 200, headers, "text/csv;charset=UTF-8"
        )
    if status == 204:
        return Response(None, 204, headers)
    content = orjson.dumps(said)
    if fault == "truncated":
        return StreamingResponse(_torn(iter([content[: len(content) // 2]])), 200, headers, JSON)
    return Response(content, status, headers, JSON)


async def _torn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    raise ConnectionError("a fault that was asked for")


async def _broken(kind: str, face: Face) -> Response | None:
    """The answer that a fault is; None: the right answer is spoilt later."""
    if kind == "expired":
        return None
    refusal = refusal_of(kind)
    if refusal:
        if kind in ("concurrent", "daily", "500", "503"):
            face.limits.calls["refused"] += 1
        return _refused(refusal, {"Sforce-Limit-Info": face.limits.told})
    if kind == "html":
        return _page(503, "We are down for maintenance")
    if kind == "empty":
        return Response(b"", 502)
    if kind == "broken":
        return Response('{"totalSize": 12, "done": true, "rec', 200, media_type=JSON)
    if kind in ("dropped", "timeout"):
        if kind == "timeout":
            await asyncio.sleep(face.faults.seconds)
        return StreamingResponse(_torn(iter([b"{"])), 200, media_type="application/json")
    return None


def _kind_of(method: str, path: str) -> str:
    if "/jobs/query" in path:
        end = path.rsplit("/", 1)[1]
        if end in ("results", "resultPages"):
            return end
        return {"POST": "job", "DELETE": "job_delete", "PATCH": "job_abort"}.get(
            method, "job_list" if end == "query" else "job_look"
        )
    for part in ("describe", "composite", "limits", "queryAll", "query"):
        if f"/{part}" in path:
            return part
    return "other"


def _size(headers: Any) -> int:
    found = re.search(r"batchSize=(\d+)", headers.get("sforce-query-options", "") if headers else "")
    return min(PAGE, max(200, int(found[1]))) if found else PAGE


def _at_most(number: int, most: int, what: str) -> None:
    if number > most:
        raise Refusal(400, "LIMIT_EXCEEDED", f"The number of {what} ({number}) exceeds the limit of {most}")


def _page(status: int, reason: str) -> Response:
    return Response(f"<html><body><h1>{status}</h1><pre>{reason}</pre></body></html>", status, media_type="text/html")


def _json(status: int, said: Any) -> Response:
    return Response(orjson.dumps(said), status, media_type=JSON)


def _refused(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(refusal.body), refusal.status, headers, JSON)
