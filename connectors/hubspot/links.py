"""Which contacts stand behind deals and activities: many records a call.

Here: the batch of links. Not here: those that come with a list of records.
"""

from collections.abc import Iterator
from typing import Any

from connectors.hubspot.client import HubSpotClient

IDS_A_CALL = 1_000


def read_links(
    client: HubSpotClient, object_type: str, ids: list[str], to: str = "contacts"
) -> Iterator[dict[str, Any]]:
    """`{id, to: [ids]}` of each record, those without links too. Raises a SourceError."""
    for some in (ids[i : i + IDS_A_CALL] for i in range(0, len(ids), IDS_A_CALL)):
        linked: dict[str, set[str]] = {i: set() for i in some}
        asked: list[dict[str, str]] = [{"id": i} for i in some]
        while asked:
            said = client.post("links", {"inputs": asked}, lane="links", type=object_type, to=to)
            asked = []
            # Not in the order asked for; records without links stand among the errors (207), if at all.
            for result in said.get("results") or []:
                source = str((result.get("from") or {}).get("id"))
                there = linked.setdefault(source, set())
                before = len(there)
                there.update(str(t["toObjectId"]) for t in result.get("to") or [])
                after = ((result.get("paging") or {}).get("next") or {}).get("after")
                if after and len(there) > before:
                    asked.append({"id": source, "after": str(after)})
        for source in some:
            yield {"id": source, "to": sorted(linked[source])}
