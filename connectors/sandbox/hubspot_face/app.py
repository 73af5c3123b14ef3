"""The face as a web application: its HTTP, its limits' headers, faults on demand. /_sandbox/… is for tests alone.

Here: HTTP. Not here: what is answered (`answers`).
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from connectors.sandbox.hubspot_face.answers import Face, error
from connectors.sandbox.hubspot_face.limits import PortalLimits


def app_of(face: Face) -> Starlette:
    """The face as an ASGI application."""
    app = Starlette()

    async def serve(request: Request) -> Response:
        path, raw = request.url.path, await request.body()
        body = orjson.loads(raw) if raw else {}
        if path.startswith("/_sandbox/"):
            return await run_in_threadpool(_control, face, path.removeprefix("/_sandbox/"), body)
        kind = _kind_of(path)
        face.calls[kind] += 1
        given = request.headers.get("authorization", "")
        if not given.startswith("Bearer ") or (face.token is not None and given != f"Bearer {face.token}"):
            is_known = given.removeprefix("Bearer ") in face.expired
            category = "EXPIRED_AUTHENTICATION" if is_known else "INVALID_AUTHENTICATION"
            return _json(*error(401, category, "Authentication credentials not found."))
        is_search = kind == "search"
        refused = face.limits.refusal(is_search, is_exempt=kind == "links")
        headers = face.limits.headers(is_search)
        if refused:
            return _json(429, _too_many(*refused), headers)
        if face.fault_share and face.chance.random() < face.fault_share:
            return _fault(face.chance.choice(face.fault_kinds))
        lists = {k: request.query_params.getlist(k) for k in request.query_params}
        status, said = await run_in_threadpool(face.answer, path, dict(request.query_params), lists, body)
        return _json(status, said, headers)

    app.add_route("/{path:path}", serve, methods=["GET", "POST"])
    return app


def _kind_of(path: str) -> str:
    for end, kind in (("/search", "search"), ("/batch/read", "batch")):
        if path.endswith(end):
            return "links" if "associations" in path else kind
    return "list" if "/objects/" in path else "setup"


def _control(face: Face, what: str, body: Any) -> Response:
    if what == "days":
        face.portal.move_to(datetime.fromisoformat(body["at"]))
    elif what == "faults":
        face.fault_share = float(body["share"])
        face.fault_kinds = tuple(body.get("kinds", face.fault_kinds))
    elif what == "limits":
        face.limits = PortalLimits(body.get("per_ten_seconds"), body.get("searches_per_second"), body.get("daily"))
    elif what == "delay":
        face.portal.index_delay = timedelta(seconds=float(body["seconds"]))
    elif what == "denied":
        face.denied = set(body)
    elif what == "token":
        face.token = body
    elif what == "expired":
        face.expired = set(body)
    elif what == "calls":
        counted = dict(face.calls)
        face.calls.clear()
        return _json(200, counted)
    return _json(200, {})


def _json(status: int, said: Any, headers: dict[str, str] | None = None) -> Response:
    content = said if isinstance(said, bytes) else orjson.dumps(said)
    return Response(content, status, {"X-HubSpot-Correlation-Id": "sandbox", **(headers or {})}, "application/json")


def _too_many(policy: str, message: str) -> dict[str, str]:
    return {
        "status": "error",
        "message": message,
        "errorType": "RATE_LIMIT",
        "correlationId": "sandbox",
        "policyName": policy,
        "groupName": "publicapi:private_app-api-calls",
    }


def _fault(kind: str) -> Response:
    if kind == "429":
        return _json(429, _too_many("SECONDLY", "You have reached your secondly limit."))
    if kind == "423":
        return _json(*error(423, "LOCKED", "The resource is locked."))
    if kind == "477":
        return _json(477, {}, {"Retry-After": "3600"})
    if kind == "502":
        return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, media_type="text/html")
    if kind == "broken":
        return Response('{"results": [{"id": "1", "prop', 200, media_type="application/json")
    if kind in ("dropped", "truncated"):

        async def half() -> AsyncIterator[bytes]:
            if kind == "truncated":
                yield b'{"results": ['
            raise ConnectionError("a fault that was asked for")

        return StreamingResponse(half(), 200, {"Content-Length": "1000"}, "application/json")
    return _json(*error(500, "INTERNAL", "internal error"))
