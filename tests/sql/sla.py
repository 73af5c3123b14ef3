"""MQLs, touches and terms as rows, for tests of how the agreement is kept."""

from datetime import date, datetime
from typing import Any

TERMS = {
    "first_touch_hours": (9.0, None),
    "business_hours": (1.0, None),
    "call_attempts": (2.0, None),
    "emails": (3.0, None),
    "attempts_on": (None, "sql"),
    "within_days": (14.0, None),
    "share": (0.9, None),
    "exclude": (None, None),
}


def at(utc: str) -> datetime:
    """A UTC instant, written as `2026-03-02 08:00`."""
    return datetime.fromisoformat(utc)


class Sales:
    """The tables that an MQL's follow-up is made from; every method adds a record."""

    def __init__(self, warehouse: Any, **night: Any) -> None:
        self.warehouse = warehouse
        self.opened = warehouse.night(**{"timezone": "UTC", **night})
        self.touches = 0

    def terms(self, valid_from: str = "2026-01-01", **changes: tuple[float | None, str | None]) -> "Sales":
        """What is agreed from a day on; a term given as None is not agreed."""
        for name, term in (TERMS | changes).items():
            if term is not None:
                self.warehouse.put(
                    "reporting.agreements",
                    {
                        "target": "2026-01-01",
                        "valid_from": date.fromisoformat(valid_from),
                        "valid_to": date(2026, 12, 31),
                        "side": "sales",
                        "commitment": name,
                        "value": term[0],
                        "unit": term[1],
                    },
                )
        return self

    def rep(self, owner: str, name: str | None = None, **columns: Any) -> "Sales":
        row = {"owner_id": owner, "name": name or owner, "is_active": True, "is_rep": True, "share": 1.0}
        self.warehouse.put("funnel.reps", row | columns)
        return self

    def person(self, person: str = "p", **columns: Any) -> "Sales":
        self.warehouse.put("funnel.people", {"person_id": person, "origin": "marketing"} | columns)
        return self

    def entry(self, stage: str, entered: str, left: str | None = None, round: int = 1, person: str = "p") -> "Sales":  # noqa: A002
        row = {
            "record_type": "person",
            "record_id": person,
            "stage": stage,
            "round": round,
            "entered_at": at(entered),
            "entered_on": at(entered).date(),
            "left_at": at(left) if left else None,
        }
        self.warehouse.put("funnel.explicit_entries", row)
        return self

    def mql(self, entered: str, left: str | None = None, round: int = 1, person: str = "p") -> "Sales":  # noqa: A002
        return self.entry("mql", entered, left, round, person)

    def owned(self, owner: str, since: str | None = None, until: str | None = None, person: str = "p") -> "Sales":
        row = {"record_type": "person", "record_id": person, "owner_id": owner}
        row |= {"from_at": at(since) if since else None, "to_at": at(until) if until else None}
        self.warehouse.put("funnel.owner_spans", row)
        return self

    def ended(self, outcome: str, when: str | None, reason: str | None = None, person: str = "p") -> "Sales":
        row = {"record_type": "person", "record_id": person, "outcome": outcome, "reason": reason}
        self.warehouse.put("funnel.outcomes", row | {"outcome_at": at(when) if when else None})
        return self

    def touch(self, when: str, kind: str = "call", owner: str = "ann", person: str = "p", **columns: Any) -> "Sales":
        self.touches += 1
        row = {
            "touch_id": f"t{self.touches}",
            "person_id": person,
            "owner_id": owner,
            "kind": kind,
            "direction": "outbound",
            "is_automated": False,
            "is_imported": False,
            "touched_at": at(when),
            "recorded_at": at(when),
        }
        self.warehouse.put("funnel.touches", row | columns)
        return self

    def build(self, *tables: str) -> None:
        """Build the follow-up, and the tables that are made from it."""
        for table in ("funnel.mql_rounds", "funnel.round_touches", "reporting.mql_follow_up", *tables):
            self.warehouse.build(table)

    def follow_up(self, *columns: str) -> list[Any]:
        """The rows of mql_follow_up, built; of one column, the bare values."""
        self.build()
        rows = self.warehouse.rows("reporting.mql_follow_up", "person_id", "round", *columns)
        return [next(iter(list(r.values())[2:])) if len(columns) == 1 else tuple(list(r.values())[2:]) for r in rows]
