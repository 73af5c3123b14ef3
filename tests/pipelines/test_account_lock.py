"""One run an account at a time, and any number of accounts at once, from a Dagster home that is not there yet."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines.account_lock import AccountBusyError, account_lock
from pipelines.nightly import _nights_with_a_run, night_tags
from pipelines.paths import PROJECT, AccountFolder
from tests.pipelines.rail import NIGHT, SMALL, Rail

# The run opens its night and no more: what collides is the making of the storage, and the first writes to it.
OPENING = """
import sys
import dagster as dg
from pipelines.instance import ensure_instance
from tests.pipelines.rail import NIGHT, Rail
ensure_instance()
with dg.DagsterInstance.get() as instance:
    print(Rail(instance, sys.argv[1]).run(NIGHT, "settings.night").success)
"""

HOLDER = """
import sys
from pipelines.account_lock import account_lock
from pipelines.paths import AccountFolder
with account_lock(AccountFolder("small")):
    print("held", flush=True)
    sys.stdin.read()
"""


def started(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def holder():
    """Another process that holds the lock of the small account."""
    with started(HOLDER) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_runs_of_four_accounts_start_together_on_a_fresh_home(workplace: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.rmtree(workplace / "home")
    accounts = workplace / "accounts"
    names = ["a", "b", "c", "d"]
    for name in names:
        shutil.copy(SMALL / "small.yaml", accounts / f"{name}.yaml")
    processes = [started(OPENING, name) for name in names]
    for name, process in zip(names, processes, strict=True):
        out, err = process.communicate(timeout=300)
        assert (process.returncode, out) == (0, "True\n"), name + err
    with monkeypatch.context() as env:
        env.chdir(workplace / "home")
        env.setenv("DAGSTER_HOME", str(workplace / "home"))
        with dg.DagsterInstance.get() as instance:
            assert sorted(instance.get_dynamic_partitions("account")) == names
            assert instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])) == 4


def test_a_second_run_is_told_who_holds_the_account_since_when(holder):
    with pytest.raises(AccountBusyError) as refused, account_lock(AccountFolder("small")):
        pass
    said = str(refused.value)
    assert re.fullmatch(
        rf"The night of small is already running \(process {holder.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\); "
        "wait for it to end, or stop it.",
        said,
    ), said


def test_a_scheduled_night_that_meets_another_run_is_asked_for_again(workplace: Path, holder):
    with dg.DagsterInstance.get() as instance:
        rail = Rail(instance)
        tags = night_tags("small", NIGHT)
        assert not rail.run(NIGHT, tags=tags).success
        assert _nights_with_a_run(instance, {NIGHT}) == set()
        holder.kill()
        holder.wait(timeout=30)
        assert rail.run(NIGHT, "settings.night", tags=tags).success
        assert _nights_with_a_run(instance, {NIGHT}) == {("small", str(NIGHT))}


def test_another_account_is_free_meanwhile(holder):
    with account_lock(AccountFolder("other")):
        pass


def test_a_killed_holder_leaves_no_lock(holder):
    holder.kill()
    holder.wait(timeout=30)
    with account_lock(AccountFolder("small")):
        assert f"process {os.getpid()}," in AccountFolder("small").lock.read_text()
    assert AccountFolder("small").lock.read_text() == ""


def test_the_command_and_its_run_are_one_holder():
    folder = AccountFolder("small")
    with account_lock(folder):
        with account_lock(folder):
            pass
        with started(HOLDER) as other:
            out, err = other.communicate(timeout=60)
        assert "AccountBusyError" in err
        assert out == ""


def test_a_block_that_fails_gives_the_lock_back():
    folder = AccountFolder("small")
    with pytest.raises(ZeroDivisionError), account_lock(folder):
        _ = 1 / 0
    with started(HOLDER) as other:
        out, _ = other.communicate(timeout=60)
    assert out == "held\n"
