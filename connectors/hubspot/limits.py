"""HubSpot's limits, kept and used: how long a call waits for its turn, and what the day has left.

Here: the rolling windows, learned from the answers' headers. Not here: what to do with a refusal (`client`).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# The least any portal has; the first answer says more.
LEAST_PER_TEN_SECONDS = 100
SEARCHES_PER_SECOND = 5
# Links have a limit of their own that no header tells: 100 in the smallest tier, 150 in the others.
LINKS_PER_TEN_SECONDS = 100

# The portal counts by arrival, so that a burst may come closer to the one before it than it was sent.
MARGIN = 1.03


@dataclass
class _Window:
    seconds: float
    limit: int
    sent: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds until there is room for one more."""
        while self.sent and self.sent[0] <= now - self.seconds * MARGIN:
            self.sent.popleft()
        room = len(self.sent) < self.limit
        return 0.0 if room else self.sent[len(self.sent) - self.limit] + self.seconds * MARGIN - now


class Limits:
    """Turns for calls, by lane: `general`, `search` and `links` are limited apart. Safe for threads."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._general = _Window(10, LEAST_PER_TEN_SECONDS - 2)
        self._secondly = _Window(1, 1_000_000)
        self._lanes = {
            "general": [self._general, self._secondly],
            "search": [_Window(1, SEARCHES_PER_SECOND)],
            "links": [_Window(10, LINKS_PER_TEN_SECONDS - 2)],
        }
        self._paused_until = dict.fromkeys(self._lanes, 0.0)
        self.daily: int | None = None
        """calls a day that the account has; None: not told"""
        self.daily_remaining: int | None = None

    def take_turn(self, lane: str) -> None:
        """Return when a call may be sent in this lane."""
        while True:
            with self._lock:
                now = self._clock()
                windows = self._lanes[lane]
                wait = max([self._paused_until[lane] - now, *(w.wait(now) for w in windows)])
                if wait <= 0:
                    for window in windows:
                        window.sent.append(now)
                    return
            self._sleep(wait)

    def pause(self, lane: str, seconds: float) -> None:
        """Let nobody send in this lane for a while."""
        with self._lock:
            self._paused_until[lane] = max(self._paused_until[lane], self._clock() + seconds)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer's headers tell of the portal's limits."""
        told = {k.lower(): v for k, v in headers.items() if k.lower().startswith("x-hubspot-ratelimit-")}
        if not told:
            return
        with self._lock:
            most = _number(told.get("x-hubspot-ratelimit-max"))
            if most:
                self._general.limit = max(1, most - max(1, most // 50))
                self._general.seconds = (
                    _number(told.get("x-hubspot-ratelimit-interval-milliseconds")) or 10_000
                ) / 1000
            secondly = _number(told.get("x-hubspot-ratelimit-secondly"))
            if secondly:
                self._secondly.limit = secondly
            daily = _number(told.get("x-hubspot-ratelimit-daily"))
            if daily:
                self.daily = daily
                self.daily_remaining = _number(told.get("x-hubspot-ratelimit-daily-remaining"))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None
