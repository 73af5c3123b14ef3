"""Records of a type: all of them at first, then those that changed.

Here: which way of reading is cheapest tonight. Not here: the ways themselves (`walk`, `search`, `links`).
"""

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from connectors.hubspot.client import MissingScopeError, NotThereError
from connectors.hubspot.links import read_links
from connectors.hubspot.objects import ACTIVITIES, CONTACTS, ObjectType
from connectors.hubspot.portal import without_scope
from connectors.hubspot.reader import Reader
from connectors.hubspot.search import A_PAGE, ID, above, at_least, found, has, latest, milliseconds, search, total
from connectors.hubspot.selection import Selection
from connectors.hubspot.walk import RECORDS_A_SPLIT, Walk
from connectors.landing import Landing
from connectors.protocol import Cost, Landed, Local

A_LIST_PAGE, WITH_HISTORY = 100, 50
# Changes come into the search late, by seconds to much more.
OVERLAP = timedelta(hours=1)
BEGINNING = "1970-01-01T00:00:00.000Z"
GROUPS_A_SEARCH = 5


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


def _with_more_links(file: str) -> list[dict[str, Any]]:
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
