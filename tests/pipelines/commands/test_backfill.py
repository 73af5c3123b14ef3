"""`sla backfill`: past nights, oldest first, told to nobody."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.paths import PROJECT, AccountFolder
from tests.pipelines.rail import failure_of, nights_in
from tests.pipelines.receivers import web_hook


def backfill(*options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "pipelines.cli", "backfill", *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=PROJECT)


def test_a_range_of_nights_is_published_and_nobody_told(workplace: Path, monkeypatch: pytest.MonkeyPatch):
    file = workplace / "accounts" / "small.yaml"
    file.write_text(file.read_text() + "\nnotify: {to: [OPS], when: always}\n")
    with web_hook() as (address, came):
        monkeypatch.setenv("OPS", address)
        done = backfill("--account", "small", "--from", "2026-06-28", "--to", "2026-06-29")
    assert (done.returncode, done.stdout) == (0, "small, 2026-06-28: published\nsmall, 2026-06-29: published\n"), done
    assert nights_in(AccountFolder("small").published) == ["2026-06-28", "2026-06-29"]
    assert came == []


def test_a_range_that_ends_before_it_begins_is_refused():
    done = backfill("--account", "small", "--from", "2026-06-29", "--to", "2026-06-28")
    assert (done.returncode, done.stderr) == (2, "--to: 2026-06-28 is before --from (2026-06-29); swap the two.\n")


def test_the_first_night_that_fails_ends_it(workplace: Path):
    (workplace / "accounts" / "people.csv").unlink()
    done = backfill("--account", "small", "--from", "2026-06-28", "--to", "2026-06-29")
    assert done.returncode == 2
    assert done.stderr.startswith("small, 2026-06-28: ")
    assert "2026-06-29" not in done.stderr


# --- from the UI (that a range is run from it: test_ui) ------------------------------------------------------------


def launched(instance: dg.DagsterInstance, **config: object) -> dg.ExecuteInProcessResult:
    """The job `backfill` as its launch form starts it."""
    job = defs.resolve_job_def("backfill")
    return job.execute_in_process(
        run_config={"ops": {"past_nights": {"config": config}}}, instance=instance, raise_on_error=False
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"to_date": "2026-06-27"}, "to_date: 2026-06-27 is before from_date (2026-06-28); swap the two."),
        ({"from_date": "28.6.2026"}, "from_date: 28.6.2026 is not a day of the calendar; write it as YYYY-MM-DD."),
        ({"account": "smal"}, "account: there is no account smal in "),
    ],
)
def test_the_ui_refuses_in_one_sentence(instance, wrong, sentence):
    given = {"account": "small", "from_date": "2026-06-28", "to_date": "2026-06-28"} | wrong
    assert failure_of(launched(instance, **given)).startswith(sentence)


def test_the_ui_says_why_a_night_failed_and_stops_there(workplace: Path, instance):
    (workplace / "accounts" / "people.csv").unlink()
    done = launched(instance, account="small", from_date="2026-06-28", to_date="2026-06-29")
    assert failure_of(done).startswith("small, 2026-06-28: ")
