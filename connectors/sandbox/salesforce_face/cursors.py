"""REST queries: the first page and the next ones, by locators that live as long as the org stands still.

Here: pages. Not here: what a query means (`asking`), or HTTP (`app`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from connectors.sandbox.salesforce_face.asking import Asked, understood
from connectors.sandbox.salesforce_face.errors import Refusal, bad_locator
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.soql import read

PAGE = 2000


@dataclass
class _Cursor:
    asked: Asked
    rows: np.ndarray[Any, Any]
    size: int
    generation: int


class Cursors:
    """The queries that are being read."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self._open: dict[str, _Cursor] = {}
        self._count = 0
        self._lock = threading.Lock()

    def first(self, soql: str, include_deleted: bool, version: str, size: int = PAGE) -> dict[str, Any]:
        """The answer to a query; raises a `Refusal`."""
        asked = understood(self.org, read(soql), include_deleted)
        if asked.query.is_count:
            found = self.org.ask(f"select count(*) from {asked.tables} where {asked.where_sql()}", asked.objects)
            return {"totalSize": found[0][0], "done": True, "records": []}
        if asked.query.is_aggregate:
            return self._groups(asked)
        asked.json_sql(version)  # names every join there is
        with self.org.cursor(asked.objects) as con:
            rows = np.asarray(con.execute(asked.rows_sql()).fetchnumpy()["rowid"])
        cursor = _Cursor(asked, rows, size, self.org.generation)
        key = ""
        if len(rows) > size:
            with self._lock:
                self._count += 1
                key = f"0r8{self._count:09d}AAAAAA"
                self._open[key] = cursor
        return self._page(cursor, key, 0, version)

    def next(self, locator: str, version: str) -> dict[str, Any]:
        """The page behind a locator, as often as it is asked for; raises a `Refusal` for a lost one."""
        key, _, start = locator.rpartition("-")
        cursor = self._open.get(key)
        if cursor is None or not start.isdigit() or cursor.generation != self.org.generation:
            raise bad_locator()
        return self._page(cursor, key, int(start), version)

    def forget(self) -> None:
        """Lose every cursor."""
        self._open.clear()

    def _page(self, cursor: _Cursor, key: str, start: int, version: str) -> dict[str, Any]:
        asked = cursor.asked
        rows = cursor.rows[start : start + cursor.size].tolist()
        records = []
        if rows:
            with self.org.cursor(asked.objects) as con:
                numbered = (
                    "(select unnest($1::bigint[]) as r, generate_subscripts($1::bigint[], 1) as n) as p "
                    "join " + asked.tables.replace(" as t ", " as t on t.rowid = p.r ", 1)
                )
                sql = f"select {asked.json_sql(version)} from {numbered} order by p.n"
                found = con.execute(sql, [rows]).fetchall()
            records = [orjson.Fragment(r[0]) for r in found]
        end = start + cursor.size
        answer: dict[str, Any] = {"totalSize": len(cursor.rows), "done": end >= len(cursor.rows)}
        if not answer["done"]:
            way = "queryAll" if asked.include_deleted else "query"
            answer["nextRecordsUrl"] = f"/services/data/v{version}/{way}/{key}-{end}"
        return answer | {"records": records}

    def _groups(self, asked: Asked) -> dict[str, Any]:
        sql, names = asked.aggregate_sql()
        found = self.org.ask(sql, asked.objects)
        if len(found) > PAGE:
            raise Refusal(
                400,
                "EXCEEDED_ID_LIMIT",
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
            )
        records = [
            {"attributes": {"type": "AggregateResult"}} | dict(zip(names, map(_plain, r), strict=True)) for r in found
        ]
        return {"totalSize": len(records), "done": True, "records": records}


def _plain(value: Any) -> Any:
    if hasattr(value, "hour"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return value.isoformat() if hasattr(value, "isoformat") else value
