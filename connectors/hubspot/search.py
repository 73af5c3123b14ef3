"""What HubSpot's search tells: how many records there are, and which ones changed since a moment.

Here: questions past the window of 10,000 results. Not here: what is done with the answers.

Pages are asked for by id (`hs_object_id` above the last one), not by token: a record that changes meanwhile keeps its
place, more than 10,000 may share one millisecond, and no window ends.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.errors import TryAgainError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.objects import ObjectType

A_PAGE = 200
ID = "hs_object_id"

Filter = dict[str, Any]


def at_least(name: str, value: str) -> Filter:
    """The filter `name` >= `value`."""
    return {"propertyName": name, "operator": "GTE", "value": value}


def below(name: str, value: str) -> Filter:
    """The filter `name` < `value`."""
    return {"propertyName": name, "operator": "LT", "value": value}


def above(name: str, value: str) -> Filter:
    """The filter `name` > `value`."""
    return {"propertyName": name, "operator": "GT", "value": value}


def equal(name: str, value: str) -> Filter:
    """The filter `name` = `value`."""
    return {"propertyName": name, "operator": "EQ", "value": value}


def has(name: str) -> Filter:
    """The filter that `name` has a value."""
    return {"propertyName": name, "operator": "HAS_PROPERTY"}


def has_no(name: str) -> Filter:
    """The filter that `name` has no value."""
    return {"propertyName": name, "operator": "NOT_HAS_PROPERTY"}


def milliseconds(moment: str) -> str:
    """An ISO instant as the search takes it: epoch milliseconds. A moment without an offset is UTC."""
    parsed = datetime.fromisoformat(moment)
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return str((aware - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND)


_MILLISECOND = datetime(2000, 1, 1, 0, 0, 0, 1000) - datetime(2000, 1, 1)  # noqa: DTZ001


def search(
    client: HubSpotClient,
    kind: ObjectType,
    groups: list[list[Filter]],
    properties: list[str],
    limit: int = A_PAGE,
    sort: str = ID,
    descending: bool = False,
) -> dict[str, Any]:
    """One page of a search: `total` and `results`. Raises a SourceError."""
    said: dict[str, Any] = client.post(
        "search",
        {
            "filterGroups": [{"filters": g} for g in groups if g],
            "sorts": [{"propertyName": sort, "direction": "DESCENDING" if descending else "ASCENDING"}],
            "properties": properties,
            "limit": limit,
        },
        lane="search",
        type=kind.name,
    )
    return said


def total(client: HubSpotClient, kind: ObjectType, groups: list[list[Filter]] | None = None) -> int:
    """How many living records meet one of the groups of filters; without any, how many there are."""
    return int(search(client, kind, groups or [], [ID], limit=1)["total"])


def latest(client: HubSpotClient, kind: ObjectType, by: str) -> tuple[int, str | None]:
    """How many living records there are, and the highest value of a property; None: there are none."""
    said = search(client, kind, [], [by], limit=1, sort=by, descending=True)
    results = said.get("results") or []
    return int(said["total"]), results[0]["properties"].get(by) if results else None


def found(
    client: HubSpotClient,
    kind: ObjectType,
    filters: list[Filter],
    properties: list[str],
    first: dict[str, Any] | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Every record that meets the filters, page by page, by id; `first` is the first page where it is known."""
    last = -1
    said = first
    while True:
        if said is None:
            said = search(client, kind, [[*filters, above(ID, str(last))] if last >= 0 else filters], properties)
        results = said.get("results") or []
        fresh = [r for r in results if int(r["id"]) > last]
        if results and not fresh:
            raise TryAgainError(f"HubSpot's search handed out the same page of {kind.name} twice; run again later.")
        yield fresh
        if int(said["total"]) <= len(results) or not results:
            return
        last = max(int(r["id"]) for r in fresh)
        said = None
