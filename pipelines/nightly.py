"""The schedule `nightly`: every ten minutes it asks for the night of each account that is due and has none.

Here: which accounts are due. Not here: what a night does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from models.open_night import last_complete_day, latest_night, zone_of
from pipelines.account_run import BUSY_TAG
from pipelines.interrupted import AGAIN, INTERRUPTED_TAG, end_interrupted
from pipelines.known_settings import known_settings
from pipelines.paths import account_files

ACCOUNT_TAG = "sla/account"
NIGHT_TAG = "sla/night"
# On runs of past nights, of which nobody is told.
QUIET_TAG = "sla/quiet"

JOB = "night"

EVERY_TEN_MINUTES = "*/10 * * * *"

# An account whose file cannot be read is run as if it said nothing, so that its failure is seen.
DEFAULT_SCHEDULE, DEFAULT_ZONE = "05:00", "UTC"

# The day's last tick: a later schedule would be passed only on the next day, when it is not due any more.
LAST_TICK = time(23, 50)


@dataclass(frozen=True)
class Due:
    """An account whose local time has passed its schedule."""

    account: str
    night: date


def due_accounts(now: datetime) -> list[Due]:
    """The accounts whose local time, at the aware moment `now`, has passed their schedule, with the night to run."""
    due = []
    for account, file in account_files().items():
        settings = known_settings(file)
        schedule = settings.schedule if settings else DEFAULT_SCHEDULE
        zone = zone_of(settings) if settings else ZoneInfo(DEFAULT_ZONE)
        night = latest_night(settings, now) if settings else last_complete_day(now, zone)
        if now.astimezone(zone).time() >= min(time.fromisoformat(schedule), LAST_TICK):
            due.append(Due(account, night))
    return due


def night_tags(account: str, night: date) -> dict[str, str]:
    """The tags by which a night is found again; a run by hand carries them too."""
    return {ACCOUNT_TAG: account, NIGHT_TAG: night.isoformat()}


def align_accounts(instance: dg.DagsterInstance) -> None:
    """Bring the partitions in line with the account files."""
    wanted, there = set(account_files()), set(instance.get_dynamic_partitions("account"))
    if wanted - there:
        instance.add_dynamic_partitions("account", sorted(wanted - there))
    for gone in sorted(there - wanted):
        instance.delete_dynamic_partition("account", gone)


def _nights_with_a_run(instance: dg.DagsterInstance, nights: set[date]) -> set[tuple[str, str]]:
    """(account, night) of every run of these nights, however it ended.

    One that met another at work is none, nor the first whose process was killed.
    One question for all accounts: two hundred would take seconds of every tick.
    """
    if not nights:
        return set()
    runs = instance.get_runs(dg.RunsFilter(tags={NIGHT_TAG: [n.isoformat() for n in sorted(nights)]}))
    return {
        (run.tags.get(ACCOUNT_TAG, ""), run.tags[NIGHT_TAG])
        for run in runs
        if BUSY_TAG not in run.tags and run.tags.get(INTERRUPTED_TAG) != AGAIN
    }


def nightly_schedule(job: Any, ticks: str = EVERY_TEN_MINUTES) -> dg.ScheduleDefinition:
    """The schedule: no night twice, whether it ran by schedule or by hand; after a pause, the latest one only."""

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=ticks,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Each account's night, once its local time has passed its `schedule`.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        align_accounts(context.instance)
        end_interrupted(context.instance, ACCOUNT_TAG, NIGHT_TAG, datetime.now(UTC))
        asked = 0
        all_due = due_accounts(context.scheduled_execution_time)
        there = _nights_with_a_run(context.instance, {due.night for due in all_due})
        for due in all_due:
            tags = night_tags(due.account, due.night)
            if (due.account, due.night.isoformat()) not in there:
                asked += 1
                yield dg.RunRequest(
                    # Dagster asks for one where a tick has several requests; it tells them apart within the tick only.
                    run_key=f"{due.account} {due.night}",
                    partition_key=due.account,
                    tags=tags,
                    run_config={"ops": {"settings": {"config": {"as_of": due.night.isoformat()}}}},
                )
        if not asked:
            yield dg.SkipReason("every account that is due has its night")

    return nightly
