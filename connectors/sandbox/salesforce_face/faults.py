"""How the org misbehaves when it is told to, and what it counts.

Here: which call goes wrong, and how. Not here: right answers.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.salesforce_face.errors import Refusal, bad_locator, bad_session, over_limit

# What may hit any call; a share of calls gets one of these.
KINDS = ("500", "503", "html", "concurrent", "dropped", "truncated", "broken")
# Only on demand.
SPECIAL = ("daily", "timeout", "expired", "locator", "query_timeout", "short", "locked", "empty")


@dataclass
class Planned:
    """A fault for calls whose method and path match, after so many of them, so often."""

    path: str
    kind: str
    after: int = 0
    times: int = 1

    def hits(self, call: str) -> bool:
        """Whether this call is to go wrong; counts it."""
        if self.times <= 0 or not re.search(self.path, call):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Faults:
    """What goes wrong."""

    share: float = 0.0
    kinds: tuple[str, ...] = KINDS
    planned: list[Planned] = field(default_factory=list)
    seconds: float = 2.0
    """how long an answer that times out is silent"""
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311
    had: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pick(self, call: str, is_data: bool) -> str | None:
        """The kind of fault that a call meets, or None."""
        with self._lock:
            kind = next((p.kind for p in self.planned if p.hits(call)), None)
            if kind is None and is_data and self.share and self.chance.random() < self.share:
                kind = self.chance.choice(self.kinds)
            if kind:
                self.had[kind] += 1
            return kind


@dataclass
class Limits:
    """What the org allows; the daily calls roll over 24 hours, which no test lasts."""

    daily: int = 1_000_000
    daily_jobs: int = 10_000
    concurrent: int | None = None
    """calls at once; None: any number"""
    used: int = 0
    running: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, kind: str, cost: int = 1) -> Refusal | None:
        """Count a call that begins; the refusal where it is one too many."""
        with self._lock:
            self.calls[kind] += 1
            if self.used + cost > self.daily:
                self.calls["refused"] += 1
                return over_limit(is_daily=True)
            self.used += cost
            if self.concurrent is not None and self.running >= self.concurrent:
                self.calls["refused"] += 1
                return over_limit(is_daily=False)
            self.running += 1
            return None

    def leave(self) -> None:
        """A call that began is over."""
        with self._lock:
            self.running -= 1

    @property
    def told(self) -> str:
        """Sforce-Limit-Info."""
        return f"api-usage={self.used}/{self.daily}"


def refusal_of(kind: str) -> Refusal | None:
    """The error that a fault is, for those that are one in the API's own form."""
    made: dict[str, Any] = {
        "500": lambda: Refusal(
            500,
            "UNKNOWN_EXCEPTION",
            "An unexpected error occurred. Please include this ErrorId if you contact support: 1",
        ),
        "503": lambda: Refusal(
            503, "SERVER_UNAVAILABLE", "The server is too busy to handle the request. Please try again later"
        ),
        "locked": lambda: Refusal(500, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
        "concurrent": lambda: over_limit(is_daily=False),
        "daily": lambda: over_limit(is_daily=True),
        "expired": bad_session,
        "locator": bad_locator,
        "query_timeout": lambda: Refusal(400, "QUERY_TIMEOUT", "Your query request was running for too long."),
    }
    return made[kind]() if kind in made else None
