"""The portal behind the face: HubSpot's objects out of the simulated company, as of a moment that may move on.

Here: what the objects hold, and questions about them. Not here: HTTP, limits, faults (`app`).
"""

import threading
from bisect import bisect_left
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from connectors.sandbox.company import Company

SQL = Path(__file__).parent / "portal.sql"

LIFECYCLE = {
    "subscriber": "subscriber",
    "lead": "lead",
    "on_hold": "153180554",
    "mql_new": "marketingqualifiedlead",
    "mql_working": "153180555",
    "sql": "salesqualifiedlead",
    "opportunity": "opportunity",
    "customer": "customer",
    "nurture": "153180556",
    "disqualified": "153180557",
}
DEAL_STAGES = {
    "qualification": "appointmentscheduled",
    "proposal": "presentationscheduled",
    "negotiation": "contractsent",
    "sales_won": "closedwon",
    "sales_lost": "closedlost",
    "discovery": "88120001",
    "evaluation": "88120002",
    "legal": "88120003",
    "enterprise_won": "88120004",
    "enterprise_lost": "88120005",
}
PIPELINES = {"sales": ("default", "Sales"), "enterprise": ("8812", "Enterprise")}
STAMPS = ("date_entered", "date_exited", "latest_time_in", "cumulative_time_in")
ACTIVITIES = ("calls", "emails", "meetings", "communications")
# The simulated company works without lead objects: their table is empty until a test fills it.
LEADS = "leads"
TYPES = ("contacts", "deals", LEADS, *ACTIVITIES)
ALWAYS = {
    "contacts": ("createdate", "hs_object_id", "lastmodifieddate"),
    "deals": ("createdate", "hs_lastmodifieddate", "hs_object_id"),
}
HIDDEN = {"id", "created_at", "modified_at", "is_archived", "archived_at", "deal_no", "person_no", "object_type"}


