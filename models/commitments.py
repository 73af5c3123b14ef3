"""The commitments by name: what each counts, and over which stages a promised rate goes.

Here: names and units. Not here: what was agreed (`agreements`) or kept (`sla_gaps`).
"""

from collections.abc import Sequence

VOLUMES = {"mql_volume": "MQLs", "mqls_worked": "MQLs", "sqls": "SQLs"}
RATES = ("sql_rate", "win_rate")
UNITS = {
    "first_touch_hours": "hours",
    "business_hours": "1: working hours, 0: by the clock",
    "call_attempts": "calls",
    "emails": "e-mails",
    "within_days": "days",
    "share": "share",
    "at_risk": "share",
}


def rate_way(commitment: str, stages: Sequence[str], handover: str | None) -> tuple[int, int] | None:
    """Over which stages a promised rate goes: places of the first and the last; None: this funnel has no such way.

    `sql_rate`: from the handover to the SQLs; `win_rate`: from the opportunities to the last stage.
    """
    if commitment == "sql_rate":
        first, last = handover, "sql"
    else:
        first, last = "opportunity", stages[-1]
    if first not in stages or last not in stages or stages.index(first) >= stages.index(last):
        return None
    return stages.index(first), stages.index(last)
