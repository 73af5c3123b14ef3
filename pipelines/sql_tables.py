"""The files in sql/ as tables: read, linted, bound in order against an empty database.

Here: all of them together. Not here: reading one file (`sql_files`), or what is kept of this (`kept_sql_tables`).
"""

from collections import defaultdict
from pathlib import Path

import duckdb

from pipelines.sql_files import SqlFile, described_columns, read_sql_file
from pipelines.sql_lint import lint
from pipelines.table import SqlFileError, Table, ordered
from pipelines.warehouse import plot_query


def sql_tables(folder: Path, declared: dict[str, Table]) -> dict[str, Table]:
    """The files of `folder` as tables, typed by an empty database that has the declared tables.

    Raises SqlFileError for a file that is not one documented, portable SELECT over tables there are.
    """
    files = {f.key: f for f in map(read_sql_file, sorted(folder.glob("*/*.sql")))}
    for file in files.values():
        for remedy in lint(file.tree):
            raise SqlFileError(f"{file.path}: {remedy}")
        if file.key in declared:
            raise SqlFileError(f"{file.path}: there is a table {file.key} already; give the file another name")
    schema: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    tables: dict[str, Table] = {}
    graph = {f.key: {r for r in f.reads if r in files} for f in files.values()}
    with duckdb.connect() as con:
        for s in {t.schema for t in declared.values()} | {f.schema for f in files.values()}:
            con.execute(f"create schema {s}")
        for table in declared.values():
            schema[table.schema][table.name] = _created(con, table.key, [(c.name, c.type) for c in table.columns])
        for key in ordered(graph):
            file = files[key]
            try:
                bound = _columns(con, file)
                schema[file.schema][file.name] = _created(con, key, bound)
            except duckdb.Error as e:
                raise SqlFileError(f"{file.path}: {str(e).splitlines()[0]}") from None
            columns = described_columns(file, bound, schema)
            tables[key] = Table(
                file.schema,
                file.name,
                file.description,
                columns,
                file.grain,
                file.checks,
                file.plots,
                file.reads,
                file.sql,
                file.code_version,
            )
            _try_header(con, file, tables[key])
    return tables


def _try_header(con: duckdb.DuckDBPyConnection, file: SqlFile, table: Table) -> None:
    """Run the file's checks and plots over the empty table; raises SqlFileError for one that cannot be."""
    tries = [(f"check: {c.condition}", f"select 1 from {table.key} where not ({c.condition})") for c in file.checks]
    tries += [(f"plot: {p.name}", plot_query(p, table)) for p in file.plots]
    for said, query in tries:
        try:
            con.execute(query)
        except duckdb.Error as e:
            raise SqlFileError(f"{file.path}: {said}: {str(e).splitlines()[0]}") from None


def _columns(con: duckdb.DuckDBPyConnection, file: SqlFile) -> list[tuple[str, str]]:
    """The names and types of what the file's SELECT yields."""
    if not file.reads_itself:
        return [(row[0], row[1]) for row in con.execute(f"describe {file.sql}").fetchall()]
    # Its own columns are of no type at first, then of that which the SELECT makes of them.
    names = [f'"{n}"' for n in file.tree.named_selects]
    con.execute(f"create view {file.key} as select {', '.join(f'null as {n}' for n in names)} where false")
    found = con.execute(f"describe {file.sql}").fetchall()
    con.execute(f"drop view {file.key}")
    return [(row[0], row[1]) for row in found]


def _created(con: duckdb.DuckDBPyConnection, key: str, columns: list[tuple[str, str]]) -> dict[str, str]:
    """An empty table with these columns; returns them as a mapping."""
    con.execute(f"create table {key} ({', '.join(f'{chr(34)}{n}{chr(34)} {kind}' for n, kind in columns)})")
    return dict(columns)
