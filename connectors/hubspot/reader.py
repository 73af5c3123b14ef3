"""What every stream of one run shares: the client, what the portal is like, who works, who is told.

Here: that alone. Not here: any stream (`records`, `streams`, `missing`).
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.objects import ObjectType
from connectors.hubspot.portal import Portal
from connectors.hubspot.selection import Selection
from connectors.protocol import Progress, no_progress


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
