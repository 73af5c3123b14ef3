"""HubSpot's API over the simulated portal: paths, bodies, errors, the window of 10,000 results, faults on demand.

Here: HTTP. Not here: what the objects hold (`portal`), or counting limits (`limits`). /_sandbox/… is for tests alone.
"""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from connectors.sandbox.hubspot_face.limits import PortalLimits
from connectors.sandbox.hubspot_face.portal import (
    ACTIVITIES,
    DEAL_STAGES,
    LIFECYCLE,
    PIPELINES,
    TYPES,
    Portal,
)

WINDOW = 10_000
OBJECT = re.compile(r"/crm/(?:v3/objects|objects/\d{4}-\d{2})/([a-z]+)(/search|/batch/read)?")
LINKS = re.compile(r"/crm/(?:v4/associations|associations/\d{4}-\d{2})/([a-z]+)/([a-z]+)/batch/read")
OTHER = re.compile(
    r"/(?:crm/(?:v3/)?(owners|pipelines|properties)/?(?:\d{4}-\d{2})?/?([a-z]*)"
    r"|(account-info)/(?:v3|\d{4}-\d{2})/(details|api-usage/daily/private-apps)"
    r"|settings/(?:v3/)?(currencies)/(?:\d{4}-\d{2}/)?exchange-rates/current)"
)
SCOPES = {"leads": "crm.objects.leads.read"}
SCOPES |= {"emails": "sales-email-read", "currencies": "settings.currencies.read", "deals": "crm.objects.deals.read"}


