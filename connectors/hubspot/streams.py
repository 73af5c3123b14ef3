"""The smaller streams of a portal: histories that records left waiting, and links.

Here: reading them. Not here: the records (`records`), or what is gone (`missing`).
"""

import time
from dataclasses import dataclass, field
from typing import Any

from connectors.hubspot.client import MissingScopeError
from connectors.hubspot.links import read_links
from connectors.hubspot.objects import ACTIVITIES, ObjectType
from connectors.hubspot.reader import Reader
from connectors.hubspot.records import WITH_HISTORY
from connectors.hubspot.search import ID
from connectors.landing import Landing
from connectors.protocol import Cost, Landed, Local

# Histories that are written, and go on from, together.
HISTORIES_A_FILE = 2_000


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
