"""Every table of the warehouse: declared in models/ and connectors/, or a file in sql/; bound, ordered, traced.

Here: the list and its order. Adding a table is adding a file in sql/, or a dataclass and a function to PLAN.
"""

import graphlib
import inspect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb

from connectors.files import TABLES as FILES_TABLES
from connectors.hubspot.tables import TABLES as HUBSPOT_TABLES
from connectors.salesforce.tables import TABLES as SALESFORCE_TABLES
from models.agreements import Agreement, agreements
from models.average_deal import AverageDeal, average_deal
from models.conversion_rates import ConversionRate, conversion_rates
from models.forecast import Forecast, forecast
from models.gap import SlaGap
from models.night import (
    CalendarDay,
    Commitment,
    Night,
    RepShare,
    SalesSource,
    ScenarioChange,
    Stage,
    StageMapping,
    Target,
)
from models.required_funnel import RequiredFunnel, required_funnel
from models.required_reps import RequiredReps, required_reps
from models.required_weekly import RequiredWeekly, required_weekly
from models.run_log import Run
from models.scenarios import Scenario, scenarios
from models.sla_gaps import sla_gaps
from models.step_delays import StepDelay, step_delays
from pipelines.paths import SQL
from pipelines.sql_files import SqlFile, SqlFileError, described_columns, read_sql_file
from pipelines.sql_lint import lint
from pipelines.table import Table, table_of
from pipelines.warehouse import plot_query

SETTINGS = (
    table_of("settings", "night", Night),
    table_of("settings", "stages", Stage),
    table_of("settings", "mapping", StageMapping),
    table_of("settings", "sales_sources", SalesSource),
    table_of("settings", "calendar", CalendarDay),
    table_of("settings", "targets", Target),
    table_of("settings", "commitments", Commitment),
    table_of("settings", "rep_shares", RepShare),
    table_of("settings", "scenario_changes", ScenarioChange),
)
RUNS = table_of("reporting", "runs", Run)
RAW_FILES = tuple(table_of("raw_files", t.TABLE, t) for t in FILES_TABLES)
RAW_HUBSPOT = tuple(table_of("raw_hubspot", t.TABLE, t) for t in HUBSPOT_TABLES)
RAW_SALESFORCE = tuple(table_of("raw_salesforce", t.TABLE, t) for t in SALESFORCE_TABLES)
RAW = (*RAW_FILES, *RAW_HUBSPOT, *RAW_SALESFORCE)
PLAN = (
    (ConversionRate, conversion_rates),
    (AverageDeal, average_deal),
    (StepDelay, step_delays),
    (Agreement, agreements),
    (RequiredFunnel, required_funnel),
    (RequiredWeekly, required_weekly),
    (RequiredReps, required_reps),
    (Forecast, forecast),
    (Scenario, scenarios),
    (SlaGap, sla_gaps),
)

# Where a parameter of a plan function looks for the table of its name, in this order.
READ_FROM = ("settings", "reporting", "funnel")


class Catalog:
    """All tables by key, each after those it reads."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = {t.key: t for t in tables}

    def of_schema(self, schema: str) -> list[Table]:
        """The tables of a schema."""
        return [t for t in self.tables.values() if t.schema == schema]

    @property
    def published(self) -> list[Table]:
        """The tables that RevOps reads."""
        return self.of_schema("reporting")


@cache
def catalog() -> Catalog:
    """The project's own catalog, read once a process."""
    return read_catalog(SQL)


def read_catalog(folder: Path) -> Catalog:
    """Every table, with the SQL files of `folder` bound against an empty database.

    Raises SqlFileError for a file that is not one documented, portable SELECT over tables there are.
    """
    files = {f.key: f for f in map(read_sql_file, sorted(folder.glob("*/*.sql")))}
    for file in files.values():
        for remedy in lint(file.tree):
            raise SqlFileError(f"{file.path}: {remedy}")
    declared = {t.key: t for t in (*SETTINGS, RUNS, *RAW)}
    names = {f.key for f in files.values()} | set(declared) | {f"{_schema_of(row)}.{f.__name__}" for row, f in PLAN}
    plans = {t.key: t for t in (_plan_table(row, function, names) for row, function in PLAN)}
    for file in files.values():
        if file.key in declared | plans:
            raise SqlFileError(f"{file.path}: there is a table {file.key} already; give the file another name")
    bound = _bound(files, declared | plans)
    everything = declared | plans | bound
    return Catalog(everything[k] for k in _ordered({k: set(t.reads) - {k} for k, t in everything.items()}))


def _ordered(graph: dict[str, set[str]]) -> list[str]:
    """Each key after those it reads."""
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as e:
        raise SqlFileError(f"{' ← '.join(e.args[1])}: these tables read each other; break the circle") from None


def _schema_of(row: type) -> str:
    """The schema of a plan table: reporting, unless its dataclass names another."""
    return str(getattr(row, "SCHEMA", "reporting"))


def _plan_table(row: type, function: object, names: set[str]) -> Table:
    assert callable(function)  # noqa: S101
    table = table_of(_schema_of(row), function.__name__, row, function)
    reads = []
    for parameter in inspect.signature(function).parameters:
        key = next((k for s in READ_FROM if (k := f"{s}.{parameter}") in names), None)
        if key is None:
            raise SqlFileError(f"{function.__name__} reads {parameter}, but there is no table of that name")
        reads.append(key)
    return replace(table, reads=tuple(reads))


def _bound(files: dict[str, SqlFile], declared: dict[str, Table]) -> dict[str, Table]:
    """The files as tables, typed by an empty database that has the declared tables."""
    schema: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    tables: dict[str, Table] = {}
    graph = {f.key: {r for r in f.reads if r in files} for f in files.values()}
    with duckdb.connect() as con:
        for s in {t.schema for t in declared.values()} | {f.schema for f in files.values()}:
            con.execute(f"create schema {s}")
        for table in declared.values():
            schema[table.schema][table.name] = _created(con, table.key, [(c.name, c.type) for c in table.columns])
        for key in _ordered(graph):
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
