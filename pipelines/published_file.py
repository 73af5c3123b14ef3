"""The file RevOps opens: written aside, put in place by one rename, read without ever getting in its way.

Here: the file. Not here: when it is due (`published_step`).
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.table import Table
from pipelines.warehouse import comment, literal

# BI tools bundle older DuckDBs; files of this version are read from DuckDB 1.2 on.
STORAGE_VERSION = "v1.2.0"

EARLIER = ".earlier-"


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to a published file, as it stands now; the database is called `reporting`.

    Queries cannot reach other files. Where another program holds the file open for writing, a copy is read.
    """
    config = {"enable_external_access": "false", "autoinstall_known_extensions": "false"}
    try:
        con = duckdb.connect(str(path), read_only=True, config=config)
    except (duckdb.IOException, duckdb.ConnectionException):
        with tempfile.TemporaryDirectory(prefix="sla-published-") as folder:
            copy = Path(folder) / path.name
            shutil.copyfile(path, copy)
            with duckdb.connect(str(copy), read_only=True, config=config) as copied:
                yield copied
        return
    with con:
        yield con


def published_runs(path: Path) -> dict[str, datetime]:
    """The runs that the published file says have succeeded, and when (UTC); none where there is no file."""
    if not path.exists():
        return {}
    with open_published(path) as con:
        return dict(con.execute("select run_id, finished_at from runs where status = 'succeeded'").fetchall())


def published_nights(path: Path) -> list[date]:
    """The nights the published file holds, oldest first; none where there is no file."""
    if not path.exists():
        return []
    with open_published(path) as con:
        found = con.execute("select distinct as_of from runs where status = 'succeeded' order by as_of").fetchall()
    return [row[0] for row in found]


def write_published(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    tables: Iterable[Table],
    as_of: date,
    full_refresh: bool,
    run_log: str,
) -> None:
    """Put the reporting tables of the open night into the published file, all of them or none.

    Nights published before stay as they were, but for `as_of` itself where it is the latest or `full_refresh` asks
    for it. A night before the latest brings its own rows only; tables without nights stay those of the latest.
    `run_log` is the table or view to publish as `runs`, in which tonight's run has succeeded.
    """
    nights = published_nights(path)
    is_latest = not nights or as_of >= nights[-1]
    keeps_own = as_of in nights and not is_latest and not full_refresh
    aside = path.with_suffix(".next")
    _remove_leftovers(path, aside)
    with _earlier(con, path if nights else None):
        con.execute(f"attach {literal(str(aside))} as aside (storage_version '{STORAGE_VERSION}')")
        try:
            con.execute("begin")
            for table in tables:
                source = run_log if table.name == "runs" else table.key
                _write(con, table, source, as_of, bool(nights), is_latest, keeps_own)
            con.execute("commit")
        finally:
            con.execute("detach aside")
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(path)
    # Left by a program that opened the old file for writing, it would make the new one unreadable.
    _remove(path.with_name(path.name + ".wal"), aside.with_name(aside.name + ".wal"))


def _write(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    as_of: date,
    has_earlier: bool,
    is_latest: bool,
    keeps_own: bool,
) -> None:
    names = [c.name for c in table.columns]
    target = f"aside.main.{table.name}"
    listed = ", ".join(f'"{n}"' for n in names)
    con.execute(f"create table {target} ({', '.join(f'{chr(34)}{c.name}{chr(34)} {c.type}' for c in table.columns)})")
    there = _earlier_columns(con, table) if has_earlier else set()
    old = ", ".join(f'"{n}"' if n in there else f'null as "{n}"' for n in names)
    tonight = f"as_of = {literal(as_of.isoformat())}"
    if table.is_nightly and there:
        others = "true" if keeps_own else f"not ({tonight})"
        con.execute(f"insert into {target} ({listed}) select {old} from earlier.main.{table.name} where {others}")
        if not keeps_own:
            con.execute(f"insert into {target} ({listed}) select {listed} from {source} where {tonight}")
    elif table.is_nightly:
        # The warehouse also holds what was built of nights that came to nothing.
        succeeded = "select r.as_of from reporting.runs as r where r.status = 'succeeded'"
        con.execute(
            f"insert into {target} ({listed}) select {listed} from {source} where {tonight} or as_of in ({succeeded})"
        )
    elif table.name != "runs" and there and not is_latest:
        con.execute(f"insert into {target} ({listed}) select {old} from earlier.main.{table.name}")
    else:
        con.execute(f"insert into {target} ({listed}) select {listed} from {source}")
    comment(con, table, target)


def _earlier_columns(con: duckdb.DuckDBPyConnection, table: Table) -> set[str]:
    found = con.execute(
        "select column_name from duckdb_columns() where database_name = 'earlier' and table_name = $1", [table.name]
    ).fetchall()
    return {row[0] for row in found}


@contextmanager
def _earlier(con: duckdb.DuckDBPyConnection, path: Path | None) -> Iterator[None]:
    """The published file attached as `earlier`: a copy, so that no reader who holds it open is in the way."""
    if path is None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix=EARLIER, dir=path.parent) as folder:
        copy = Path(folder) / "earlier.duckdb"
        shutil.copyfile(path, copy)
        con.execute(f"attach {literal(str(copy))} as earlier (read_only)")
        try:
            yield
        finally:
            con.execute("detach earlier")


def _remove_leftovers(path: Path, aside: Path) -> None:
    """What a killed run left of its publishing; its log would be replayed into the new file."""
    _remove(aside, aside.with_name(aside.name + ".wal"))
    for folder in path.parent.glob(f"{EARLIER}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
