"""Exports written by a test and read into an empty database, without a run around them."""

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from connectors.files.exports import PARTS, Exports
from connectors.files.text import as_the_database_said
from models.settings.sources import Files

CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 2}


class Read:
    """What was read: `rows(table)` yields dictionaries."""

    def __init__(self) -> None:
        self.con = duckdb.connect(config=CONFIG)
        self.con.execute("set timezone = 'UTC'")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self.con.execute(sql).fetchall()
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.InternalException):
            raise
        except duckdb.Error as e:
            raise as_the_database_said(str(e)) from None

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = self.con.execute(f"select * from {table} order by all")
        names = [d[0] for d in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def column(self, table: str, column: str) -> list[Any]:
        return [row[column] for row in self.rows(table)]

    def findings(self) -> dict[str, int]:
        """`finding:setting` → records."""
        return {f"{f['finding']}:{f['setting']}": f["records"] for f in self.rows("findings")}

    def accounts_for_every_row(self) -> bool:
        return all(f["rows_in"] == f["rows_counted"] + f["rows_reported"] for f in self.rows("export_files"))


def read(folder: Path, zone: str = "UTC", money: str | None = "EUR", **parts: Any) -> Read:
    """Read the exports of `parts` (people, deals, …: as in the settings), of files in `folder`."""
    settings = Files.model_validate(parts).model_dump()
    done = Read()
    with tempfile.TemporaryDirectory() as landing:
        exports = Exports(settings, "acme.yaml", folder, zone, money, done.run, Path(landing))
        merged: dict[str, list[str]] = {}
        for part in (p for p in PARTS if p in parts):
            for table, select in exports.read(part).tables.items():
                done.con.execute(f"create or replace temp table {part}__{table} as {select}")
                merged.setdefault(table, []).append(f"select * from {part}__{table}")
        for table, selects in merged.items():
            done.con.execute(f"create table {table} as {' union all '.join(selects)}")
    return done
