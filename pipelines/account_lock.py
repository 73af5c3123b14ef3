"""One run an account at a time: a lock beside its warehouse that says who holds it.

Here: taking and naming the lock. Not here: anything that is done under it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipelines.paths import AccountFolder


class AccountBusyError(Exception):
    """Another run of the account is in progress; the sentence says whose, and since when."""


@contextmanager
def account_lock(folder: AccountFolder, run_id: str) -> Iterator[None]:
    """Hold the account's lock; it ends with the process at the latest, so a killed run leaves none behind.

    Raises AccountBusyError when another run holds it.
    """
    folder.root.mkdir(parents=True, exist_ok=True)
    with folder.lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise AccountBusyError(
                f"The night of {folder.account} is already running ({holder}); wait for it to end, or stop it."
            ) from None
        lock.truncate(0)
        lock.write(f"run {run_id[:8]}, process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)