class Portal:
    """The company as a portal, as of the UTC instant `at`; safe for threads. The search lags by `index_delay`.

    One that remembers answers the same question the second time without work, until its clock moves: whoever times a
    reader does not want to time the portal.
    """

    def __init__(self, company: Company, at: datetime, stage_dates: bool = True, remembers: bool = False) -> None:
        self.company, self.stage_dates, self.remembers = company, stage_dates, remembers
        self._answers: dict[str, list[Any]] = {}
        self.index_delay = timedelta(0)
        self._lock = threading.Lock()
        company.con.execute("set threads = 1")
        self.move_to(at)

    def move_to(self, at: datetime) -> None:
        """Let the portal's clock be `at`."""
        self.at = at
        con = self.company.con
        sources = [r[0] for r in con.execute("select distinct lead_source from company.people order by 1").fetchall()]
        self.sources = {f"SOURCE_{i}": s for i, s in enumerate(sources, 1)}
        words = {
            "{at}": at.isoformat(sep=" "),
            "{stage_dates_of_people}": _stamps(LIFECYCLE.values()),
            "{stage_dates_of_deals}": _stamps(DEAL_STAGES.values()),
            "{lead_source_values}": " ".join(f"when {_text(s)} then '{v}'" for v, s in self.sources.items()),
            "{finish}": " ".join(
                f"update portal.{t} set {m} = iso(modified_at);"
                for t, m in (("contacts", "lastmodifieddate"), ("deals", "hs_lastmodifieddate"))
            )
            + "update portal.activities set hs_lastmodifieddate = iso(modified_at);"
            + " ".join(
                f"create or replace table portal.{t} as "
                f"select * from portal.activities where object_type = '{t}' order by id;"
                for t in ACTIVITIES
            )
            + " ".join(
                f"create or replace table portal.{t} as select * from portal.{t} order by id;" for t in TYPES[:2]
            )
            + "create or replace table portal.links as select * from portal.links order by object_type, id;",
        }
        sql = SQL.read_text(encoding="utf-8")
        for word, value in words.items():
            sql = sql.replace(word, value)
        with self._lock:
            con.execute(sql)
        self.look_again()

    def look_again(self) -> None:
        """Take over what was changed in the tables of the schema `portal`."""
        with self._lock:
            self._answers.clear()
            self.columns = {t: self._columns(t) for t in TYPES}
            ids = "select id from portal.{} where is_archived = {} order by id"
            self._ids = {
                (t, archived): [r[0] for r in self.company.con.execute(ids.format(t, archived)).fetchall()]
                for t in TYPES
                for archived in (False, True)
            }

    def properties(self, object_type: str) -> list[str]:
        """The names of a type's properties."""
        own = [c for c in self.columns[object_type] if c not in HIDDEN and not c.startswith("h_")]
        if not self.stage_dates:
            own = [c for c in own if not c.startswith("hs_v2_")]
        return [*own, "hs_object_id"]

    def rows(
        self,
        object_type: str,
        names: list[str],
        where: str = "true",
        parameters: list[Any] | None = None,
        order: str = "id",
        limit: int = 100,
        offset: int = 0,
        history: list[str] | None = None,
        links: bool = False,
    ) -> list[tuple[int, str]]:
        """(id, JSON text) of records that meet a condition, in order."""
        have = set(self.properties(object_type))
        always = ALWAYS.get(object_type, ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"))
        shown = [n for n in dict.fromkeys([*names, *always]) if n in have]
        cells = ", ".join(f"{_text(n)}: {_cell(n)}" for n in shown)
        parts = [f"'id': cast(r.id as varchar), 'properties': {{{cells}}}"]
        parts.append("'createdAt': iso(r.created_at), 'updatedAt': iso(r.modified_at), 'archived': r.is_archived")
        if history:
            kept = [
                f"{_text(h)}: cast(coalesce(r.h_{h}, '[]') as json)"
                for h in history
                if f"h_{h}" in self.columns[object_type]
            ]
            empty = [f"{_text(h)}: []" for h in history if h in have and f"h_{h}" not in self.columns[object_type]]
            parts.append(f"'propertiesWithHistory': {{{', '.join([*kept, *empty])}}}")
        sql = (
            f"select r.id, cast(to_json({{{', '.join(parts)}}}) as varchar) from portal.{object_type} as r "
            f"where {where} order by {order} limit {limit} offset {offset}"
        )
        found = self._run(sql, parameters)
        if not links or not found:
            return found
        linked = self._run(
            'select id, string_agg(\'{"id":"\' || contact_id || \'","type":"to_contact"}\', \',\' order by contact_id) '
            "from portal.links where object_type = $1 and id between $2 and $3 group by id",
            [object_type, found[0][0], found[-1][0]],
        )
        behind = dict(linked)
        return [
            (i, f'{t[:-1]},"associations":{{"contacts":{{"results":[{behind[i]}]}}}}}}' if i in behind else t)
            for i, t in found
        ]

    def page(self, object_type: str, archived: bool, after: int, limit: int) -> tuple[int, int, int | None]:
        """The first and last id of a page from `after` on, and the first of the next; an empty page is (0, -1)."""
        ids = self._ids[object_type, archived]
        start = bisect_left(ids, after)
        if start >= len(ids):
            return 0, -1, None
        end = min(start + limit, len(ids))
        return ids[start], ids[end - 1], ids[end] if end < len(ids) else None

    def count(self, object_type: str, where: str, parameters: list[Any] | None = None) -> int:
        """How many records meet a condition."""
        return int(self._run(f"select count(*) from portal.{object_type} where {where}", parameters)[0][0])

    def indexed(self) -> str:
        """The condition that holds for what the search knows."""
        return f"not is_archived and modified_at <= timestamp '{(self.at - self.index_delay).isoformat(sep=' ')}'"

    def links(self, from_type: str, to_type: str, ids: list[int]) -> dict[int, list[int]]:
        """What each record is linked to."""
        source, target = ("id", "contact_id") if to_type == "contacts" else ("contact_id", "id")
        kind = from_type if to_type == "contacts" else to_type
        found = self._run(
            f"select {source}, list({target} order by {target}) from portal.links where object_type = $1 "
            f"and list_contains($2, {source}) group by 1",
            [kind, ids],
        )
        return dict(found)

    def _columns(self, object_type: str) -> list[str]:
        return [r[0] for r in self.company.con.execute(f"describe portal.{object_type}").fetchall()]

    def _run(self, sql: str, parameters: list[Any] | None = None) -> list[Any]:
        question = f"{sql} {parameters}"
        if question in self._answers:
            return self._answers[question]
        with self._lock:
            try:
                found = self.company.con.execute(sql, parameters or []).fetchall()
            except duckdb.ConversionException:
                return []
        if self.remembers:
            self._answers[question] = found
        return found

    def ask(self, sql: str) -> list[Any]:
        """The rows of any question to the company."""
        return self._run(sql)


def _stamps(stages: Any) -> str:
    found = []
    for s in stages:
        of = f"filter (where s.stage = '{s}')"
        found += [
            f"iso(max(s.moved_at) {of}) as hs_v2_date_entered_{s}",
            f"iso(max(s.left_at) {of}) as hs_v2_date_exited_{s}",
            f"cast(max(s.stay) filter (where s.stage = '{s}' and s.latest = 1) as varchar) as hs_v2_latest_time_in_{s}",
            f"cast(sum(s.stay) {of} as varchar) as hs_v2_cumulative_time_in_{s}",
        ]
    return ", ".join(found)


def _cell(name: str) -> str:
    return "cast(r.id as varchar)" if name == "hs_object_id" else f'r."{name}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
