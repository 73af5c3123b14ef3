"""The last step of a night: all of its tables go to RevOps together, or none does.

Here: whether the night is whole. Not here: the file (`published_file`).
"""

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipelines.account_run import ACCOUNTS, AccountRun
from pipelines.asset_parts import OWNER, asset_key
from pipelines.catalog import RUNS, Catalog
from pipelines.published_file import write_published
from pipelines.warehouse import open_run_id

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
                    f"The open night is not whole: {', '.join(missing) or 'settings'} was not built for it; "
                    "materialize what is missing, or run the whole night again.",
                    allow_retries=False,
                )
            as_of, full_refresh = con.execute("select as_of, full_refresh from settings.night").fetchall()[0]
            finished = datetime.now(UTC).replace(tzinfo=None)
            before = con.execute("select finished_at, status from reporting.runs where run_id = $1", [night]).fetchall()
            _close(con, night, finished, "succeeded")
            try:
                write_published(con, account_run.folder.published, catalog.published, as_of, full_refresh)
            except BaseException:
                for was_finished, was_status in before:
                    _close(con, night, was_finished, was_status)
                raise
            account_run.report("published", len(catalog.published))
            return dg.MaterializeResult(
                metadata={
                    "as_of": as_of.isoformat(),
                    "file": dg.MetadataValue.path(str(account_run.folder.published)),
                    "tables": len(catalog.published),
                }
            )

    return step


def _close(con: Any, run_id: str, finished_at: datetime | None, status: str) -> None:
    con.execute(
        "update reporting.runs set finished_at = $1, status = $2 where run_id = $3", [finished_at, status, run_id]
    )
