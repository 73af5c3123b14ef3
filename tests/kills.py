"""Nights that are killed at random moments, and what stands afterwards; in a process of its own, for it forks.

Here: killing, and what must hold. Not here: tests. Run as: python -m tests.kills FOLDER COUNT SEED
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.catalog import catalog
from pipelines.paths import PROJECT, AccountFolder
from tests.pipelines.rail import NIGHT, SMALL, Rail

LATER = date(2026, 7, 1)


# Kills that come upon what the one before left behind, before a run is let finish.
CHAIN = 5


def kill_nights(folder: Path, count: int, seed: int, start: Path | None = None) -> dict[str, float]:
    """How many of `count` kills left what was published before (`earlier`), or the night itself (`whole`), how many
    more runs had ended before they were killed (`late`), and the seconds that took; `start` is the data folder after
    the night before, made without one.

    Raises AssertionError where anything else stands, or where the run that follows does not put it right.
    """
    arguments = [str(folder), str(count), str(seed), *([str(start)] if start else [])]
    command = [sys.executable, "-m", "tests.kills", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _begin(night: date, log: Path) -> int:
    """Start a night in a process of its own; returns its number."""
    child = os.fork()
    if child:
        return child
    try:
        # What is loaded is shared with this process, so that a night is all that is killed.
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        with dg.DagsterInstance.ephemeral() as instance:
            os._exit(0 if Rail(instance).run(night).success else 1)
    except BaseException:
        traceback.print_exc()
    os._exit(2)


def _run(night: date, log: Path) -> float:
    """Run a night to its end; returns the seconds it took."""
    began = time.monotonic()
    _, status = os.waitpid(_begin(night, log), 0)
    assert status == 0, log.read_text()[-3000:]
    return time.monotonic() - began


def _contents(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every published table but the run log, in an order of their own."""
    with duckdb.connect(str(file), read_only=True) as con:
        return {
            t.name: con.execute(f"select * from {t.name} order by all").fetchall()
            for t in catalog().published
            if t.name != "runs"
        }


def _nights(file: Path) -> list[tuple[str, str]]:
    """(night, status) of every run, the first first."""
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute("select as_of::varchar, status from runs order by started_at").fetchall()


def main(folder: Path, count: int, seed: int, start: Path | None = None) -> dict[str, float]:
    """Kill the night of 2026-07-01 `count` times, and let it finish after every few kills."""
    chance, log, data = random.Random(seed), folder / "log", folder / "data"
    shutil.copytree(SMALL, folder / "accounts", dirs_exist_ok=True)
    os.environ |= {"SLA_ACCOUNTS": str(folder / "accounts"), "SLA_DATA": str(data)}
    catalog()
    published = AccountFolder("small").published
    if start is None:
        _run(NIGHT, log)
        start = data.rename(folder / "start")
    shutil.copytree(start, data)
    lasts = _run(LATER, log)
    meant = _contents(published)
    found, began = {"earlier": 0, "whole": 0, "late": 0}, time.monotonic()
    in_chain = 0
    while found["earlier"] + found["whole"] < count:
        if in_chain == 0:
            shutil.rmtree(data)
            shutil.copytree(start, data)
        before = published.read_bytes()
        child = _begin(LATER, log)
        # Publishing is the last tenth of a run, and the part that matters most.
        time.sleep(chance.choice([chance.uniform(0, lasts), chance.uniform(0.85 * lasts, lasts)]))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        is_earlier = published.read_bytes() == before
        assert is_earlier or _contents(published) == meant, "half a night is published"
        found["late" if os.WIFEXITED(status) else "earlier" if is_earlier else "whole"] += 1
        in_chain = (in_chain + 1) % CHAIN
        if in_chain == 0 or found["earlier"] + found["whole"] == count:
            in_chain = 0
            lasts = _run(LATER, log)
            assert _contents(published) == meant, "the run after the kills published something else"
            nights = _nights(published)
            assert (nights[0], nights[-1]) == ((str(NIGHT), "succeeded"), (str(LATER), "succeeded")), nights
            assert {status for _, status in nights} <= {"succeeded", "failed"}, nights
    return found | {"seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    at = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), at)))
