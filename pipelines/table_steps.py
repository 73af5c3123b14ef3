"""A step for each table made by SQL or by a function of models/: it reads, makes, writes, reports.

Here: the two kinds of step. Not here: the tables (`catalog`) or the build rule (`warehouse`).
"""

import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import dagster as dg
import duckdb
import pandas as pd

from pipelines.account_run import AccountRun
from pipelines.asset_parts import asset_spec, built, check_specs
from pipelines.catalog import Catalog
from pipelines.row_checks import verdicts
from pipelines.table import Table
from pipelines.warehouse import build, build_rows, check, columns_there, plotted, read_frame, read_rows, withdraw


def sql_step(table: Table) -> dg.AssetsDefinition:
    """The step that builds a table by its SELECT."""

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[asset_spec(table, {"duckdb", "sql"})],
        check_specs=check_specs(table),
    )
    def step(account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
        with account_run.warehouse() as con:
            rows = build(con, table, str(table.sql))
            yield _checked(con, table, rows, account_run)

    return step


def plan_step(table: Table, catalog: Catalog) -> dg.AssetsDefinition:
    """The step that builds a table by its function: each parameter is the table of its name."""

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[asset_spec(table, {"duckdb", "python"})],
        check_specs=check_specs(table),
    )
    def step(account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
        with account_run.warehouse() as con:
            assert table.function is not None  # noqa: S101
            rows = build_rows(con, table, table.function(**_arguments(con, table, catalog)))
            yield _checked(con, table, rows, account_run)

    return step


def _checked(
    con: duckdb.DuckDBPyConnection, table: Table, rows: int, account_run: AccountRun
) -> dg.MaterializeResult[Any]:
    """What the step reports of the table it built; one that breaks a check is no part of the night."""
    account_run.report(table.key, rows)
    outcomes = check(con, table)
    judged = verdicts(con, table)
    if any(o.broken_rows for o in outcomes) or any(v.is_error for v in judged):
        withdraw(con, table)
    return built(table, rows, outcomes, judged, plotted(con, table))


def _arguments(con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog) -> dict[str, Any]:
    """The tables that the function reads, in the form it asks for: a data frame, rows, or the one row."""
    assert table.function is not None  # noqa: S101
    arguments = {}
    asks = get_type_hints(table.function, localns={"pd": pd})
    for parameter, key in zip(inspect.signature(table.function).parameters.values(), table.reads, strict=True):
        asked = asks[parameter.name]
        source = catalog.tables[key]
        if key == table.key and not columns_there(con, table):
            # Its own earlier rows, before there are any.
            arguments[parameter.name] = []
        elif asked is pd.DataFrame:
            arguments[parameter.name] = read_frame(con, source)
        elif get_origin(asked) is list:
            arguments[parameter.name] = read_rows(con, source, get_args(asked)[0])
        else:
            arguments[parameter.name] = read_rows(con, source, asked)[0]
    return arguments
