"""Salesforce's API over the simulated org as HTTP: tokens, headers, limits, sizes, faults on demand.

Here: HTTP. Not here: what is answered (`face`). /__control/… is for tests alone.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from connectors.sandbox.salesforce_face.control import control
from connectors.sandbox.salesforce_face.describing import versions
from connectors.sandbox.salesforce_face.errors import Refusal, bad_session
from connectors.sandbox.salesforce_face.face import Face
from connectors.sandbox.salesforce_face.faults import refusal_of

MOST_BYTES = 16_384
JSON = "application/json;charset=UTF-8"


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
            given = _client_of(request) | dict(parse_qsl(raw.decode() or request.url.query, keep_blank_values=True))
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


def _client_of(request: Request) -> dict[str, str]:
    """An app may also name itself and its secret in the header Authorization."""
    way, _, said = request.headers.get("authorization", "").partition(" ")
    if way.lower() != "basic":
        return {}
    client_id, _, secret = base64.b64decode(said).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}


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


def _page(status: int, reason: str) -> Response:
    return Response(f"<html><body><h1>{status}</h1><pre>{reason}</pre></body></html>", status, media_type="text/html")


def _json(status: int, said: Any) -> Response:
    return Response(orjson.dumps(said), status, media_type=JSON)


def _refused(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(refusal.body), refusal.status, headers, JSON)


__all__ = ["Face", "app_of"]
