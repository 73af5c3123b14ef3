"""The portal's own limits: what it refuses, and what its headers tell.

Here: counting by rolling windows. Not here: any answer but the refusal.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass
class PortalLimits:
    """Calls that are answered; None: without a limit, which the headers show as a high one."""

    per_ten_seconds: int | None = None
    searches_per_second: int | None = None
    daily: int | None = None
    used: int = 0
    refused: int = 0
    _sent: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self, is_search: bool, is_exempt: bool) -> tuple[str, str] | None:
        """(policy, message) where a call is refused; counts it otherwise."""
        with self._lock:
            now = time.monotonic()
            if self.daily is not None and self.used >= self.daily:
                return "DAILY", "You have reached your daily limit."
            if is_search:
                found = _over(self._searches, now, 1.0, self.searches_per_second)
                policy = ("SECONDLY", "You have reached your secondly limit.")
            else:
                found = not is_exempt and _over(self._sent, now, 10.0, self.per_ten_seconds)
                policy = ("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.")
            self.used += 1
            if found:
                self.refused += 1
                return policy
            return None

    def headers(self, is_search: bool) -> dict[str, str]:
        """What an answer tells of the limits; a search tells nothing."""
        if is_search:
            return {}
        most, daily = self.per_ten_seconds or 1_000_000, self.daily or 10_000_000
        return {
            "X-HubSpot-RateLimit-Daily": str(daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, daily - self.used)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(max(0, most - len(self._sent))),
        }


def _over(sent: "deque[float]", now: float, seconds: float, limit: int | None) -> bool:
    if limit is None:
        return False
    while sent and sent[0] <= now - seconds:
        sent.popleft()
    if len(sent) >= limit:
        return True
    sent.append(now)
    return False
