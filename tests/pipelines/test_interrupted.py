"""Runs whose process was killed: they are ended, and their night is asked for again, once."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent

from pipelines.account_lock import account_lock, is_held
from pipelines.interrupted import AGAIN, GRACE, INTERRUPTED_TAG, PUBLISHED, SENTENCE, TWICE, end_interrupted
from pipelines.nightly import ACCOUNT_TAG, NIGHT_TAG, _nights_with_a_run, night_tags
from pipelines.paths import PROJECT, AccountFolder
from tests.pipelines.rail import NIGHT

HOLDING = """
import sys, time
from pipelines.account_lock import account_lock
from pipelines.paths import AccountFolder
with account_lock(AccountFolder("small")):
    print("held", flush=True)
    time.sleep(600)
"""


def began(instance, account="small", night=NIGHT) -> dg.DagsterRun:
    """A run that is in progress, as Dagster has it."""
    run = instance.add_run(dg.DagsterRun("night", tags=night_tags(account, night)))
    instance.report_dagster_event(DagsterEvent(event_type_value="PIPELINE_START", job_name="night"), run.run_id)
    return run


def end(instance, after: timedelta = 2 * GRACE) -> list[str]:
    return end_interrupted(instance, ACCOUNT_TAG, NIGHT_TAG, datetime.now(UTC) + after)


def became(instance, run) -> tuple[str, str | None]:
    found = instance.get_run_by_id(run.run_id)
    return found.status.value, found.tags.get(INTERRUPTED_TAG)


@pytest.fixture
def killed(workplace: Path):
    """The lock file of the account as a killed process leaves it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING], cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert is_held(AccountFolder("small")) is True
    yield process
    process.kill()
    process.wait()


def test_a_run_whose_process_is_gone_is_ended_and_its_night_asked_for_again_once(instance, killed):
    first = began(instance)
    assert end(instance) == []
    killed.kill()
    killed.wait()
    assert end(instance, timedelta(0)) == []
    assert _nights_with_a_run(instance, {NIGHT}) == {("small", str(NIGHT))}
    assert end(instance) == ["small"]
    assert became(instance, first) == ("FAILURE", AGAIN)
    assert SENTENCE in [r.user_message or r.dagster_event.message for r in instance.all_logs(first.run_id)][-1]
    assert _nights_with_a_run(instance, {NIGHT}) == set()
    second = began(instance)
    assert end(instance) == ["small"]
    assert became(instance, second) == ("FAILURE", TWICE)
    assert _nights_with_a_run(instance, {NIGHT}) == {("small", str(NIGHT))}


def test_a_night_that_was_published_before_the_kill_is_not_asked_for_again(instance, night: AccountFolder):
    night.lock.touch()
    run = began(instance)
    assert end(instance) == ["small"]
    assert became(instance, run) == ("FAILURE", PUBLISHED)
    assert _nights_with_a_run(instance, {NIGHT}) == {("small", str(NIGHT))}


def test_a_run_of_which_nothing_is_to_be_seen_here_is_left_alone(instance, workplace: Path):
    run = began(instance, "elsewhere")
    assert is_held(AccountFolder("elsewhere")) is None
    assert end(instance) == []
    assert became(instance, run) == ("STARTED", None)


def test_the_lock_of_this_process_is_held(workplace: Path):
    with account_lock(AccountFolder("small")):
        assert is_held(AccountFolder("small")) is True
    assert is_held(AccountFolder("small")) is False