@dataclass
class Face:
    """The portal's answers, and how it misbehaves."""

    portal: Portal
    limits: PortalLimits = field(default_factory=PortalLimits)
    denied: set[str] = field(default_factory=lambda: {"leads"})
    """objects that the token may not read"""
    fault_share: float = 0.0
    fault_kinds: tuple[str, ...] = ("429", "423", "500", "502", "dropped", "truncated", "broken")
    token: str | None = None
    """the only token that is right; None: any"""
    calls: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def answer(self, path: str, query: dict[str, str], lists: dict[str, list[str]], body: Any) -> Any:
        """The status and body of a call."""
        found = OBJECT.fullmatch(path)
        if found and (found[1] in TYPES or found[1] in SCOPES):
            if found[1] in self.denied:
                return self._forbidden(found[1])
            if found[1] not in TYPES:
                return _error(404, "OBJECT_NOT_FOUND", f"Unable to infer object type from: {found[1]}")
            act: Callable[..., Any] = {"/search": self._search, "/batch/read": self._batch}.get(
                found[2] or "", self._list
            )
            return act(found[1], lists if not found[2] else body)
        linked = LINKS.fullmatch(path)
        if linked:
            return self._links(linked[1], linked[2], body)
        other = OTHER.fullmatch(path)
        if other is None:
            return _error(404, "NOT_FOUND", f"No such path: {path}")
        name = other[1] or other[3] or other[5]
        if name in self.denied or other[2] in self.denied:
            return self._forbidden(other[2] or name)
        return 200, getattr(self, f"_{name.replace('-', '_')}")(other[2] or other[4] or "", query)

    def _forbidden(self, what: str) -> Any:
        scope = SCOPES.get(what, "crm.objects.contacts.read")
        return 403, {
            "status": "error",
            "message": "This app hasn't been granted all required scopes to make this call.",
            "correlationId": "00000000-0000-4000-8000-000000000403",
            "category": "MISSING_SCOPES",
            "errors": [{"message": "One or more scopes missing.", "context": {"requiredGranularScopes": [scope]}}],
        }

    def _list(self, kind: str, query: dict[str, list[str]]) -> Any:
        limit = int(query.get("limit", ["10"])[0])
        history = _names(query.get("propertiesWithHistory"))
        most = 50 if history else 100
        if limit > most:
            return _error(400, "VALIDATION_ERROR", f"limit must be at most {most}")
        after = int(query.get("after", ["0"])[0])
        archived = query.get("archived", ["false"])[0] == "true"
        first, last, following = self.portal.page(kind, archived, after, limit)
        rows = self.portal.rows(
            kind,
            _names(query.get("properties")),
            f"is_archived = {archived} and id between $1 and $2",
            [first, last],
            limit=limit,
            history=history,
            links="contacts" in _names(query.get("associations")),
        )
        return 200, _page([t for _, t in rows], str(following) if following is not None else None)

    def _batch(self, kind: str, body: Any) -> Any:
        history = body.get("propertiesWithHistory") or []
        ids = [int(i["id"]) for i in body["inputs"]]
        if len(ids) > (50 if history else 100):
            return _error(400, "VALIDATION_ERROR", "too many inputs")
        rows = self.portal.rows(
            kind, body["properties"], "not is_archived and list_contains($1, id)", [ids], limit=100, history=history
        )
        return (200 if len(rows) == len(ids) else 207), _page([t for _, t in rows], None)

    def _search(self, kind: str, body: Any) -> Any:
        limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
        if (
            limit > 200
            or after + limit > WINDOW
            or len(orjson.dumps(body)) > 3000 + 40 * len(body.get("properties", []))
        ):
            return _error(
                400, "VALIDATION_ERROR", f"the window of {WINDOW} results, or the size of a search, is exceeded"
            )
        groups = body.get("filterGroups") or []
        if len(groups) > 5 or any(len(g["filters"]) > 6 for g in groups):
            return _error(400, "VALIDATION_ERROR", "too many filters")
        parameters: list[Any] = []
        own = set(self.portal.properties(kind))
        alternatives = []
        for group in groups:
            conditions = []
            for f in group["filters"]:
                if f["propertyName"] not in own:
                    return _error(400, "VALIDATION_ERROR", f"There was a problem with the request: {f['propertyName']}")
                conditions.append(_condition(f, parameters))
            alternatives.append("(" + " and ".join(conditions) + ")")
        where = self.portal.indexed() + (f" and ({' or '.join(alternatives)})" if alternatives else "")
        sort = (body.get("sorts") or [{"propertyName": "hs_object_id", "direction": "ASCENDING"}])[0]
        column = _column(sort["propertyName"])
        down = " desc" if sort["direction"] == "DESCENDING" else ""
        order = f"{column}{down}" + ("" if column == "id" else ", id")
        total = self.portal.count(kind, where, parameters)
        rows = self.portal.rows(
            kind, body.get("properties") or [], where, parameters, order=order, limit=limit, offset=after
        )
        following = str(after + limit) if after + limit < total else None
        return 200, _page([t for _, t in rows], following, total)

    def _links(self, source: str, target: str, body: Any) -> Any:
        ids = [int(i["id"]) for i in body["inputs"]]
        if len(ids) > 1000:
            return _error(400, "VALIDATION_ERROR", "too many inputs")
        found = self.portal.links(source, target, ids)
        kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}]
        results = [
            {"from": {"id": str(i)}, "to": [{"toObjectId": t, "associationTypes": kinds} for t in found[i]]}
            for i in ids
            if i in found
        ]
        errors = [
            {
                "status": "error",
                "category": "OBJECT_NOT_FOUND",
                "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                "message": f"No {target} is associated with {source} {i}.",
                "context": {"fromObjectId": [str(i)]},
            }
            for i in ids
            if i not in found
        ]
        whole: dict[str, Any] = {"status": "COMPLETE", "results": results}
        if errors:
            whole |= {"numErrors": len(errors), "errors": errors}
        return (207 if errors else 200), whole

    def _owners(self, _: str, query: dict[str, str]) -> Any:
        archived = query.get("archived") == "true"
        at = self.portal.at.isoformat(sep=" ")
        found = self.portal.ask(
            "select owner_no, name, email, team, kind from company.owners as o "
            f"where coalesce(o.left_at < timestamp '{at}', false) = {archived} "
            f"and (o.owner_no < 1000 or o.left_at - interval 364 day < timestamp '{at}') order by owner_no"
        )
        return {
            "results": [
                {
                    "id": str(no),
                    "email": email,
                    "type": "QUEUE" if kind == "queue" else "PERSON",
                    "firstName": name.partition(" ")[0],
                    "lastName": name.partition(" ")[2],
                    "userId": None if archived else 5_000 + no,
                    "userIdIncludingInactive": 5_000 + no,
                    "createdAt": "2020-01-01T00:00:00Z",
                    "updatedAt": "2020-01-01T00:00:00Z",
                    "archived": archived,
                    **({"teams": [{"id": "1", "name": team, "primary": True}]} if team else {}),
                }
                for no, name, email, team, kind in found
            ]
        }

    def _stage_labels(self) -> dict[str, str]:
        at = self.portal.at.isoformat(sep=" ")
        return dict(
            self.portal.ask(
                "select crm_stage, arg_max(label, coalesce(from_at, timestamp '1970-01-01')) from company.stages "
                f"where coalesce(from_at < timestamp '{at}', true) group by 1"
            )
        )

    def _pipelines(self, kind: str, _: dict[str, str]) -> Any:
        labels = self._stage_labels()
        stages = self.portal.ask("select pipeline, crm_stage from company.stages where record_type = 'deal'")
        return {
            "results": [
                {
                    "id": key,
                    "label": label,
                    "displayOrder": place,
                    "archived": False,
                    "stages": [
                        {
                            "id": DEAL_STAGES[s],
                            "label": labels[s],
                            "displayOrder": i,
                            "metadata": {
                                "isClosed": "true" if s.endswith(("_won", "_lost")) else "false",
                                "probability": "1.0" if s.endswith("_won") else "0.0" if s.endswith("_lost") else "0.4",
                            },
                            "createdAt": "1970-01-01T00:00:00Z",
                            "archived": False,
                        }
                        for i, s in enumerate(s for s in DEAL_STAGES if (name, s) in stages)
                    ],
                }
                for place, (name, (key, label)) in enumerate(PIPELINES.items())
            ]
            if kind == "deals"
            else []
        }

    def _properties(self, kind: str, _: dict[str, str]) -> Any:
        labels = self._stage_labels()
        options = {
            "lifecyclestage": [(v, labels[k]) for k, v in LIFECYCLE.items()],
            "lead_source": list(self.portal.sources.items()),
            "hs_call_disposition": [("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected")],
        }
        return {
            "results": [
                {
                    "name": n,
                    "label": n,
                    "type": "enumeration" if n in options else "string",
                    "options": [
                        {"value": v, "label": x, "displayOrder": i} for i, (v, x) in enumerate(options.get(n, []))
                    ],
                }
                for n in self.portal.properties(kind)
            ]
        }

    def _account_info(self, what: str, _: dict[str, str]) -> Any:
        if what != "details":
            return [{"name": "api-calls-daily", "usageLimit": self.limits.daily, "currentUsage": self.limits.used}]
        return {
            "portalId": 10_000_000 + self.portal.company.seed,
            "accountType": "SANDBOX",
            "timeZone": self.portal.company.timezone,
            "companyCurrency": self.portal.company.truths.currency,
        }

    def _currencies(self, _what: str, _: dict[str, str]) -> Any:
        day = self.portal.at.date().isoformat()
        found = self.portal.ask(
            "select currency, arg_max(rate, from_on) from company.exchange_rates "
            f"where from_on <= date '{day}' group by 1"
        )
        home = self.portal.company.truths.currency
        return {
            "results": [
                {
                    "fromCurrencyCode": c,
                    "toCurrencyCode": home,
                    "conversionRate": float(r),
                    "effectiveAt": f"{day}T00:00:00Z",
                }
                for c, r in found
                if c != home
            ]
        }


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
            category = "EXPIRED_AUTHENTICATION" if face.token else "INVALID_AUTHENTICATION"
            return _json(*_error(401, category, "Authentication credentials not found."))
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
    elif what == "calls":
        counted = dict(face.calls)
        face.calls.clear()
        return _json(200, counted)
    return _json(200, {})


