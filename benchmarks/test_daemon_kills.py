"""The whole deployment killed while a night runs: after a restart the night is published once, whole, by itself.

.venv/bin/python -m pytest benchmarks/test_daemon_kills.py -p no:xdist -s
DAEMON_KILLS says how often.
"""

import os
import random
import shutil
import time
from pathlib import Path

from tests.kills import _contents
from tests.pipelines.dagster_ui import dagster_dev, wait_for
from tests.pipelines.rail import SMALL, rows

KILLS = int(os.environ.get("DAEMON_KILLS", "3"))
RUNS = "{runsOrError {... on Runs {results {status tags {key value}}}}}"


def statuses(ui):
    return [r["status"] for r in ui.ask(RUNS)["runsOrError"]["results"]]


def is_over(ui, published: Path) -> bool:
    """Whether the night is published: by a run after the kill, or by the one that was killed at its very end."""
    found = statuses(ui)
    return "SUCCESS" in found or (published.exists() and set(found) == {"FAILURE"})


def accounts_in(folder: Path) -> Path:
    shutil.copytree(SMALL, folder / "accounts")
    file = folder / "accounts" / "small.yaml"
    said = "".join(line for line in file.open() if not line.startswith(("schedule", "timezone")))
    # Due at any time of any day.
    file.write_text(f'{said}\nschedule: "00:00"\ntimezone: UTC\n')
    return folder / "accounts"


def test_after_a_restart_the_night_is_published_once_and_whole(tmp_path):
    chance, ended = random.Random(5), []
    whole = None
    for number in range(KILLS + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        places = (folder / "home", accounts_in(folder), folder / "data", folder / "log", "benchmarks.ticking")
        published = folder / "data" / "small" / "reporting.duckdb"
        if number:
            with dagster_dev(*places) as ui:
                wait_for(lambda ui=ui: "STARTED" in statuses(ui), 180, "the night has begun")
                time.sleep(chance.uniform(0, 12))
                ui.kill()
        with dagster_dev(*places) as ui:
            wait_for(lambda ui=ui, file=published: is_over(ui, file), 300, "the night is published")
            ended.append(sorted(statuses(ui)))
        assert rows(published, "select count(*) from runs where status = 'succeeded'") == [(1,)]
        found = _contents(published)
        # It says up to which moment the clocks were compared.
        found["data_checks"] = [r for r in found["data_checks"] if "clock_skew" not in r]
        whole = whole or found
        assert [(t, r) for t in found for r in found[t] if r not in whole[t]] == []
        assert [(t, r) for t in found for r in whole[t] if r not in found[t]] == []
    print(f"\n{KILLS} kills of the whole deployment; runs of the night afterwards: {ended[1:]}")
