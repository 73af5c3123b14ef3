"""The last step of a night: all of its tables go to RevOps together, or none does.

Here: whether the night is whole. Not here: the file (`published_file`).
"""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from pipelines.account_run import ACCOUNTS, AccountRun
from pipelines.asset_parts import OWNER, asset_key
from pipelines.catalog import RUNS, Catalog
from pipelines.published_file import write_published
from pipelines.warehouse import literal, open_run_id

PUBLISHED = dg.AssetKey("published")


def published_step(catalog: Catalog) -> dg.AssetsDefinition:
    """The step that publishes the open night; it refuses one of which a table is missing."""
    tables = [t for t in catalog.published if t.key != RUNS.key]

    @dg.multi_asset(
        name="published",
        specs=[
            dg.AssetSpec(
                PUBLISHED,
                deps=[asset_key(t.key) for t in catalog.published],
                description="The file RevOps opens: every reporting table of one night together, put in place at once.",
                group_name="published",
                kinds={"duckdb"},
                owners=[OWNER],
                partitions_def=ACCOUNTS,
            )
        ],
    )
    def step(account_run: AccountRun) -> dg.MaterializeResult[Any]:
        with account_run.warehouse() as con:
            night = open_run_id(con)
            built = {
                row[0]
                for row in con.execute("select table_key from nights.builds where run_id = $1", [night]).fetchall()
            }
            missing = [t.key for t in tables if t.key not in built]
            if night is None or missing:
                raise dg.Failure(
                    f"The open night is not whole: {', '.join(missing) or 'settings'} was not built for it, or "
                    "failed its checks; materialize what is missing, or run the whole night again.",
                    allow_retries=False,
                )
            as_of, full_refresh = con.execute("select as_of, full_refresh from settings.night").fetchall()[0]
            finished = datetime.now(UTC).replace(tzinfo=None)
            run_log = _closed_run_log(con, night, finished)
            write_published(con, account_run.folder.published, catalog.published, as_of, full_refresh, run_log)
            # Only now: a run killed before this is one that the next finds `running`, and looks up in the file.
            con.execute(
                "update reporting.runs set finished_at = $1, status = 'succeeded' where run_id = $2", [finished, night]
            )
            read, changed, calls = con.execute(
                "select rows_read, rows_changed, api_calls from reporting.runs where run_id = $1", [night]
            ).fetchall()[0]
            account_run.report("published", len(catalog.published))
            return dg.MaterializeResult(
                metadata={
                    "as_of": as_of.isoformat(),
                    "file": dg.MetadataValue.path(str(account_run.folder.published)),
                    "tables": len(catalog.published),
                    "rows read": read,
                    "rows written": changed,
                    "API calls": calls,
                }
            )

    return step


def _closed_run_log(con: duckdb.DuckDBPyConnection, run_id: str, finished_at: datetime) -> str:
    """A view of the run log in which the run has succeeded; returns its name."""
    own = f"run_id = {literal(run_id)}"
    con.execute(
        "create or replace temp view closed_run_log as select * replace ("
        f"case when {own} then timestamp {literal(str(finished_at))} else finished_at end as finished_at, "
        f"case when {own} then 'succeeded' else status end as status) from reporting.runs"
    )
    return "closed_run_log"
