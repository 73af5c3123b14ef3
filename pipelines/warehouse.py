"""The account's own DuckDB, and the one rule that builds every table in it.

Here: opening it, replacing a table or a night's rows of it, reading it back. Not here: what the tables hold.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

import duckdb
import orjson

CONFIG: dict[str, Any] = {"threads": 2, "memory_limit": "2GB", "autoinstall_known_extensions": "false"}


class ColumnLike(Protocol):
    """A column of a table: its name, SQL type and what it means."""

    @property
    def name(self) -> str:
        """The column's name."""

    @property
    def type(self) -> str:
        """Its SQL type."""

    @property
    def description(self) -> str:
        """What it means, with its unit."""


class TableLike(Protocol):
    """What the build rule needs to know of a table."""

    @property
    def schema(self) -> str:
        """Its schema: the folder of its file."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def description(self) -> str:
        """What it holds."""

    @property
    def columns(self) -> Sequence[ColumnLike]:
        """Its columns in order."""


class TableChangedError(Exception):
    """A nightly table lost or retyped a column: its past nights would no longer mean what they say."""


class NoOpenNightError(Exception):
    """A table was to be built before any night was opened."""


@dataclass(frozen=True)
class Built:
    """What the build rule did."""

    rows: int
    """rows of the open night, or of the table where it has no nights"""


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-write connection to the warehouse, made where there is none; closed at the end of the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    spill = str(path.parent / ".spill")
    with duckdb.connect(str(path), config=CONFIG | {"temp_directory": spill}) as con:
        con.execute("create schema if not exists nights")
        con.execute("create table if not exists nights.open (run_id varchar)")
        con.execute("create table if not exists nights.builds (table_key varchar, run_id varchar)")
        yield con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block or none of it."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def build(con: duckdb.DuckDBPyConnection, table: TableLike, select: str) -> Built:
    """Build `table` from a SELECT, by the one rule, in one transaction.

    A result with a column `as_of` replaces the rows of the open night and leaves the others; any other result
    replaces the table. New columns of a nightly table are NULL for the past. Raises TableChangedError when a
    nightly table lost a column or changed a type, NoOpenNightError before the first night.
    """
    with transaction(con):
        return build_within(con, table, select)


def build_within(con: duckdb.DuckDBPyConnection, table: TableLike, select: str) -> Built:
    """The build rule inside a transaction of the caller's."""
    names = [c.name for c in table.columns]
    listed = ", ".join(_quoted(n) for n in names)
    key = f"{table.schema}.{table.name}"
    con.execute(f"create schema if not exists {table.schema}")
    if "as_of" in names and _columns_of(con, table):
        _add_new_columns(con, table)
        con.execute(f"delete from {key} where as_of = (select as_of from settings.night)")
        con.execute(f"insert into {key} ({listed}) select {listed} from ({select})")
    else:
        con.execute(f"create or replace table {key} as select {listed} from ({select})")
    _comment(con, table)
    run = con.execute("select run_id from nights.open").fetchall()
    if not run:
        raise NoOpenNightError(f"No night is open, so {key} cannot be built; materialize `settings` first.")
    con.execute("delete from nights.builds where table_key = $1", [key])
    con.execute("insert into nights.builds values ($1, $2)", [key, run[0][0]])
    only = "where as_of = (select as_of from settings.night)" if "as_of" in names else ""
    return Built(rows=con.execute(f"select count(*) from {key} {only}").fetchall()[0][0])


def build_rows(con: duckdb.DuckDBPyConnection, table: TableLike, rows: Iterable[Any]) -> Built:
    """Build `table` from dataclass instances, by way of a file, as every row enters the warehouse."""
    with rows_as_select(table, rows) as select:
        return build(con, table, select)


@contextmanager
def rows_as_select(table: TableLike, rows: Iterable[Any]) -> Iterator[str]:
    """A SELECT that yields dataclass instances as rows of `table`, typed as the table declares them."""
    columns = ", ".join(f"'{c.name}': '{c.type}'" for c in table.columns)
    with tempfile.TemporaryDirectory(prefix="sla-rows-") as folder:
        file = Path(folder) / f"{table.name}.ndjson"
        with file.open("wb") as out:
            for row in rows:
                out.write(orjson.dumps({f.name: getattr(row, f.name) for f in fields(row)}) + b"\n")
        yield f"select * from read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})"


def read_rows(con: duckdb.DuckDBPyConnection, key: str, row: type) -> list[Any]:
    """The rows of `schema.table` as instances of the dataclass `row`; of a nightly table, the open night's."""
    names = [f.name for f in fields(row)]
    listed = ", ".join(_quoted(n) for n in names)
    found = con.execute(f"select {listed} from {key} {_tonight(names)}").fetchall()
    return [row(*values) for values in found]


def read_frame(con: duckdb.DuckDBPyConnection, table: TableLike) -> Any:
    """The rows of a table as a pandas DataFrame; of a nightly table, the open night's."""
    names = [c.name for c in table.columns]
    return con.execute(f"select * from {table.schema}.{table.name} {_tonight(names)}").df()


def _tonight(names: Sequence[str]) -> str:
    return "where as_of = (select as_of from settings.night)" if "as_of" in names and "account" not in names else ""


def _columns_of(con: duckdb.DuckDBPyConnection, table: TableLike) -> dict[str, str]:
    return dict(
        con.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = $1 and table_name = $2 order by ordinal_position",
            [table.schema, table.name],
        ).fetchall()
    )


def _add_new_columns(con: duckdb.DuckDBPyConnection, table: TableLike) -> None:
    there = _columns_of(con, table)
    wanted = {c.name: c.type for c in table.columns}
    key = f"{table.schema}.{table.name}"
    lost = [n for n in there if n not in wanted]
    retyped = [n for n, t in wanted.items() if n in there and there[n].upper() != t.upper()]
    if lost or retyped:
        raise TableChangedError(
            f"{key} keeps every night, and its columns {', '.join(lost + retyped)} were dropped or retyped; "
            "bring them back, or give the new meaning a new name."
        )
    for name, kind in wanted.items():
        if name not in there:
            con.execute(f"alter table {key} add column {_quoted(name)} {kind}")


def _comment(con: duckdb.DuckDBPyConnection, table: TableLike) -> None:
    key = f"{table.schema}.{table.name}"
    con.execute(f"comment on table {key} is {literal(table.description)}")
    for column in table.columns:
        con.execute(f"comment on column {key}.{_quoted(column.name)} is {literal(column.description)}")


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return f'"{name}"'
