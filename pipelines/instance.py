"""Dagster's own storage, made sure of before anything uses it.

Several processes that meet a fresh storage at once destroy it, so one makes it, under a lock, once per version.
"""

import fcntl
import os
import shutil
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import dagster as dg

from pipelines.paths import PROJECT

CONFIG = PROJECT / "dagster.yaml"


def dagster_home() -> Path:
    """The folder of dagster.yaml and of Dagster's storage: the project, unless SLA_DAGSTER_HOME moves it."""
    return Path(os.environ.get("SLA_DAGSTER_HOME") or PROJECT)


def ensure_instance() -> None:
    """Create or upgrade Dagster's storage beside dagster.yaml, and work from there.

    Sets DAGSTER_HOME and the working directory to that folder: the paths in dagster.yaml are relative to it.
    """
    home = dagster_home().resolve()
    storage = home / ".dagster"
    storage.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    os.chdir(home)
    stamp = storage / f"ready-{dg.__version__}"
    if stamp.exists():
        return
    with (storage / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists():
            if home != PROJECT:
                shutil.copyfile(CONFIG, home / CONFIG.name)
            with dg.DagsterInstance.get() as instance:
                # What it says would land in the output of a command.
                with redirect_stdout(StringIO()):
                    instance.upgrade()
                instance.get_run_records(limit=1)
                instance.get_dynamic_partitions("account")
            stamp.touch()


if __name__ == "__main__":
    ensure_instance()
