"""One account's night in this process, and what came of it in plain words.

Here: starting the job as `sla run` does. Not here: printing (`cli`), or the schedule (`nightly`).
"""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dagster import DagsterInstance

from connectors.errors import SourceError
from models.open_night import latest_night
from models.settings.account import AccountSettings
from pipelines import account_run
from pipelines.account_lock import account_lock
from pipelines.account_run import Progress
from pipelines.failure import run_failure
from pipelines.night_alerts import tell_of_failure
from pipelines.nightly import QUIET_TAG, night_tags
from pipelines.paths import AccountFolder


@dataclass(frozen=True)
class NightOutcome:
    """How a run ended."""

    night: date
    """the day it speaks for"""
    exit_code: int = 0
    """0, 1 (it failed) or 2 (bad input)"""
    message: str = ""
    """the sentence that says why"""


def tables_of_a_night() -> int:
    """How many tables a night builds, for a progress bar."""
    from pipelines.catalog import catalog

    return len(catalog().tables) + 1


def run_night(
    account: str,
    settings: AccountSettings,
    as_of: date | None,
    full_refresh: bool,
    progress: Progress,
    quiet: bool = False,
    agree: bool = False,
) -> NightOutcome:
    """Run the night of an account here and now; `progress` is called with each table and its rows.

    Nobody is told of a `quiet` night. With `agree`, its plan is agreed on anew.

    Raises AccountBusyError when another process runs the account.
    """
    with account_lock(AccountFolder(account)):
        from pipelines.definitions import JOB, defs

        night = as_of or latest_night(_with_portal_zone(account, settings), datetime.now(UTC))
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        account_run.listeners.append(progress)
        try:
            with DagsterInstance.get() as instance:
                instance.add_dynamic_partitions("account", [account])
                result = defs.resolve_job_def(JOB).execute_in_process(
                    instance=instance,
                    partition_key=account,
                    tags=night_tags(account, night) | ({QUIET_TAG: "yes"} if quiet else {}),
                    run_config=_run_config(night, full_refresh, agree),
                    raise_on_error=False,
                )
        finally:
            account_run.listeners.remove(progress)
    if result.success:
        return NightOutcome(night)
    failure = run_failure(result.all_events, AccountFolder(account).log)
    if not quiet:
        tell_of_failure(account, night, failure.told)
    return NightOutcome(night, failure.exit_code, failure.sentence)


def _with_portal_zone(account: str, settings: AccountSettings) -> AccountSettings:
    """The settings with the portal's zone where they name none; as they are where the portal does not answer."""
    from pipelines.hubspot_access import with_portal_defaults

    try:
        return with_portal_defaults(account, settings)
    except SourceError:
        # The night's first step meets it again, and says so.
        return settings


def _run_config(as_of: date, full_refresh: bool, agree: bool) -> dict[str, Any]:
    config = {"as_of": as_of.isoformat(), "full_refresh": full_refresh, "agree": agree}
    return {
        "ops": {"settings": {"config": config}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
