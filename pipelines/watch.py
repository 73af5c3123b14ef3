"""What watches the nights: a sensor for runs that failed, one for accounts whose night is overdue.

Here: the two sensors. Both only send messages; no night depends on them.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from dotenv import load_dotenv

from models.alert import overdue_message
from models.open_night import last_complete_day, zone_of
from models.settings.account import AccountSettings
from pipelines.account_run import BUSY_TAG
from pipelines.alerts import send, was_sent
from pipelines.failure import run_failure
from pipelines.interrupted import AGAIN, INTERRUPTED_TAG, PUBLISHED, SENTENCE
from pipelines.known_settings import known_settings
from pipelines.night_alerts import tell_of_failure
from pipelines.nightly import ACCOUNT_TAG, LAST_TICK, NIGHT_TAG, QUIET_TAG
from pipelines.paths import PROJECT, AccountFolder, account_files
from pipelines.published_file import published_nights

# A night that is not there so long after its time has not merely waited for others.
OVERDUE_AFTER = timedelta(hours=6)


def failed_runs_sensor(night: Any) -> dg.SensorDefinition:
    """The sensor that tells of failed nights, those whose process was killed included."""

    @dg.run_failure_sensor(
        name="failed_nights",
        monitored_jobs=[night],
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the receivers in `notify` that a night failed, and why; once a night.",
    )
    def failed_nights(context: dg.RunFailureSensorContext) -> None:
        load_dotenv(PROJECT / ".env")
        run = context.dagster_run
        account = run.tags.get(ACCOUNT_TAG) or run.tags.get("dagster/partition", "")
        interrupted = run.tags.get(INTERRUPTED_TAG)
        if BUSY_TAG in run.tags or interrupted in (AGAIN, PUBLISHED):
            # The night is asked for again, or need not be.
            return
        if account and (day := run.tags.get(NIGHT_TAG)) and QUIET_TAG not in run.tags:
            records = context.instance.all_logs(run.run_id)
            events = [r.dagster_event for r in records if r.dagster_event]
            failure = run_failure(events, AccountFolder(account).log)
            told = f"{SENTENCE} The second time, so it is not asked for again." if interrupted else failure.told
            tell_of_failure(account, date.fromisoformat(day), told)

    return failed_nights


@dg.sensor(
    name="overdue_accounts",
    minimum_interval_seconds=600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=f"Tells the receivers in `notify` of a night that is not published {OVERDUE_AFTER} after its time.",
)
def overdue_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tell of every account that is overdue and was not told of yet."""
    load_dotenv(PROJECT / ".env")
    told = tell_of_overdue(datetime.now(UTC))
    context.log.info(f"overdue: {', '.join(told) or 'none'}")
    return dg.SkipReason(f"overdue: {', '.join(told) or 'none'}")


def tell_of_overdue(now: datetime) -> list[str]:
    """Send the message of each account that is overdue at the aware moment `now`; returns their names."""
    overdue = []
    for account, file in account_files().items():
        settings = known_settings(file)
        if settings is None or not settings.notify.to or _has_one_night_only(settings):
            continue
        zone = zone_of(settings)
        night = _overdue_night(account, time.fromisoformat(settings.schedule), zone, now)
        if night is None or was_sent(account, night, "failed", "overdue"):
            continue
        nights = published_nights(AccountFolder(account).published)
        last = nights[-1] if nights else None
        message = overdue_message(account, night, settings.schedule, zone.key, last, settings.language)
        send(account, settings, "overdue", night, message)
        overdue.append(account)
    return overdue


def _has_one_night_only(settings: AccountSettings) -> bool:
    """Whether it is a simulated company whose days have ended: no night follows the one it has."""
    return settings.sources.sandbox is not None and settings.sources.sandbox.last_day is not None


def _overdue_night(account: str, schedule: time, zone: ZoneInfo, now: datetime) -> date | None:
    """The night that should have been published hours ago; None where nothing is late.

    Read from the time of the published file alone: opening hundreds of databases every ten minutes would be felt.
    """
    latest_due = now - OVERDUE_AFTER
    local = latest_due.astimezone(zone)
    day = local.date() if local.time() >= min(schedule, LAST_TICK) else local.date() - timedelta(days=1)
    due_at = datetime.combine(day, schedule, zone)
    published = AccountFolder(account).published
    if not published.exists() or published.stat().st_mtime >= due_at.timestamp():
        # An account that never had a night is being set up.
        return None
    return last_complete_day(due_at, zone)
