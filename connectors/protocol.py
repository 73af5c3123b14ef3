"""What every CRM connector offers: named streams that write what changed as landing files.

Here: the shapes that pass between a connector and whoever loads its files. Not here: any CRM, or any database.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connectors.landing import Landing


@dataclass(frozen=True)
class Cost:
    """What a stream cost."""

    records: int = 0
    calls: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.records + other.records, self.calls + other.calls, self.seconds + other.seconds)


@dataclass(frozen=True)
class Landed:
    """What a stream wrote: its landing files hold it until they are loaded."""

    cursor: str | None
    """where the next night goes on; taken before anything was read"""
    cost: Cost
    is_whole: bool = False
    """whether the files hold every record there is, so that others are gone"""
    is_stale: bool = False
    """whether the reading began in an earlier run, so that what changed since is still to be read"""
    files: Mapping[str, list[str]] = field(default_factory=dict)
    """kind of file → paths"""


class Local(Protocol):
    """What the warehouse already has of a type of record, as a stream needs to know it."""

    def count(self, record_type: str, low: int = 0, high: int | None = None) -> int:
        """Records with low <= id < high."""

    def ids(self, record_type: str, low: int = 0, high: int | None = None) -> list[str]:
        """Ids of the records with low <= id < high, ascending."""

    def modified_between(self, record_type: str, since: str, until: str, but: Collection[str]) -> int:
        """Records, other than those of the ids `but`, modified between two ISO instants, both included."""

    def same(self, record_type: str, modified: Mapping[str, str]) -> set[str]:
        """Those ids of `modified` (id → ISO instant) that are there as they were modified at that instant."""

    def waiting(self, what: str) -> list[str]:
        """Ids that a stream left for another one to read further."""


class Stream(Protocol):
    """One kind of record of a CRM."""

    name: str

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:
        """Write what changed since `cursor` (None: everything) into `landing`.

        Raises a SourceError; what is complete in `landing` by then is not read again.
        """


Progress = Callable[[str, int, int | None, int], None]
"""Called with the stream, records so far, records expected (None: not known) and calls so far."""


def no_progress(_stream: str, _records: int, _expected: int | None, _calls: int) -> None:
    """Tell nobody."""
