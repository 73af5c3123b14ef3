"""Everything Dagster knows of the project, assembled in one place; nothing else wires.

The definitions never read an account: settings and .env are read when a run starts.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.account_run import AccountRun
from pipelines.backfill import backfill
from pipelines.catalog import Catalog, catalog
from pipelines.dagster_engines import keep_engines
from pipelines.files_step import files_step
from pipelines.hubspot_step import hubspot_step
from pipelines.night_alerts import notified_step
from pipelines.nightly import EVERY_TEN_MINUTES, JOB, nightly_schedule
from pipelines.published_step import published_step
from pipelines.report_step import report_step
from pipelines.salesforce_step import salesforce_step
from pipelines.settings_step import settings_step
from pipelines.table_steps import plan_step, sql_step
from pipelines.watch import failed_runs_sensor, overdue_sensor

warnings.filterwarnings("ignore", category=dg.BetaWarning)
keep_engines()


def build_definitions(
    tables: Catalog, resources: Mapping[str, Any] | None = None, ticks: str = EVERY_TEN_MINUTES
) -> dg.Definitions:
    """The definitions over a catalog of tables; `resources` override the real ones and `ticks` the clock, for tests."""
    made = [sql_step(t) for t in tables.tables.values() if t.sql is not None]
    made += [plan_step(t, tables) for t in tables.tables.values() if t.function is not None]
    night = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="One account's night: settings, sources, funnel, plan, publishing.",
    )
    return dg.Definitions(
        assets=[
            settings_step,
            files_step,
            hubspot_step,
            salesforce_step,
            *made,
            published_step(tables),
            report_step,
            notified_step,
        ],
        jobs=[night, backfill],
        schedules=[nightly_schedule(night, ticks)],
        sensors=[failed_runs_sensor(night), overdue_sensor],
        resources={"account_run": AccountRun(), **(resources or {})},
        executor=dg.in_process_executor,
    )


defs = build_definitions(catalog())
