"""HubSpot's answers over the simulated portal: paths, bodies, errors, the window of 10,000 results.

Here: what is answered. Not here: HTTP and faults (`app`), what the objects hold (`portal`), counting (`limits`).
"""

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.sandbox.hubspot_face.filters import column, condition
from connectors.sandbox.hubspot_face.limits import PortalLimits
from connectors.sandbox.hubspot_face.portal import DEAL_STAGES, LIFECYCLE, PIPELINES, TYPES, Portal

WINDOW = 10_000
OBJECT = re.compile(r"/crm/(?:v3/objects|objects/\d{4}-\d{2})/([a-z]+)(/search|/batch/read)?")
LINKS = re.compile(r"/crm/(?:v4/associations|associations/\d{4}-\d{2})/([a-z]+)/([a-z]+)/batch/read")
OTHER = re.compile(
    r"/(?:crm/(?:v3/)?(owners|pipelines|properties)/?(?:\d{4}-\d{2})?/?([a-z]*)"
    r"|(account-info)/(?:v3|\d{4}-\d{2})/(details|api-usage/daily/private-apps)"
    r"|settings/(?:v3/)?(currencies)/(?:\d{4}-\d{2}/)?exchange-rates/current)"
)
LEAD_PIPELINE = [
    {
        "id": "lead-pipeline-id",
        "label": "Lead pipeline",
        "displayOrder": 0,
        "archived": False,
        "stages": [
            {"id": f"{name.lower()}-stage-id", "label": name, "displayOrder": i, "metadata": {}, "archived": False}
            for i, name in enumerate(("New", "Connected", "Qualified", "Unqualified"))
        ],
    }
]
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
    expired: set[str] = field(default_factory=set)
    """tokens that were right once"""
    calls: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def answer(self, path: str, query: dict[str, str], lists: dict[str, list[str]], body: Any) -> Any:
        """The status and body of a call."""
        found = OBJECT.fullmatch(path)
        if found and (found[1] in TYPES or found[1] in SCOPES):
            if found[1] in self.denied:
                return self._forbidden(found[1])
            if found[1] not in TYPES:
                return error(404, "OBJECT_NOT_FOUND", f"Unable to infer object type from: {found[1]}")
            act: Callable[..., Any] = {"/search": self._search, "/batch/read": self._batch}.get(
                found[2] or "", self._list
            )
            return act(found[1], lists if not found[2] else body)
        linked = LINKS.fullmatch(path)
        if linked:
            return self._links(linked[1], linked[2], body)
        other = OTHER.fullmatch(path)
        if other is None:
            return error(404, "NOT_FOUND", f"No such path: {path}")
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
            return error(400, "VALIDATION_ERROR", f"limit must be at most {most}")
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
        return 200, page_of([t for _, t in rows], str(following) if following is not None else None)

    def _batch(self, kind: str, body: Any) -> Any:
        history = body.get("propertiesWithHistory") or []
        ids = [int(i["id"]) for i in body["inputs"]]
        if len(ids) > (50 if history else 100):
            return error(400, "VALIDATION_ERROR", "too many inputs")
        rows = self.portal.rows(
            kind, body["properties"], "not is_archived and list_contains($1, id)", [ids], limit=100, history=history
        )
        return (200 if len(rows) == len(ids) else 207), page_of([t for _, t in rows], None)

    def _search(self, kind: str, body: Any) -> Any:
        limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
        if (
            limit > 200
            or after + limit > WINDOW
            or len(orjson.dumps(body)) > 3000 + 40 * len(body.get("properties", []))
        ):
            return error(
                400, "VALIDATION_ERROR", f"the window of {WINDOW} results, or the size of a search, is exceeded"
            )
        groups = body.get("filterGroups") or []
        if len(groups) > 5 or any(len(g["filters"]) > 6 for g in groups):
            return error(400, "VALIDATION_ERROR", "too many filters")
        parameters: list[Any] = []
        own = set(self.portal.properties(kind))
        alternatives = []
        for group in groups:
            conditions = []
            for f in group["filters"]:
                if f["propertyName"] not in own:
                    return error(400, "VALIDATION_ERROR", f"There was a problem with the request: {f['propertyName']}")
                conditions.append(condition(f, parameters))
            alternatives.append("(" + " and ".join(conditions) + ")")
        where = self.portal.indexed() + (f" and ({' or '.join(alternatives)})" if alternatives else "")
        sort = (body.get("sorts") or [{"propertyName": "hs_object_id", "direction": "ASCENDING"}])[0]
        by = column(sort["propertyName"])
        down = " desc" if sort["direction"] == "DESCENDING" else ""
        order = f"{by}{down}" + ("" if by == "id" else ", id")
        total = self.portal.count(kind, where, parameters)
        rows = self.portal.rows(
            kind, body.get("properties") or [], where, parameters, order=order, limit=limit, offset=after
        )
        following = str(after + limit) if after + limit < total else None
        return 200, page_of([t for _, t in rows], following, total)

    def _links(self, source: str, target: str, body: Any) -> Any:
        ids = [int(i["id"]) for i in body["inputs"]]
        if len(ids) > 1000:
            return error(400, "VALIDATION_ERROR", "too many inputs")
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
            else LEAD_PIPELINE
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


def page_of(texts: list[str], after: str | None, total: int | None = None) -> bytes:
    """The body of a page of records given as JSON texts; `after` is the token of the next one."""
    start = "{" if total is None else f'{{"total":{total},'
    end = "}" if after is None else f',"paging":{{"next":{{"after":"{after}","link":"?after={after}"}}}}}}'
    return f'{start}"results":[{",".join(texts)}]{end}'.encode()


def error(status: int, category: str, message: str) -> Any:
    """The status and body of a refusal."""
    return status, {"status": "error", "message": message, "correlationId": "sandbox", "category": category}


def _names(given: list[str] | None) -> list[str]:
    return [n for part in given or [] for n in part.split(",") if n]
