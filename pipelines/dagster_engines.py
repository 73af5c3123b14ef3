"""Engines of Dagster's SQLite storages of runs and events, kept: one made for each call compiles each statement anew.

That is a fifth of a night. Here: one engine a file. Connections are opened and closed as before. Not here: Postgres,
where Dagster keeps its own.
"""

from functools import lru_cache
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import Engine, NullPool, create_engine

# A run has a file of its own; a process that sees many runs keeps the latest.
KEPT = 32


def keep_engines() -> None:
    """From here on, in this process, Dagster's SQLite storages of runs and events use one engine a file."""
    for storage in (sqlite_event_log, sqlite_run_storage):
        # By name: a Dagster without it is as slow as before, and no worse.
        if hasattr(storage, "create_engine"):
            storage.create_engine = _engine_of


def _engine_of(url: str, **options: Any) -> Engine:
    poolclass, arguments = options.pop("poolclass", None), options.pop("connect_args", {})
    if options or poolclass is not NullPool:
        return create_engine(url, poolclass=poolclass, connect_args=arguments, **options)
    return _kept(url, tuple(sorted(arguments.items())))


@lru_cache(KEPT)
def _kept(url: str, arguments: tuple[tuple[str, Any], ...]) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args=dict(arguments))
