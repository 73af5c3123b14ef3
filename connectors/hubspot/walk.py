"""Reading every record of a type by its list: exact, ordered by id, from several places at once.

HubSpot's page token is the id of the next record, so that a walk may begin anywhere, and what the landing files cover
is a set of id ranges: whatever they leave open is still to be read. Here: that. Not here: loading.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import TryAgainError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.lists import next_token
from connectors.landing import Landing

RECORDS_A_FILE = 2_000
WALKERS = 4
# A walk from another place costs up to a page more than it brings.
RECORDS_A_SPLIT = 5_000


@dataclass
class _Range:
    """Ids from `low` up to, without it, `high` (None: to the end)."""

    low: int
    high: int | None
    position: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)
    token: str | None = None
    """where the tokens are no ids: the next page's"""


class Walk:
    """One walk over a type's list. `query` is that of a page; `highest` is the highest id known, where one is."""

    def __init__(
        self,
        client: HubSpotClient,
        object_type: str,
        query: dict[str, Any],
        landing: Landing,
        highest: int | None,
        expected: int,
        tell: Callable[[int], None],
    ) -> None:
        self.client, self.object_type, self.query, self.landing = client, object_type, query, landing
        self.highest, self.expected, self.tell = highest, expected, tell
        self.records = 0
        self._lock = threading.Lock()
        self._active: list[_Range] = []
        self._splits = min(3 * WALKERS, expected // RECORDS_A_SPLIT)
        self._ids_are_tokens: bool | None = None
        self._gaps: list[_Range] = []
        self._first: _Range | None = None
        self._others: list[Future[None]] = []

    def run(self, workers: Executor) -> int:
        """Read what the landing files do not cover yet; returns the records read. Raises a SourceError."""
        tokens = [e for e in self.landing.entries if e.get("kind") == "records" and "token" in e]
        if tokens:
            last = tokens[-1]
            self._ids_are_tokens = False
            self._gaps = [] if last["token"] is None else [_Range(0, None, token=last["token"])]
        else:
            self._gaps = _gaps(self.landing)
        self._workers, self._others = workers, []
        try:
            self._work()
        finally:
            errors = [f.exception() for f in self._others]
        for error in errors:
            if error is not None:
                raise error
        return self.records

    def _call_others(self) -> None:
        """Let others join, once the first page has shown what the tokens are."""
        if not self._others and self._ids_are_tokens and (self._splits > 0 or self._gaps):
            self._others = [self._workers.submit(self._work) for _ in range(WALKERS - 1)]

    def _work(self) -> None:
        while (ours := self._take()) is not None:
            try:
                self._walk(ours)
            finally:
                # What was read before a fault need not be read again.
                self._write(ours, finished=False)
                with self._lock:
                    self._active.remove(ours)

    def _take(self) -> _Range | None:
        with self._lock:
            if self._gaps:
                ours = self._gaps.pop(0)
                ours.position = ours.low
            else:
                stolen = self._steal()
                if stolen is None:
                    return None
                ours = stolen
            self._active.append(ours)
            self._first = self._first or ours
            return ours

    def _steal(self) -> _Range | None:
        """The upper half of the widest range that another walker is in."""
        if self._splits <= 0 or self._ids_are_tokens is False or self.highest is None:
            return None
        if self.expected - self.records < RECORDS_A_FILE:
            return None
        end = self.highest + 1
        widest = max(self._active, key=lambda r: (r.high or end) - r.position, default=None)
        if widest is None or (widest.high or end) - widest.position < 2:
            return None
        self._splits -= 1
        middle = widest.position + ((widest.high or end) - widest.position) // 2
        upper = _Range(middle, widest.high, middle)
        widest.high = middle
        return upper

    def _walk(self, ours: _Range) -> None:
        after: str | None = ours.token or (str(ours.position) if ours.position else None)
        while True:
            said = self.client.get("list", {**self.query, "after": after}, type=self.object_type)
            results, token = said.get("results") or [], next_token(said)
            if self._ids_are_tokens is None and token is not None:
                self._ids_are_tokens = bool(results) and token.isdigit() and int(token) > int(results[-1]["id"])
            if self._ids_are_tokens is False:
                if token is not None and token == after:
                    raise TryAgainError(f"HubSpot handed out the same page of {self.object_type} twice; run again.")
                finished, after = self._keep(ours, results, token)
            else:
                finished, after = self._keep_ids(ours, results, token)
            if finished:
                self._write(ours, finished=True)
                return
            if ours is self._first:
                self._call_others()

    def _keep(self, ours: _Range, results: list[dict[str, Any]], token: str | None) -> tuple[bool, str | None]:
        ours.records += results
        ours.token = token
        self._count(len(results))
        if token is not None and len(ours.records) >= RECORDS_A_FILE:
            self._write(ours, finished=False)
        return token is None, token

    def _keep_ids(self, ours: _Range, results: list[dict[str, Any]], token: str | None) -> tuple[bool, str | None]:
        last = max((int(r["id"]) for r in results), default=ours.position - 1)
        following = max(int(token) if token and token.isdigit() else 0, last + 1)
        if token is not None and following <= ours.position:
            raise TryAgainError(f"HubSpot handed out the same page of {self.object_type} twice; run again later.")
        with self._lock:
            high = ours.high
            kept = [r for r in results if high is None or int(r["id"]) < high]
            ended = token is None or (high is not None and following >= high)
            ours.records += kept
            ours.position = following if not ended else ours.position
        self._count(len(kept))
        if not ended and len(ours.records) >= RECORDS_A_FILE:
            self._write(ours, finished=False)
        return ended, str(following)

    def _write(self, ours: _Range, finished: bool) -> None:
        if self._ids_are_tokens is False:
            if ours.records or finished:
                self.landing.write("records", ours.records, token=None if finished else ours.token)
        elif finished or ours.position > ours.low:
            # Finished may be before `high`, where a thief has taken the rest since.
            with self._lock:
                high = ours.high if finished else ours.position
            self.landing.write("records", ours.records, low=ours.low, high=high)
            ours.low = high if high is not None else ours.low
            if finished:
                ours.position = ours.low
        ours.records = []

    def _count(self, records: int) -> None:
        with self._lock:
            self.records += records
            self.tell(self.records)


def _gaps(landing: Landing) -> list[_Range]:
    """The ranges of ids that no complete file covers."""
    covered = sorted(
        ((e["low"], e["high"]) for e in landing.entries if e.get("kind") == "records" and "low" in e),
        key=lambda c: c[0],
    )
    gaps, position = [], 0
    for low, high in covered:
        if low > position:
            gaps.append(_Range(position, low))
        if high is None:
            return gaps
        position = max(position, high)
    return [*gaps, _Range(position, None)]
