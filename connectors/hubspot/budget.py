"""Whether a first load fits into the account's calls of the day, asked before anything is read.

Here: the question. Not here: what is spent on the way (`client`).
"""

from connectors.errors import WaitError
from connectors.hubspot.client import HubSpotClient, MissingScopeError, NotThereError
from connectors.hubspot.reader import Reader
from connectors.hubspot.records import Records
from connectors.landing import Landing


def check_budget(reader: Reader, streams: list[Records], landings: list[Landing]) -> None:
    """Before a first load: whether it fits into the share of the day's calls, and into what is left of the day.

    Raises WaitError where it does not.
    """
    client = reader.client
    needed = sum(s.expected_calls(landing) for s, landing in zip(streams, landings, strict=True))
    if client.limits.daily is None:
        ask_usage(client)
    daily, left = client.limits.daily, client.limits.daily_remaining
    if daily is None:
        return
    allowed = int(client.budget_share * daily)
    if client.all_calls + needed > allowed or (left is not None and needed > left):
        raise WaitError(
            f"This load needs about {needed:,} API calls, but sources.hubspot.api_budget_share allows {allowed:,} "
            f"of {daily:,} a day{'' if left is None else f', of which {left:,} are left'}; nothing was read: "
            "raise that share, or run it on another day."
        )


def ask_usage(client: HubSpotClient) -> None:
    """Ask for the day's calls where no answer's headers told them; the client's limits know them from then on."""
    try:
        said = client.get("usage")
    except (MissingScopeError, NotThereError):
        return
    rows = said if isinstance(said, list) else said.get("results") or []
    for row in rows:
        limit, used = row.get("usageLimit"), row.get("currentUsage")
        if isinstance(limit, int) and isinstance(used, int):
            client.limits.daily, client.limits.daily_remaining = limit, max(0, limit - used)