def _json(status: int, said: Any, headers: dict[str, str] | None = None) -> Response:
    content = said if isinstance(said, bytes) else orjson.dumps(said)
    return Response(content, status, {"X-HubSpot-Correlation-Id": "sandbox", **(headers or {})}, "application/json")


def _page(texts: list[str], after: str | None, total: int | None = None) -> bytes:
    start = "{" if total is None else f'{{"total":{total},'
    end = "}" if after is None else f',"paging":{{"next":{{"after":"{after}","link":"?after={after}"}}}}}}'
    return f'{start}"results":[{",".join(texts)}]{end}'.encode()


def _error(status: int, category: str, message: str) -> Any:
    return status, {"status": "error", "message": message, "correlationId": "sandbox", "category": category}


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
        return _json(*_error(423, "LOCKED", "The resource is locked."))
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
    return _json(*_error(500, "INTERNAL", "internal error"))


def _names(given: list[str] | None) -> list[str]:
    return [n for part in given or [] for n in part.split(",") if n]


def _column(name: str) -> str:
    times = {"lastmodifieddate": "modified_at", "hs_lastmodifieddate": "modified_at", "createdate": "created_at"}
    return "id" if name == "hs_object_id" else times.get(name, f'"{name}"')


def _condition(given: dict[str, Any], parameters: list[Any]) -> str:
    column = _column(given["propertyName"])
    operator = given["operator"]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return f"{column} is {'not ' if operator == 'HAS_PROPERTY' else ''}null"
    sign = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}[operator]
    value: Any = given["value"]
    if column == "id":
        value = int(value)
    elif column.endswith("_at"):
        value = datetime(1970, 1, 1) + timedelta(milliseconds=int(value))  # noqa: DTZ001
    parameters.append(value)
    return f"{column} {sign} ${len(parameters)}"


__all__ = ["ACTIVITIES", "Face", "app_of"]
