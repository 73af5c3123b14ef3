"""Small paged lists of HubSpot's: their records, page after page.

Here: the paging. Not here: lists of contacts or deals, which several walk at once (`walk`).
"""

from collections.abc import Iterable
from typing import Any

from connectors.errors import TryAgainError
from connectors.hubspot.client import HubSpotClient


def pages(client: HubSpotClient, name: str, query: dict[str, Any], **parts: str) -> Iterable[dict[str, Any]]:
    """The records of a small paged list. Raises TryAgainError when a page token comes twice."""
    after, seen = None, set()
    while True:
        said = client.get(name, {**query, "after": after}, **parts)
        yield from results(said)
        after = next_token(said)
        if after is None:
            return
        if after in seen:
            raise TryAgainError(f"HubSpot handed out the same page of {name} twice; run again later.")
        seen.add(after)


def next_token(said: dict[str, Any]) -> str | None:
    """The token of the page after this one; None: it is the last."""
    after = ((said.get("paging") or {}).get("next") or {}).get("after")
    return str(after) if after not in (None, "") else None


def results(said: Any) -> list[dict[str, Any]]:
    """The records of an answer."""
    if isinstance(said, list):
        return said
    found = said.get("results")
    return found if isinstance(found, list) else []
