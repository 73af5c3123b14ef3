"""The step that reads an account's export files into `raw_files`; what has not changed is not read again.

Here: running the connector's SQL. Not here: what the SQL is (connectors/files).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import duckdb

from connectors.errors import FixSettingsError
from connectors.files.exports import PARTS, Exports, Reading, UnreadableFileError
from pipelines.account_run import AccountRun, plain_failures
from pipelines.asset_parts import asset_key, asset_spec, built
from pipelines.catalog import RAW_FILES
from pipelines.sandbox_step import files_of
from pipelines.warehouse import build_within, columns_there, open_run_id, transaction

TABLES = {t.name: t for t in RAW_FILES}
FINDINGS = TABLES["findings"]


@dataclass
class _Cost:
    rows_read: int = 0
    rows_changed: int = 0
    unchanged: list[str] = field(default_factory=list)


@dg.multi_asset(
    name="files",
    specs=[asset_spec(t, {"duckdb", "file"}, [asset_key("settings.night")]) for t in RAW_FILES],
    retry_policy=dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
)
def files_step(context: dg.AssetExecutionContext, account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
    """Read the exports that changed, or a simulated company's; an account without exports gets empty tables."""
    with plain_failures(), account_run.warehouse() as con:
        with files_of(account_run, account_run.settings(), con) as files:
            used = files is not None
            exports = Exports(
                files.model_dump() if files else {p: [] for p in PARTS},
                account_run.settings_file.name,
                account_run.settings_file.parent,
                con.execute("select timezone from settings.night").fetchall()[0][0],
                lambda reader: _columns_of(con, reader),
            )
            cost = _read(con, exports)
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
        for table in RAW_FILES:
            rows = con.execute(f"select count(*) from {table.key}").fetchall()[0][0]
            account_run.report(table.key, rows)
            yield built(table, rows)


def _columns_of(con: duckdb.DuckDBPyConnection, reader: str) -> list[str]:
    try:
        return [row[0] for row in con.execute(f"describe select * from {reader}").fetchall()]
    except duckdb.Error as e:
        raise UnreadableFileError(_first_line(e)) from None


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].strip().rstrip(".")


def _read(con: duckdb.DuckDBPyConnection, exports: Exports) -> _Cost:
    cost = _Cost()
    for part in PARTS:
        cursor = exports.cursor(part)
        if _is_unchanged(con, part, cursor):
            cost.unchanged.append(part)
            continue
        reading = exports.reading(part)
        with transaction(con):
            try:
                _read_part(con, reading, cost)
            except duckdb.InvalidInputException as e:
                files = ", ".join(p.name for p in reading.paths)
                raise FixSettingsError(
                    f"{exports.file_name}: sources.files.{part}.path: {files} cannot be read to its end "
                    f"({_first_line(e)}); export it again, as UTF-8."
                ) from None
            con.execute("delete from nights.cursors where stream = $1", [f"files.{part}"])
            con.execute("insert into nights.cursors values ($1, $2)", [f"files.{part}", cursor])
    return cost


def _is_unchanged(con: duckdb.DuckDBPyConnection, part: str, cursor: str) -> bool:
    refresh = con.execute("select full_refresh from settings.night").fetchall()[0][0]
    found = con.execute("select cursor from nights.cursors where stream = $1", [f"files.{part}"]).fetchall()
    return not refresh and bool(found) and found[0][0] == cursor


def _read_part(con: duckdb.DuckDBPyConnection, reading: Reading, cost: _Cost) -> None:
    con.execute(f"create or replace temp table {reading.cells_table} as {reading.cells}")
    cost.rows_read += _count(con, reading.cells_table)
    for name, select in reading.tables.items():
        cost.rows_changed += build_within(con, TABLES[name], select)
    if columns_there(con, FINDINGS):
        others = f"select * from {FINDINGS.key} where split_part(setting, '.', 1) <> '{reading.part}' union all "
    else:
        others = ""
    build_within(con, FINDINGS, others + reading.findings)
    con.execute(f"drop table {reading.cells_table}")


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"select count(*) from {table}").fetchall()[0][0])
