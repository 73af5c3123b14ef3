"""The account's own DuckDB, and the one rule that builds every table in it.

Here: opening it, replacing a table or a night's rows of it, checking it, reading it back. Not here: what the tables
hold.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

from pipelines.table import Plot, Table

if TYPE_CHECKING:
    import pandas as pd

CONFIG: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "2GB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

# Groups of a plot beyond these are left out: a chart each would bury the others.
PLOTTED_GROUPS = 20

OPEN_NIGHT = "(select n.as_of from settings.night as n)"


class TableChangedError(Exception):
    """A nightly table lost or retyped a column: its past nights would no longer mean what they say."""


class NoOpenNightError(Exception):
    """A table was to be built before any night was opened."""


@dataclass(frozen=True)
class CheckOutcome:
    """How a table fared at one of its checks."""

    name: str
    condition: str
    broken_rows: int
    """rows, or groups of the grain, that break it"""


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-write connection to the warehouse, made where there is none; closed at the end of the block.

    The session's time zone is UTC.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    spill = str(path.parent / ".spill")
    with duckdb.connect(str(path), config=CONFIG | {"temp_directory": spill}) as con:
        con.execute("set timezone = 'UTC'")
        con.execute("create schema if not exists nights")
        # The run that opened the night, and for each table the night it was last built for.
        con.execute("create table if not exists nights.open (run_id varchar)")
        con.execute("create table if not exists nights.builds (table_key varchar, run_id varchar)")
        con.execute("create table if not exists nights.cursors (stream varchar, cursor varchar)")
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


def build(con: duckdb.DuckDBPyConnection, table: Table, select: str) -> int:
    """Build `table` from a SELECT, by the one rule, in one transaction; returns its rows (of the open night).

    A nightly table's rows of the open night are replaced and the others left; any other table is replaced. New
    columns of a nightly table are NULL for the past. Raises TableChangedError when a nightly table lost a column or
    changed a type, NoOpenNightError before the first night.
    """
    with transaction(con):
        return build_within(con, table, select)


def build_within(con: duckdb.DuckDBPyConnection, table: Table, select: str) -> int:
    """The build rule inside a transaction of the caller's."""
    night = open_run_id(con)
    if night is None:
        raise NoOpenNightError(f"No night is open, so {table.key} cannot be built; materialize `settings` first.")
    listed = ", ".join(_quoted(c.name) for c in table.columns)
    con.execute(f"create schema if not exists {table.schema}")
    if table.is_nightly:
        if columns_there(con, table):
            _add_new_columns(con, table)
        else:
            create(con, table)
        # The SELECT may read the table's own rows, those of tonight included: first make the new ones.
        con.execute(f"create or replace temp table tonight as select {listed} from ({select})")
        con.execute(f"delete from {table.key} where as_of = {OPEN_NIGHT}")
        con.execute(f"insert into {table.key} ({listed}) select {listed} from tonight")
        con.execute("drop table tonight")
    else:
        con.execute(f"create or replace table {table.key} as select {listed} from ({select})")
    comment(con, table, table.key)
    con.execute("delete from nights.builds where table_key = $1", [table.key])
    con.execute("insert into nights.builds values ($1, $2)", [table.key, night])
    return int(con.execute(f"select count(*) from {table.key} {tonight_only(table)}").fetchall()[0][0])


