"""Records that left the org without a trace: erased, or purged from the bin. And the marks at which nights begin.

Here: counts and highest modification times, a few calls for all objects. Not here: what changed (`records`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.landing import Landing
from connectors.protocol import Landed, Local
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.lists import instant
from connectors.salesforce.objects import ObjectType
from connectors.salesforce.records import Records
from connectors.salesforce.selection import Selection


@dataclass(frozen=True)
class Count:
    """How many living records the org shows of an object."""

    kind: ObjectType
    records: int
    until: str | None
    """ISO instant; those created later are not counted, for they may have come since they were read"""


def high_marks(client: SalesforceClient, selections: Mapping[str, Selection]) -> dict[str, str]:
    """The highest modification time of each object that has any record, as the org shows it now."""
    answers = client.composite(
        {
            name: f"SELECT {s.kind.modified} FROM {name} ORDER BY {s.kind.modified} DESC LIMIT 1"
            for name, s in selections.items()
        }
    )
    found = {}
    for name, answer in answers.items():
        rows: list[dict[str, Any]] = answer.body["records"] if answer.status < 300 else []
        if rows:
            found[name] = str(rows[0][selections[name].kind.modified])
    return found


def counts(client: SalesforceClient, selections: Mapping[str, Selection], marks: Mapping[str, str]) -> list[Count]:
    """The living records of each object that the warehouse counts too, created until its mark."""
    counted = [s for s in selections.values() if s.kind.is_counted]
    kinds = [s.kind for s in counted]
    queries = {}
    for selection in counted:
        name = selection.kind.name
        until = marks.get(name)
        when = f" AND CreatedDate <= {_soql(until)}" if until else ""
        # Copies of one meeting are not kept, so they must not count here either.
        when += f" AND {selection.roles['is_copy']} = false" if "is_copy" in selection.roles else ""
        queries[name] = f"SELECT COUNT() FROM {name} WHERE IsDeleted = false{when}"
    answers = client.composite(queries) if queries else {}
    return [
        Count(k, int(answers[k.name].body["totalSize"]), marks.get(k.name))
        for k in kinds
        if answers[k.name].status < 300
    ]


def row_counts(client: SalesforceClient, selections: Mapping[str, Selection]) -> dict[str, int]:
    """How many rows a whole reading of each object brings; those it is not told of are left out."""
    answers = client.composite({n: s.counting() for n, s in selections.items()})
    return {n: int(a.body["totalSize"]) for n, a in answers.items() if a.status < 300}


def ids_of(kind: ObjectType) -> Selection:
    """What is read to learn which records are still there."""
    return Selection(replace(kind, where="IsDeleted = false"), {"id": "Id"}, {})


def _soql(moment: str) -> str:
    return instant(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


class Ids(Records):
    """The ids of an object's living records, read whole each time: which of those that are known are gone."""

    @property
    def name(self) -> str:
        """The object's name, and that these are its ids alone."""
        return f"{self.selection.kind.name}.ids"

    def read(self, cursor: str | None, landing: Landing, local: Local) -> Landed:  # noqa: ARG002
        """As the protocol says; there is no cursor."""
        landing.clear()
        return replace(super().read(None, landing, local), cursor=None, is_whole=False)
