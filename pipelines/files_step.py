"""The step that reads an account's export files into `raw_files`; what has not changed is not read again.

Here: running the connector's SQL. Not here: what the SQL is (connectors/files).
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import duckdb

from connectors.errors import FixSettingsError
from connectors.files.exports import PARTS, Exports, Reading
from connectors.files.tables import ExportFile, Finding
from connectors.files.text import as_the_database_said
from pipelines.account_run import AccountRun, plain_failures
from pipelines.asset_parts import check_specs, source_built, source_spec
from pipelines.catalog import RAW_FILES
from pipelines.sandbox_step import files_of
from pipelines.warehouse import build_within, check, columns_there, open_run_id, transaction

TABLES = {t.name: t for t in RAW_FILES}

# Tables that hold rows of every part: those of the others stay when one is read anew.
PART_OF_ROW = {Finding.TABLE: "split_part(setting, '.', 1)", ExportFile.TABLE: "part"}


@dataclass
class _Cost:
    rows_read: int = 0
    rows_changed: int = 0
    unchanged: list[str] = field(default_factory=list)


@dg.multi_asset(
    name="files",
    specs=[source_spec(RAW_FILES, {"duckdb", "file"})],
    check_specs=check_specs(TABLES[ExportFile.TABLE]),
    retry_policy=dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
)
def files_step(context: dg.AssetExecutionContext, account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
    """Read the exports that changed, or a simulated company's; an account without exports gets empty tables."""
    with plain_failures(), account_run.warehouse() as con:
        settings = account_run.settings()
        with files_of(account_run, settings, con) as files:
            used = files is not None
            landing = account_run.folder.landing / "files"
            exports = Exports(
                files.model_dump() if files else {p: [] for p in PARTS},
                account_run.settings_file.name,
                account_run.settings_file.parent,
                con.execute("select timezone from settings.night").fetchall()[0][0],
                settings.money,
                lambda sql: _run(con, sql),
                landing,
            )
            # What a killed run left there is of no use, and what is read must not live on in copies.
            shutil.rmtree(landing, ignore_errors=True)
            landing.mkdir(parents=True)
            try:
                cost = _read(con, exports)
            finally:
                shutil.rmtree(landing, ignore_errors=True)
        con.execute(
            "update reporting.runs set rows_read = rows_read + $1, rows_changed = rows_changed + $2 where run_id = $3",
            [cost.rows_read, cost.rows_changed, open_run_id(con)],
        )
        context.log.info(
            f"{cost.rows_read:,} rows read, {cost.rows_changed:,} written; "
            f"unchanged: {', '.join(cost.unchanged) or 'none'}"
            if used
            else "exports are not used by this account"
        )
        rows = account_run.report_all(con, RAW_FILES)
        yield source_built(rows, RAW_FILES, {t.name: check(con, t) for t in RAW_FILES if t.checks})


def _run(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    try:
        return con.execute(sql).fetchall()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.InternalException):
        # The statement is wrong, not the file that it reads.
        raise
    except duckdb.Error as e:
        raise as_the_database_said(str(e)) from None


def _read(con: duckdb.DuckDBPyConnection, exports: Exports) -> _Cost:
    """Read each part that changed. Raises FixSettingsError with the mistakes of all parts at once."""
    cost = _Cost()
    mistakes = []
    for part in PARTS:
        try:
            cursor = exports.cursor(part)
            if _is_unchanged(con, part, cursor):
                cost.unchanged.append(part)
                continue
            with transaction(con):
                _read_part(con, exports.read(part), cost)
                exports.forget(part)
                con.execute("delete from nights.cursors where stream = $1", [f"files.{part}"])
                con.execute("insert into nights.cursors values ($1, $2)", [f"files.{part}", cursor])
        except FixSettingsError as e:
            mistakes.append(str(e))
    if mistakes:
        raise FixSettingsError("\n".join(mistakes))
    return cost


def _is_unchanged(con: duckdb.DuckDBPyConnection, part: str, cursor: str) -> bool:
    refresh = con.execute("select full_refresh from settings.night").fetchall()[0][0]
    found = con.execute("select cursor from nights.cursors where stream = $1", [f"files.{part}"]).fetchall()
    return not refresh and bool(found) and found[0][0] == cursor


def _read_part(con: duckdb.DuckDBPyConnection, reading: Reading, cost: _Cost) -> None:
    cost.rows_read += reading.rows
    for name, select in reading.tables.items():
        table = TABLES[name]
        if name in PART_OF_ROW:
            if columns_there(con, table):
                select += f" union all select * from {table.key} where {PART_OF_ROW[name]} <> '{reading.part}'"
            build_within(con, table, select)
        else:
            cost.rows_changed += build_within(con, table, select)