def withdraw(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Forget that the table was built for the open night, so that the night cannot be published with it."""
    con.execute("delete from nights.builds where table_key = $1", [table.key])


def build_rows(con: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Any]) -> int:
    """Build `table` from dataclass instances, by way of a file, as every row enters the warehouse."""
    with rows_as_select(table, rows) as select:
        return build(con, table, select)


@contextmanager
def rows_as_select(table: Table, rows: Iterable[Any]) -> Iterator[str]:
    """A SELECT that yields dataclass instances as rows of `table`, typed as the table declares them."""
    columns = ", ".join(f"'{c.name}': '{c.type}'" for c in table.columns)
    with tempfile.TemporaryDirectory(prefix="sla-rows-") as folder:
        file = Path(folder) / f"{table.name}.ndjson"
        with file.open("wb") as out:
            for row in rows:
                out.write(orjson.dumps({f.name: getattr(row, f.name) for f in fields(row)}) + b"\n")
        yield f"select * from read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})"


def open_run_id(con: duckdb.DuckDBPyConnection) -> str | None:
    """The run that opened the night that is open; None before the first."""
    found = con.execute("select run_id from nights.open").fetchall()
    return found[0][0] if found else None


def check(con: duckdb.DuckDBPyConnection, table: Table) -> list[CheckOutcome]:
    """How the table, or its rows of the open night, fare at its grain and its checks."""
    outcomes = []
    if table.grain:
        grain = ", ".join(_quoted(c) for c in table.grain)
        twice = con.execute(
            f"select count(*) from (select {grain} from {table.key} {tonight_only(table)} group by {grain}"
            " having count(*) > 1)"
        ).fetchall()[0][0]
        outcomes.append(CheckOutcome("grain", f"one row for each {', '.join(table.grain)}", twice))
    if table.checks:
        counts = ", ".join(f"count(*) filter (where not ({c.condition}))" for c in table.checks)
        found = con.execute(f"select {counts} from {table.key} {tonight_only(table)}").fetchall()[0]
        outcomes += [CheckOutcome(c.name, c.condition, n) for c, n in zip(table.checks, found, strict=True)]
    return outcomes


def plotted(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, float]:
    """The figures of the open night that are plotted, by name; what cannot be computed is left out."""
    found = {}
    for plot in table.plots:
        for group, value in con.execute(plot_query(plot, table)).fetchall():
            if value is not None:
                found[f"{plot.name} {group}" if group else plot.name] = float(value)
    return found


def plot_query(plot: Plot, table: Table) -> str:
    """The SELECT of a plot: (group, value)."""
    source = f"(select * from {table.key} {tonight_only(table)}) as night"
    if plot.by is None:
        return f"select null, {plot.value} from {source}"
    groups = f"select {plot.by}, {plot.value} from {source} group by 1 having {plot.by} is not null"
    return f"{groups} order by 1 limit {PLOTTED_GROUPS}"


def read_rows(con: duckdb.DuckDBPyConnection, table: Table, row: type) -> list[Any]:
    """The rows of a table as instances of the dataclass `row`, in order; of a nightly table, the open night's."""
    listed = ", ".join(_quoted(f.name) for f in fields(row))
    found = con.execute(f"select {listed} from {table.key} {tonight_only(table)} order by rowid").fetchall()
    return [row(*values) for values in found]


def read_frame(con: duckdb.DuckDBPyConnection, table: Table) -> "pd.DataFrame":
    """The rows of a table as a data frame, in an order of their own; of a nightly table, the open night's."""
    return con.execute(f"select * from {table.key} {tonight_only(table)} order by all").df()


def tonight_only(table: Table) -> str:
    """The WHERE that leaves the open night's rows of a nightly table; nothing for any other."""
    return f"where as_of = {OPEN_NIGHT}" if table.is_nightly else ""


def columns_there(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """The columns the table has in the database, with their types; empty where there is no such table."""
    return dict(
        con.execute(
            "select column_name, data_type from information_schema.columns where table_catalog = current_database()"
            " and table_schema = $1 and table_name = $2 order by ordinal_position",
            [table.schema, table.name],
        ).fetchall()
    )


def create(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """The table, empty, with its columns as declared and their comments."""
    con.execute(f"create table {table.key} ({', '.join(f'{_quoted(c.name)} {c.type}' for c in table.columns)})")
    comment(con, table, table.key)


def _add_new_columns(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    there = columns_there(con, table)
    wanted = {c.name: c.type for c in table.columns}
    lost = [n for n in there if n not in wanted]
    retyped = [n for n, t in wanted.items() if n in there and there[n].upper() != t.upper()]
    if lost or retyped:
        raise TableChangedError(
            f"{table.key} keeps every night, and its columns {', '.join(lost + retyped)} were dropped or retyped; "
            "bring them back, or give the new meaning a new name."
        )
    for name, kind in wanted.items():
        if name not in there:
            con.execute(f"alter table {table.key} add column {_quoted(name)} {kind}")


def comment(con: duckdb.DuckDBPyConnection, table: Table, key: str) -> None:
    """Write the table's and its columns' descriptions into the database, on the table called `key`."""
    con.execute(f"comment on table {key} is {literal(table.description)}")
    for column in table.columns:
        con.execute(f"comment on column {key}.{_quoted(column.name)} is {literal(column.description)}")


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return f'"{name}"'
