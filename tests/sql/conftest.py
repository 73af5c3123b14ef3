"""A warehouse in memory for tests of sql/: rows in, one file or the whole chain built as a night does, rows out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from models.open_night import OpenNight, open_night, zone_of
from models.settings.account import AccountSettings
from pipelines.catalog import SETTINGS, catalog
from pipelines.warehouse import CONFIG, build, build_rows, check

Row = dict[str, Any]


class Warehouse:
    """Every table of the catalog, empty and with its real types; a test fills what its file reads."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.tables = catalog().tables
        con.execute("set timezone = 'UTC'")
        con.execute("create schema nights")
        con.execute("create table nights.open (run_id varchar)")
        con.execute("insert into nights.open values ('test')")
        con.execute("create table nights.builds (table_key varchar, run_id varchar)")
        for schema in sorted({t.schema for t in self.tables.values()}):
            con.execute(f"create schema {schema}")
        con.execute(
            ";".join(
                f"create table {t.key} ({', '.join(f'{c.name} {c.type}' for c in t.columns)})"
                for t in self.tables.values()
            )
        )

    def night(self, as_of: str = "2026-03-31", cut_off: str | None = None, **settings: Any) -> OpenNight:
        """Open the night of `as_of` with these account settings; read at `cut_off` (UTC), by default 05:00 local.

        Without a cut-off the night is that of yesterday; with one of a later day it is a replay.
        """
        given: Row = {
            "sources": {"files": {"people": {"path": "people.csv", "id": "Id"}}},
            "target": {"revenue": 100000.0, "start": "2026-01-01", "end": "2026-12-31"},
            "currency": "EUR",
        }
        account = AccountSettings.model_validate(given | settings)
        day = date.fromisoformat(as_of)
        morning = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone_of(account)).replace(hour=5)
        now = datetime.fromisoformat(cut_off).replace(tzinfo=UTC) if cut_off else morning
        opened = open_night("acme", account, now=now, as_of=day)
        for table in SETTINGS:
            contents = getattr(opened, table.name)
            build_rows(self.con, table, contents if isinstance(contents, list) else [contents])
        return opened

    def put(self, key: str, *rows: Row) -> None:
        """Add rows to a table; a column that a row does not name is NULL."""
        for row in rows:
            marks = ", ".join(f"${i + 1}" for i in range(len(row)))
            self.con.execute(f"insert into {key} ({', '.join(row)}) values ({marks})", list(row.values()))

    def build(self, key: str, *columns: str) -> list[Row]:
        """Build one table from what is there; its grain and checks must hold. Its rows in order, as dicts."""
        table = self.tables[key]
        build(self.con, table, str(table.sql))
        broken = [f"{c.condition}: {c.broken_rows}" for c in check(self.con, table) if c.broken_rows]
        assert not broken, f"{key}: {broken}"
        return self.rows(key, *columns)

    def run(self, key: str, *columns: str) -> list[Row]:
        """Build the table after every SQL table it is made from, as a night does."""
        wanted, found = [key], set()
        while wanted:
            table = self.tables[wanted.pop()]
            if table.sql is not None and table.key not in found:
                found.add(table.key)
                wanted += table.reads
        for one in (k for k in self.tables if k in found):
            self.build(one)
        return self.rows(key, *columns)

    def rows(self, key: str, *columns: str) -> list[Row]:
        """The table's rows, ordered by the columns asked for."""
        names = list(columns) or [c.name for c in self.tables[key].columns]
        found = self.con.execute(f"select {', '.join(names)} from {key} order by all nulls first").fetchall()
        return [dict(zip(names, values, strict=True)) for values in found]

    def values(self, key: str, *columns: str, run: bool = False) -> list[Any]:
        """As `build` (or `run`), each row as a tuple; of one column, the bare values."""
        rows = self.run(key, *columns) if run else self.build(key, *columns)
        return [tuple(r.values()) if len(columns) != 1 else next(iter(r.values())) for r in rows]


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with duckdb.connect(config=CONFIG) as con:
        yield Warehouse(con)
