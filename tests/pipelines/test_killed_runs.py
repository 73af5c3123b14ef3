"""A run that is killed, or cannot write: the published night stands, and the next run says what became of it."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.paths import PROJECT, AccountFolder
from tests.kills import kill_nights
from tests.pipelines.rail import Rail, nights_in, rows

LATER = date(2026, 7, 1)

KILLED = """
import os, signal, sys
from datetime import date
import dagster as dg
from pipelines import account_run
from tests.kills import kill_nights
from tests.pipelines.rail import Rail
kill = lambda table, rows: os.kill(os.getpid(), signal.SIGKILL) if table == sys.argv[1] else None
account_run.listeners.append(kill)
with dg.DagsterInstance.ephemeral() as instance:
    Rail(instance).run(date(2026, 7, 1))
"""


def run_killed_at(table: str) -> None:
    """A run of the night of 2026-07-01 in a process that is killed as `table` has been built."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", KILLED, table], env=environment, capture_output=True, cwd=PROJECT)
    assert done.returncode == -9, done.stderr.decode()


def test_a_run_killed_half_way_is_marked_failed_by_the_next(night: AccountFolder, rail: Rail):
    before = night.published.read_bytes()
    run_killed_at("reporting.stage_counts")
    assert night.published.read_bytes() == before
    with duckdb.connect(str(night.warehouse)) as con:
        select = "select status from reporting.runs order by started_at"
        assert con.execute(select).fetchall() == [("succeeded",), ("running",)]
    assert rail.run(LATER).success
    found = rows(night.published, "select status, finished_at is not null from runs order by started_at")
    assert found == [("succeeded", True), ("failed", False), ("succeeded", True)]
    assert nights_in(night.published) == ["2026-06-30", "2026-07-01"]


def test_kills_at_random_moments_leave_a_whole_night_and_the_next_run_right(workplace: Path, ran_once: Path):
    found = kill_nights(workplace, 2, seed=1, start=ran_once)
    assert found["earlier"] + found["whole"] == 2


def test_a_run_killed_after_its_rename_has_succeeded(night: AccountFolder, rail: Rail):
    finished = rows(night.published, "select finished_at from runs")
    with duckdb.connect(str(night.warehouse)) as con:
        con.execute("update reporting.runs set status = 'running', finished_at = null")
    assert rail.run(LATER).success
    assert rows(night.published, "select status, finished_at from runs order by started_at limit 1") == [
        ("succeeded", *finished[0])
    ]


def test_a_publishing_that_fails_leaves_the_run_unfinished(
    night: AccountFolder, rail: Rail, monkeypatch: pytest.MonkeyPatch
):
    before = night.published.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as env:
        env.setattr("pipelines.published_file.os.fsync", full)
        assert not rail.run(LATER).success
    assert night.published.read_bytes() == before
    assert rail.run(LATER).success
    found = rows(night.published, "select as_of::varchar, status from runs order by started_at")
    assert found == [("2026-06-30", "succeeded"), ("2026-07-01", "failed"), ("2026-07-01", "succeeded")]
