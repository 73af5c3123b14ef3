"""Every table of the warehouse: declared in models/ and connectors/, or a file in sql/; bound, ordered, traced.

Here: the list and its order. Adding a table is adding a file in sql/, or a dataclass and a function to PLAN.
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

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
from pipelines.kept_sql_tables import kept_sql_tables
from pipelines.paths import SQL
from pipelines.table import SqlFileError, Table, ordered, table_of

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
    """The project's own catalog, read once a process; what Python compiles is kept, or not, as this is."""
    return read_catalog(SQL, partial(kept_sql_tables, keeps=not sys.dont_write_bytecode))


def read_catalog(
    folder: Path, sql_tables: Callable[[Path, dict[str, Table]], dict[str, Table]] | None = None
) -> Catalog:
    """Every table: those declared, those that functions of models/ make, and the files of `folder`.

    `sql_tables` makes tables of the files, given those they may read. Raises SqlFileError for a file that is not one
    documented, portable SELECT over tables there are.
    """
    if sql_tables is None:
        # Here, for the parser is slow to load.
        from pipelines.sql_tables import sql_tables
    declared = {t.key: t for t in (*SETTINGS, RUNS, *RAW)}
    files = {f"{f.parent.name}.{f.stem}" for f in folder.glob("*/*.sql")}
    names = files | set(declared) | {f"{_schema_of(row)}.{f.__name__}" for row, f in PLAN}
    plans = {t.key: t for t in (_plan_table(row, function, names) for row, function in PLAN)}
    everything = declared | plans | sql_tables(folder, declared | plans)
    return Catalog(everything[k] for k in ordered({k: set(t.reads) - {k} for k, t in everything.items()}))


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


if __name__ == "__main__":
    # An installation keeps it whatever Python is told, as it compiles the modules.
    read_catalog(SQL, kept_sql_tables)
