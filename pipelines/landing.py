"""From a CRM's landing files to its raw tables, each stream's cursor with the last of them; then the files go.

Here: what every CRM's step does with what a stream landed. Not here: any CRM's tables, or its SQL.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import duckdb

from connectors.landing import Landing
from connectors.protocol import Landed
from pipelines.table import Table
from pipelines.warehouse import columns_there, comment, transaction

# Read at once: more of them take more memory, and little less time.
FILES_AT_ONCE = 8


@dataclass(frozen=True)
class Files:
    """What is done with the files of one kind, statement by statement; `{files}` stands for their paths."""

    kind: str
    statements: Sequence[str]


def create_tables(con: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> None:
    """The tables that are not there yet, empty and with their comments."""
    for table in tables:
        con.execute(f"create schema if not exists {table.schema}")
        if columns_there(con, table) != {c.name: c.type for c in table.columns}:
            columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
            con.execute(f"create or replace table {table.key} ({columns})")
            comment(con, table, table.key)


def read_cursor(con: duckdb.DuckDBPyConnection, stream: str) -> str | None:
    """Where a stream goes on; None: it was never read to its end."""
    found = con.execute("select cursor from nights.cursors where stream = $1", [stream]).fetchall()
    return found[0][0] if found else None


def write_cursor(con: duckdb.DuckDBPyConnection, stream: str, cursor: str | None) -> None:
    """Keep where a stream goes on."""
    con.execute("delete from nights.cursors where stream = $1", [stream])
    if cursor is not None:
        con.execute("insert into nights.cursors values ($1, $2)", [stream, cursor])


def load(
    con: duckdb.DuckDBPyConnection,
    stream: str,
    landed: Landed,
    landing: Landing,
    first: Sequence[str],
    loads: Sequence[Files],
) -> None:
    """A stream's files into the tables, its cursor with the last of them; then the files are deleted.

    `first` is run before any file. What a transaction holds stays in memory until it ends, so where everything is
    read anew, or the files are of one kind, some of them at a time are one: after a kill between two the cursor is
    still that of before, and all the files are there to be loaded again. Changes of several kinds are one
    transaction, for a record that came without its links would not be read again. Erased records must not live on in
    the files, so they never outlast the load.
    """
    steps = [*_steps(landed, loads)] or [[]]
    if not landed.is_whole and len(loads) > 1:
        steps = [[statement for step in steps for statement in step]]
    for i, statements in enumerate(steps):
        with transaction(con):
            for statement in [*(first if i == 0 else ()), *statements]:
                con.execute(statement)
            if i == len(steps) - 1:
                write_cursor(con, stream, landed.cursor)
    landing.clear()


def _steps(landed: Landed, loads: Sequence[Files]) -> Iterator[list[str]]:
    """The statements over some files of one kind at a time, in order."""
    for step in loads:
        paths = list(landed.files.get(step.kind, ()))
        for i in range(0, len(paths), FILES_AT_ONCE):
            names = ", ".join("'" + p.replace("'", "''") + "'" for p in paths[i : i + FILES_AT_ONCE])
            yield [statement.replace("{files}", f"[{names}]") for statement in step.statements]


class WarehouseRecords:
    """What the warehouse has of a CRM's records, as the connector's protocol asks for it; safe for threads.

    `places` is type of record → (table, id column, condition); `waiting_for` is what a stream waits with → a SELECT
    of the ids.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        places: Mapping[str, tuple[str, str, str]],
        waiting_for: Mapping[str, str],
    ) -> None:
        self._con, self._places, self._waiting_for = con.cursor(), places, waiting_for
        self._lock = Lock()

    def count(self, record_type: str, low: int = 0, high: int | None = None) -> int:
        """Records with low <= id < high."""
        return int(self._rows(record_type, low, high, "count(*)")[0][0])

    def ids(self, record_type: str, low: int = 0, high: int | None = None) -> list[str]:
        """Ids of the records with low <= id < high, ascending."""
        key = self._places[record_type][1]
        return [str(r[0]) for r in self._rows(record_type, low, high, key, f"order by cast({key} as bigint)")]

    def modified_between(self, record_type: str, since: str, until: str, but: Collection[str]) -> int:
        """Records, other than those of the ids `but`, modified between two ISO instants, both included."""
        table, key, condition = self._places[record_type]
        return int(
            self._query(
                f"select count(*) from {table} where {condition} and modified_at between "
                f"cast(cast($1 as timestamptz) at time zone 'UTC' as timestamp) and "
                f"cast(cast($2 as timestamptz) at time zone 'UTC' as timestamp) and not list_contains($3, {key})",
                [since, until, list(but)],
            )[0][0]
        )

    def same(self, record_type: str, modified: Mapping[str, str]) -> set[str]:
        """Those ids of `modified` (id → ISO instant) that are there as they were modified at that instant."""
        table, key, condition = self._places[record_type]
        found = self._query(
            f"select t.{key} from {table} as t "
            "join (select unnest($1::varchar[]) as id, unnest($2::varchar[]) as modified) as g on "
            f"g.id = t.{key} where {condition} "
            "and t.modified_at = cast(try_cast(g.modified as timestamptz) at time zone 'UTC' as timestamp)",
            [list(modified), list(modified.values())],
        )
        return {str(r[0]) for r in found}

    def waiting(self, what: str) -> list[str]:
        """Ids that a stream left for another one to read further."""
        return [str(r[0]) for r in self._query(self._waiting_for[what], [])]

    def _rows(self, record_type: str, low: int, high: int | None, what: str, order: str = "") -> list[tuple]:  # type: ignore[type-arg]
        table, key, condition = self._places[record_type]
        number = f"cast({key} as bigint)"
        within = f"{number} >= {low}" if low else "true"
        within += f" and {number} < {high}" if high is not None else ""
        return self._query(f"select {what} from {table} where {condition} and {within} {order}", [])

    def _query(self, sql: str, parameters: list[object]) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._con.execute(sql, parameters).fetchall()


Say = Callable[[str], None]
