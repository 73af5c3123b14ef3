"""Dagster's own storage, made sure of before anything uses it.

Several processes that meet a fresh storage at once destroy it, so one makes it, under a lock, once per version.
"""

import fcntl
import os

import dagster as dg

from pipelines.paths import PROJECT

HOME = PROJECT / ".dagster"


def ensure_instance() -> None:
    """Create or upgrade Dagster's storage beside dagster.yaml, and work from there.

    Sets DAGSTER_HOME and the working directory to the project: the paths in dagster.yaml are relative to it.
    """
    os.environ["DAGSTER_HOME"] = str(PROJECT)
    os.chdir(PROJECT)
    HOME.mkdir(exist_ok=True)
    stamp = HOME / f"ready-{dg.__version__}"
    if stamp.exists():
        return
    with (HOME / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists():
            with dg.DagsterInstance.get() as instance:
                instance.upgrade()
                instance.get_run_records(limit=1)
                instance.get_dynamic_partitions("account")
            stamp.touch()


if __name__ == "__main__":
    ensure_instance()
