"""The step that opens the night: the account file, checked, becomes the `settings` tables.

Here: which run opened which night. Not here: what the settings mean (models/settings, models/open_night).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import duckdb
from pydantic import Field

from models.open_night import ImpossibleDayError, OpenNight, open_night
from models.run_log import Run
from models.settings.account import AccountSettings
from pipelines.account_run import AccountRun, plain_failures
from pipelines.asset_parts import asset_spec, built
from pipelines.catalog import RUNS, SETTINGS
from pipelines.hubspot_access import with_portal_defaults
from pipelines.nightly import NIGHT_TAG, night_tags
from pipelines.published_file import published_runs
from pipelines.published_step import PUBLISHED
from pipelines.salesforce_access import with_org_defaults
from pipelines.table import Table
from pipelines.warehouse import build_within, columns_there, create, rows_as_select, transaction


class NightConfig(dg.Config):
    """Which night to run."""

    as_of: str | None = Field(None, description="the day the night speaks for, YYYY-MM-DD; by default yesterday")
    full_refresh: bool = Field(False, description="read the source whole, and replace the night if it is published")
    agree: bool = Field(False, description="agree on tonight's plan anew, from the day after on")


@dg.multi_asset(
    name="settings",
    specs=[asset_spec(t, {"duckdb", "yaml"}) for t in (*SETTINGS, RUNS)],
)
def settings_step(
    context: dg.AssetExecutionContext, config: NightConfig, account_run: AccountRun
) -> Iterator[dg.MaterializeResult[Any]]:
    """Open the night: settings as tables, and the run's row in the run log."""
    with plain_failures():
        settings = account_run.settings()
        settings = with_portal_defaults(account_run.account, settings)
        settings = with_org_defaults(account_run.account, settings)
        as_of = _day(config.as_of)
        with account_run.warehouse() as con, transaction(con):
            opened = open_night(
                account_run.account,
                settings,
                now=datetime.now(UTC),
                as_of=as_of,
                full_refresh=config.full_refresh,
                earlier_cut_off_at=_earlier_cut_off(con, as_of),
                agree=config.agree,
            )
            con.execute("delete from nights.open")
            con.execute("insert into nights.open values ($1)", [context.run.run_id])
            rows = _write(con, opened)
            _log_run(con, account_run, opened, settings, context.run.run_id)
        # The schedule asks no CRM for its zone every ten minutes.
        account_run.folder.zone.write_text(opened.night.timezone, encoding="utf-8")
    _tag(context, account_run.account, opened.night.as_of)
    for table in (*SETTINGS, RUNS):
        account_run.report(table.key, rows.get(table.key, 1))
        yield built(table, rows.get(table.key, 1))


def _tag(context: dg.AssetExecutionContext, account: str, as_of: date) -> None:
    """Mark a run that goes on to publish with its night, so that the schedule does not ask for that night again.

    The schedule's and the command's own runs are marked from their start; one launched from the UI is not.
    """
    selected = context.run.asset_selection
    if NIGHT_TAG not in context.run.tags and (not selected or PUBLISHED in selected):
        context.instance.add_run_tags(context.run.run_id, night_tags(account, as_of))


def _day(given: str | None) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ImpossibleDayError(f"as_of: {given} is no day of the calendar; write it as YYYY-MM-DD.") from None


def _write(con: duckdb.DuckDBPyConnection, opened: OpenNight) -> dict[str, int]:
    contents: dict[str, list[Any]] = {
        "night": [opened.night],
        "stages": opened.stages,
        "mapping": opened.mapping,
        "sales_sources": opened.sales_sources,
        "calendar": opened.calendar,
        "targets": opened.targets,
        "commitments": opened.commitments,
        "rep_shares": opened.rep_shares,
        "scenario_changes": opened.scenario_changes,
    }
    rows = {}
    for table in SETTINGS:
        with rows_as_select(table, contents[table.name]) as select:
            rows[table.key] = build_within(con, table, select)
    return rows


def _earlier_cut_off(con: duckdb.DuckDBPyConnection, as_of: date | None) -> datetime | None:
    """The cut-off of the last run that published the night of `as_of`."""
    if as_of is None or not columns_there(con, RUNS):
        return None
    found = con.execute(
        "select cut_off_at from reporting.runs where as_of = $1 and status = 'succeeded' order by started_at desc",
        [as_of],
    ).fetchall()
    return found[0][0] if found else None


def _log_run(
    con: duckdb.DuckDBPyConnection,
    account_run: AccountRun,
    opened: OpenNight,
    settings: AccountSettings,
    run_id: str,
) -> None:
    """The run's row; rows that an earlier, killed run left `running` get the end they came to."""
    _create_run_log(con, RUNS)
    published = published_runs(account_run.folder.published)
    for (left,) in con.execute("select run_id from reporting.runs where status = 'running'").fetchall():
        con.execute(
            "update reporting.runs set finished_at = $1, status = $2 where run_id = $3",
            [published.get(left), "succeeded" if left in published else "failed", left],
        )
    run = Run(
        run_id=run_id,
        account=account_run.account,
        as_of=opened.night.as_of,
        cut_off_at=opened.night.cut_off_at,
        started_at=datetime.now(UTC).replace(tzinfo=None),
        finished_at=None,
        sources=", ".join(settings.sources.names),
        rows_read=0,
        rows_changed=0,
        api_calls=0,
        status="running",
    )
    con.execute("delete from reporting.runs where run_id = $1", [run_id])
    with rows_as_select(RUNS, [run]) as select:
        con.execute(f"insert into reporting.runs {select}")


def _create_run_log(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    con.execute(f"create schema if not exists {table.schema}")
    if not columns_there(con, table):
        create(con, table)
