"""Runs whose process is gone without a word: killed, or the machine stopped. Dagster takes them for runs in progress.

Here: ending them, and whether their night is to be asked for again. Not here: asking (`nightly`), or telling (`watch`).
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from pipelines.account_lock import is_held
from pipelines.paths import AccountFolder
from pipelines.published_file import published_nights

INTERRUPTED_TAG = "sla/interrupted"
# Its values: the night is asked for again; it was already, once; it was published all the same.
AGAIN, TWICE, PUBLISHED = "again", "twice", "published"

SENTENCE = "The process of this night is gone: it was killed, or the machine stopped."

# A run takes its account's lock within seconds of its start, and lets go of it within seconds of its end.
GRACE = timedelta(minutes=2)


def end_interrupted(instance: dg.DagsterInstance, account_tag: str, night_tag: str, now: datetime) -> list[str]:
    """End the runs in progress whose account nobody holds at the aware moment `now`; returns the accounts.

    A run holds its account's lock from its first step to its last, and the lock ends with its process. Until then
    the queue, which runs one night an account, would hold back the next one for hours.
    """
    ended = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        run = record.dagster_run
        account = run.tags.get(account_tag) or run.tags.get("dagster/partition")
        began = datetime.fromtimestamp(record.start_time, UTC) if record.start_time else None
        if account is None or began is None or now - began < GRACE or is_held(AccountFolder(account)) is not False:
            continue
        found = instance.get_run_by_id(run.run_id)
        if found is None or found.status is not dg.DagsterRunStatus.STARTED:
            continue
        instance.add_run_tags(
            run.run_id, {INTERRUPTED_TAG: _what_now(instance, found, account, account_tag, night_tag)}
        )
        instance.report_run_failed(found, SENTENCE)
        ended.append(account)
    return ended


def _what_now(instance: dg.DagsterInstance, run: dg.DagsterRun, account: str, account_tag: str, night_tag: str) -> str:
    """Whether the run's night is to be asked for again: once, and only where it is not published."""
    night = run.tags.get(night_tag)
    if night is not None and night in {n.isoformat() for n in published_nights(AccountFolder(account).published)}:
        return PUBLISHED
    before = dg.RunsFilter(tags={account_tag: account, night_tag: night or "", INTERRUPTED_TAG: AGAIN})
    return TWICE if night is not None and instance.get_runs_count(before) else AGAIN
