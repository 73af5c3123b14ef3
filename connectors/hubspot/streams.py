"""The streams of a portal: records of a type, their histories, links, and what is gone.

Here: which way of reading is cheapest tonight. Not here: the ways themselves (`walk`, `search`, `links`, `missing`).
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import WaitError
from connectors.hubspot.client import HubSpotClient, MissingScopeError, NotThereError
from connectors.hubspot.links import read_links
from connectors.hubspot.objects import ACTIVITIES, CONTACTS, TYPES, ObjectType
from connectors.hubspot.portal import Portal, Selection, StageDates, without_scope
from connectors.hubspot.search import A_PAGE, ID, above, at_least, found, has, latest, milliseconds, search, total
from connectors.hubspot.walk import RECORDS_A_SPLIT, Walk
from connectors.landing import Landing
from connectors.protocol import Cost, Landed, Local, Progress, no_progress

A_LIST_PAGE, WITH_HISTORY = 100, 50
# Changes come into the search late, by seconds to much more.
OVERLAP = timedelta(hours=1)
BEGINNING = "1970-01-01T00:00:00.000Z"
GROUPS_A_SEARCH = 5
# Histories that are written, and go on from, together.
HISTORIES_A_FILE = 2_000


@dataclass
class Reader:
    """What every stream of one run shares."""

    client: HubSpotClient
    portal: Portal
    workers: Executor
    handover_stages: frozenset[str] = frozenset()
    """lifecycle stages at or beyond the handover, by internal name"""
    progress: Progress = no_progress

    def selection(self, kind: ObjectType) -> Selection:
        """What is read of a type."""
        chosen = self.portal.selections.get(kind.name)
        return chosen or Selection({n.role: n.candidates[0] for n in kind.needed})

    def teller(self, stream: str, expected: int | None) -> Callable[[int], None]:
        """A function that tells the progress of a stream: its records so far."""
        return lambda records: self.progress(stream, records, expected, self.client.all_calls)

    def counting_apart(self) -> "Reader":
        """The same, with a count of calls of its own."""
        return replace(self, client=self.client.counting_apart())


@dataclass
class _Start:
    """What is known of a type before all of it is read."""

    cursor: str
    total: int
    highest: int | None
    query: dict[str, Any]


@dataclass
class Records:
    """Every record of a type at first, then those that changed; activities with their links."""

    reader: Reader
    kind: ObjectType
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.kind.name
        self._start: _Start | None = None

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:
        """As the protocol says. Without the permission, an object that can be missed has nothing and is a finding."""
        began, calls = time.monotonic(), self.reader.client.calls
        try:
            landed = self._all(landing) if cursor is None else self._changed(cursor, landing, local)
        except (MissingScopeError, NotThereError) as e:
            if self.kind.scope_lost is None:
                raise
            if isinstance(e, MissingScopeError):
                self.reader.portal.findings.append(without_scope(self.name, e, self.kind.scope_lost))
            landing.clear()
            landed = Landed(cursor, Cost())
        spent = Cost(landed.cost.records, self.reader.client.calls - calls, time.monotonic() - began)
        return replace(landed, cost=spent)

    def expected_calls(self, landing: Landing) -> int:
        """Calls that a first load needs, at most."""
        try:
            start = self._prepare(landing)
        except (MissingScopeError, NotThereError):
            return 0
        return start.total // int(start.query["limit"]) + 1

    # --- everything ----------------------------------------------------------------------------------------------

    def _all(self, landing: Landing) -> Landed:
        start = self._prepare(landing)
        is_stale = len(landing.entries) > 1
        walk = Walk(
            self.reader.client,
            self.name,
            start.query,
            landing,
            start.highest,
            start.total,
            self.reader.teller(self.name, start.total),
        )
        records = walk.run(self.reader.workers)
        self._complete_links(landing)
        return Landed(
            start.cursor,
            Cost(records),
            is_whole=True,
            is_stale=is_stale,
            files={k: landing.files(k) for k in ("records", "links")},
        )

    def _prepare(self, landing: Landing) -> _Start:
        """The cursor from before the first page, and how pages are asked for; what an interrupted load began with."""
        if self._start is not None:
            return self._start
        selection = self.reader.selection(self.kind)
        entries = landing.entries
        if entries and entries[0].get("since") is None and entries[0].get("properties") == selection.properties:
            self._start = _Start(*(entries[0][k] for k in ("cursor", "total", "highest", "query")))
            return self._start
        landing.clear()
        client = self.reader.client
        records, modified = latest(client, self.kind, self.kind.modified)
        highest = int(latest(client, self.kind, ID)[1] or 0) if records > RECORDS_A_SPLIT else None
        with_history = self._is_history_cheaper(selection, records)
        query = {
            "limit": WITH_HISTORY if with_history else A_LIST_PAGE,
            # One name holding all is accepted, and shorter than one for each.
            "properties": ",".join(selection.properties),
            "propertiesWithHistory": ",".join(self._history()) if with_history else None,
            "associations": "contacts" if self.kind.linked else None,
        }
        start = _Start(modified or BEGINNING, records, highest, {k: v for k, v in query.items() if v is not None})
        landing.note(
            since=None,
            cursor=start.cursor,
            total=start.total,
            highest=start.highest,
            query=start.query,
            properties=selection.properties,
        )
        self._start = start
        return start

    def _history(self) -> list[str]:
        roles = set(self.reader.selection(self.kind).roles.values())
        return [p for p in self.kind.history if p in roles]

    def _is_history_cheaper(self, selection: Selection, records: int) -> bool:
        """Whether so many need their history that it is read with the list, at half the page size."""
        if selection.history_instead or (self.kind.name not in self.reader.portal.selections and self.kind.stage):
            return True
        deep = [d.entered for d in selection.stages if d.stage.lower() in self.reader.handover_stages]
        if self.kind is not CONTACTS or not deep or not records:
            return False
        return total(self.reader.client, self.kind, [[has(p)] for p in deep[:GROUPS_A_SEARCH]]) > records / 2

    def _complete_links(self, landing: Landing) -> None:
        """The links of records that have more of them than come with the list."""
        if not self.kind.linked or landing.files("links"):
            return
        more = [r["id"] for file in landing.files("records") for r in _with_more_links(file)]
        if more:
            landing.write("links", read_links(self.reader.client, self.name, more))

    # --- what changed --------------------------------------------------------------------------------------------

    def _changed(self, cursor: str, landing: Landing, local: Local) -> Landed:
        landing.clear()
        since = cursor
        if cursor > BEGINNING:
            since = _iso(datetime.fromisoformat(cursor) - OVERLAP)
        landing.note(since=cursor)
        tell = self.reader.teller(self.name, None)
        records: dict[str, dict[str, Any]] = {}
        for page in self._pages(since, cursor, local):
            # Most of the overlap is known as it stands.
            known = local.same(self.name, {r["id"]: r["properties"][self.kind.modified] for r in page})
            records.update((r["id"], r) for r in page if r["id"] not in known)
            tell(len(records))
        landing.write("records", records.values())
        if records and (self.kind in ACTIVITIES or self.name == "leads"):
            landing.write("links", read_links(self.reader.client, self.name, list(records)))
        # Those known do not lie beyond the cursor.
        newest = max((int(milliseconds(r["properties"][self.kind.modified])) for r in records.values()), default=0)
        reached = _iso(datetime.fromtimestamp(newest / 1000, UTC)) if newest else cursor
        return Landed(
            max(cursor, reached), Cost(len(records)), files={k: landing.files(k) for k in ("records", "links")}
        )

    def _pages(self, since: str, cursor: str, local: Local) -> Any:
        """The changed records: those since the overlap began, where it does not hold only what is known already."""
        client, modified = self.reader.client, self.kind.modified
        properties = self.reader.selection(self.kind).properties
        window = [at_least(modified, milliseconds(since))]
        first = search(client, self.kind, [window], properties)
        if int(first["total"]) <= A_PAGE:
            yield first["results"]
            return
        newer = [above(modified, milliseconds(cursor))]
        known: set[str] = set()
        for page in found(client, self.kind, newer, properties):
            known.update(r["id"] for r in page)
            yield page
        within = int(first["total"]) - len(known)
        if within != local.modified_between(self.name, since, cursor, known):
            yield from found(client, self.kind, window, properties, first)


@dataclass
class Histories:
    """Who moved a record from stage to stage, and when: for those that the records left waiting."""

    reader: Reader
    kind: ObjectType
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"{self.kind.name}_history"

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:
        """As the protocol says; the cursor stays, for the warehouse knows who is waiting."""
        began, calls = time.monotonic(), self.reader.client.calls
        covered = [(int(e["low"]), int(e["high"])) for e in landing.entries if "low" in e]
        waiting = [i for i in local.waiting(self.name) if not any(low <= int(i) <= high for low, high in covered)]
        tell = self.reader.teller(self.name, len(waiting))
        roles = set(self.reader.selection(self.kind).roles.values())
        history = [p for p in self.kind.history if p in roles]
        for start in range(0, len(waiting), HISTORIES_A_FILE):
            some = waiting[start : start + HISTORIES_A_FILE]
            batches = [some[i : i + WITH_HISTORY] for i in range(0, len(some), WITH_HISTORY)]
            answers = list(self.reader.workers.map(lambda ids: self._batch(ids, history), batches))
            landing.write("history", [r for a in answers for r in a], low=some[0], high=some[-1])
            tell(start + len(some))
        return Landed(
            cursor,
            Cost(len(waiting), self.reader.client.calls - calls, time.monotonic() - began),
            files={"history": landing.files("history")},
        )

    def _batch(self, ids: list[str], history: list[str]) -> list[dict[str, Any]]:
        said = self.reader.client.post(
            "batch",
            {"inputs": [{"id": i} for i in ids], "properties": [ID], "propertiesWithHistory": history},
            type=self.kind.name,
        )
        there = {str(r["id"]): r.get("propertiesWithHistory") or {} for r in said.get("results") or []}
        # Who is gone meanwhile has no history, and is not waiting any more.
        return [{"id": i, "propertiesWithHistory": there.get(i, {})} for i in ids]


@dataclass
class DealLinks:
    """The contacts of every deal: a link that is made or removed moves no modification date."""

    reader: Reader
    name: str = "deal_links"

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:
        """As the protocol says; the cursor stays."""
        began, calls = time.monotonic(), self.reader.client.calls
        landing.clear()
        ids = local.ids("deals")
        landing.write("links", read_links(self.reader.client, "deals", ids))
        cost = Cost(len(ids), self.reader.client.calls - calls, time.monotonic() - began)
        return Landed(cursor, cost, files={"links": landing.files("links")})


@dataclass
class ContactLinks:
    """The activities of contacts that came back or were merged: those activities need not have changed."""

    reader: Reader
    name: str = "contact_links"

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:
        """As the protocol says; the cursor stays."""
        began, calls = time.monotonic(), self.reader.client.calls
        landing.clear()
        ids = local.waiting(self.name)
        for kind in (k for k in ACTIVITIES if ids and k.name in self.reader.portal.types):
            try:
                landing.write(f"links_{kind.name}", read_links(self.reader.client, "contacts", ids, kind.name))
            except MissingScopeError:
                continue
        cost = Cost(len(ids), self.reader.client.calls - calls, time.monotonic() - began)
        return Landed(cursor, cost, files={f"links_{k.name}": landing.files(f"links_{k.name}") for k in ACTIVITIES})


def check_budget(reader: Reader, streams: list[Records], landings: list[Landing]) -> None:
    """Before a first load: whether it fits into the share of the day's calls, and into what is left of the day.

    Raises WaitError where it does not.
    """
    client = reader.client
    needed = sum(s.expected_calls(landing) for s, landing in zip(streams, landings, strict=True))
    if client.limits.daily is None:
        _ask_usage(client)
    daily, left = client.limits.daily, client.limits.daily_remaining
    if daily is None:
        return
    allowed = int(client.budget_share * daily)
    if client.all_calls + needed > allowed or (left is not None and needed > left):
        raise WaitError(
            f"This load needs about {needed:,} API calls, but sources.hubspot.api_budget_share allows {allowed:,} "
            f"of {daily:,} a day{'' if left is None else f', of which {left:,} are left'}; nothing was read: "
            "raise that share, or run it on another day."
        )


def _ask_usage(client: HubSpotClient) -> None:
    try:
        said = client.get("usage")
    except (MissingScopeError, NotThereError):
        return
    rows = said if isinstance(said, list) else said.get("results") or []
    for row in rows:
        limit, used = row.get("usageLimit"), row.get("currentUsage")
        if isinstance(limit, int) and isinstance(used, int):
            client.limits.daily, client.limits.daily_remaining = limit, max(0, limit - used)


def _with_more_links(file: str) -> list[dict[str, Any]]:
    import orjson

    found_more = []
    with open(file, "rb") as lines:  # noqa: PTH123
        for line in lines:
            # Few records have more links than come with them: look before parsing.
            if b'"paging"' in line:
                record = orjson.loads(line)
                if ((record.get("associations") or {}).get("contacts") or {}).get("paging"):
                    found_more.append(record)
    return found_more


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = [
    "TYPES",
    "ContactLinks",
    "DealLinks",
    "Histories",
    "Reader",
    "Records",
    "StageDates",
    "check_budget",
]
