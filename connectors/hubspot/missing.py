"""Records that left without a trace, or came back with none: found by counting, and by halving what differs.

Here: which ids are gone, which are new. Nothing is taken for gone on the word of the search alone, which lags: who is
missing there is asked for by id. Not here: the records' own changes (`streams`).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.hubspot.client import MissingScopeError, NotThereError
from connectors.hubspot.links import read_links
from connectors.hubspot.lists import next_token
from connectors.hubspot.objects import ObjectType
from connectors.hubspot.reader import Reader
from connectors.hubspot.search import A_PAGE, ID, at_least, below, search, total
from connectors.landing import Landing
from connectors.protocol import Cost, Landed, Local

IDS_A_CALL = 100
LIST_PAGE = 100
# The archive has no order in time: it is looked through as long as that is cheaper than halving.
ARCHIVE_PAGES_A_RECORD = 8


@dataclass
class Missing:
    """What is in the warehouse and no more in the portal, and the other way round."""

    reader: Reader
    kind: ObjectType
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"{self.kind.name}_missing"

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:
        """As the protocol says; the cursor stays."""
        began, calls = time.monotonic(), self.reader.client.calls
        landing.clear()
        try:
            gone, unknown = self._differences(local)
            self._land(landing, gone, unknown)
        except (MissingScopeError, NotThereError):
            if self.kind.scope_lost is None:
                raise
            gone, unknown = set(), set()
        cost = Cost(len(gone) + len(unknown), self.reader.client.calls - calls, time.monotonic() - began)
        return Landed(cursor, cost, files={k: landing.files(k) for k in ("gone", "records", "links")})

    def _differences(self, local: Local) -> tuple[set[str], set[str]]:
        """Ids that are gone, and ids that the warehouse does not know."""
        client, name = self.reader.client, self.kind.name
        there, known = total(client, self.kind), local.count(name)
        if there == known:
            return set(), set()
        archived: set[str] = set()
        if known > there:
            ids = set(local.ids(name))
            archived = self._archived(ids, known - there)
            if known - len(archived) == there:
                return archived, set()
        differing = abs(known - len(archived) - there)
        # Halving takes a question a level, and a page at the end.
        halvings = max(1, (max(known, there) // A_PAGE).bit_length()) + 2
        if differing * halvings > max(known, there) / LIST_PAGE:
            listed = set(self._list())
            mine = set(local.ids(name))
            return mine - listed, listed - mine
        gone, unknown = set(archived), set()
        for missing, extra in self._halve(local, archived, 0, None, there):
            gone |= missing
            unknown |= extra
        return archived | self._really_gone(gone - archived), unknown

    def _archived(self, ids: set[str], wanted: int) -> set[str]:
        """Which of the ids stand in the archive, as far as it is worth looking."""
        found: set[str] = set()
        after = None
        for _ in range(ARCHIVE_PAGES_A_RECORD * wanted):
            said = self.reader.client.get(
                "list",
                {"limit": LIST_PAGE, "archived": "true", "properties": ID, "after": after},
                type=self.kind.name,
            )
            found |= {str(r["id"]) for r in said.get("results") or []} & ids
            token = next_token(said)
            if token is None or token == after or len(found) >= wanted:
                break
            after = token
        return found

    def _list(self) -> Iterator[str]:
        after = None
        while True:
            said = self.reader.client.get(
                "list", {"limit": LIST_PAGE, "properties": ID, "after": after}, type=self.kind.name
            )
            yield from (str(r["id"]) for r in said.get("results") or [])
            token = next_token(said)
            if token is None or token == after:
                return
            after = token

    def _halve(
        self, local: Local, archived: set[str], low: int, high: int | None, there: int
    ) -> Iterator[tuple[set[str], set[str]]]:
        mine = [i for i in local.ids(self.kind.name, low, high) if i not in archived]
        if len(mine) == there:
            return
        within = [at_least(ID, str(low)), *([below(ID, str(high))] if high is not None else [])]
        if there <= A_PAGE:
            said = search(self.reader.client, self.kind, [within], [ID])
            listed = {str(r["id"]) for r in said.get("results") or []}
            yield set(mine) - listed, listed - set(mine)
            return
        if len(mine) >= 2:
            middle = int(mine[len(mine) // 2])
        elif high is not None and high - low > 1:
            middle = (low + high) // 2
        else:
            return
        lower = total(self.reader.client, self.kind, [[at_least(ID, str(low)), below(ID, str(middle))]])
        yield from self._halve(local, archived, low, middle, lower)
        yield from self._halve(local, archived, middle, high, there - lower)

    def _really_gone(self, ids: set[str]) -> set[str]:
        """Those of the ids that are not there when asked for one by one; a merged one answers by another id."""
        return ids - {str(r["id"]) for r in self._by_id(sorted(ids), [ID])}

    def _by_id(self, ids: list[str], properties: list[str]) -> list[dict[str, Any]]:
        return [
            r
            for i in range(0, len(ids), IDS_A_CALL)
            for r in self.reader.client.post(
                "batch",
                {"inputs": [{"id": x} for x in ids[i : i + IDS_A_CALL]], "properties": properties},
                type=self.kind.name,
            ).get("results")
            or []
        ]

    def _land(self, landing: Landing, gone: set[str], unknown: set[str]) -> None:
        if gone:
            landing.write("gone", ({"id": i} for i in sorted(gone)))
        if unknown:
            properties = self.reader.selection(self.kind).properties
            landing.write("records", self._by_id(sorted(unknown), properties))
            if self.kind.linked:
                landing.write("links", read_links(self.reader.client, self.kind.name, sorted(unknown)))
