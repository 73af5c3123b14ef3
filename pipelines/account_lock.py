"""One run an account at a time: a lock beside its warehouse that says who holds it.

Here: taking and naming the lock. Not here: anything that is done under it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipelines.paths import AccountFolder

# A command and the run it starts are one holder.
_held: set[Path] = set()


class AccountBusyError(Exception):
    """Another run of the account is in progress; the sentence says whose, and since when."""


@contextmanager
def account_lock(folder: AccountFolder) -> Iterator[None]:
    """Hold the account's lock; it ends with the process at the latest, so a killed run leaves none behind.

    Within a process that holds it already it is held on. Raises AccountBusyError when another process does.
    """
    path = folder.lock.resolve()
    if path in _held:
        yield
        return
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
        lock.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        lock.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            lock.truncate(0)


def is_held(folder: AccountFolder) -> bool | None:
    """Whether a process holds the account's lock; None where there is no such lock to be seen from here."""
    if folder.lock.resolve() in _held:
        return True
    try:
        with folder.lock.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except OSError:
        return True
    return False
