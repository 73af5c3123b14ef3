"""A run of one account: its settings file, its folder, its lock and its log, for the time of the run.

Here: what every step of a run shares, and how a refusal becomes a plain failure. Not here: any step.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dotenv import load_dotenv
from pydantic import PrivateAttr

from connectors.errors import FixAccessError, FixSettingsError, TryAgainError, WaitError
from models.open_night import ImpossibleDayError
from models.settings.account import AccountSettings
from models.settings.read import SettingsError, read_settings
from pipelines.account_lock import AccountBusyError, account_lock
from pipelines.exit_codes import BAD_INPUT
from pipelines.paths import PROJECT, AccountFolder, account_files
from pipelines.run_log import logged_to
from pipelines.table import Table
from pipelines.warehouse import open_warehouse

LOGGER = logging.getLogger("pipelines.run")


class _Accounts(dg.DynamicPartitionsDefinition):
    """The accounts. That of the run in progress is one of them without a look into Dagster's storage.

    Dagster asks for it at every input of every step: 400 times a night, 4 ms each.
    """

    def has_partition_key(self, partition_key: str, *args: Any, **kwargs: Any) -> bool:
        """Whether there is an account of that name."""
        return partition_key in _running or super().has_partition_key(partition_key, *args, **kwargs)


_running: set[str] = set()

# On runs that found another one of their account at work.
BUSY_TAG = "sla/busy"

ACCOUNTS = _Accounts(name="account")

# Called with the key of each table and its rows as it is built; with None for rows, with what is being done.
Progress = Callable[[str, int | None], None]
listeners: list[Progress] = []


class AccountRun(dg.ConfigurableResource):
    """The account that a run is for; held for the whole run, as the run is one process."""

    _account: str = PrivateAttr(default="")
    _held_open: Any = PrivateAttr(default=None)
    _opened: Any = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["AccountRun"]:
        """Hold the account's lock and log to its run.log while the run lasts.

        Raises AccountBusyError when another process runs the account.
        """
        load_dotenv(PROJECT / ".env")
        run = context.run
        self._account = run.tags.get("dagster/partition", "") if run else ""
        with _told_if_busy(context), account_lock(self.folder), logged_to(self.folder.log):
            LOGGER.info("run %s of %s begins", run.run_id[:8] if run else "-", self._account)
            _running.add(self._account)
            try:
                yield self
            finally:
                _running.discard(self._account)
                if self._held_open is not None:
                    self._held_open.close()
                    self._held_open = None
            LOGGER.info("run %s of %s ends", run.run_id[:8] if run else "-", self._account)

    @property
    def account(self) -> str:
        """The account's name: the partition of the run."""
        return self._account

    @property
    def folder(self) -> AccountFolder:
        """Where the account's results lie."""
        return AccountFolder(self._account)

    @property
    def settings_file(self) -> Path:
        """The account's file; raises SettingsError where it is gone."""
        file = account_files().get(self._account)
        if file is None:
            raise SettingsError([f"{self._account}.yaml: there is no such account file; put it back, or add one."])
        return file

    def settings(self) -> AccountSettings:
        """What the account's file says; raises SettingsError."""
        return read_settings(self.settings_file)

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the account's own database, for the time of a step; its session's time zone is UTC.

        The database stays open from a run's first step to its end: opening it takes longer than most of them.
        """
        if self._held_open is None:
            self._held_open = ExitStack()
            self._opened = self._held_open.enter_context(open_warehouse(self.folder.warehouse))
        with self._opened.cursor() as con:
            con.execute("set timezone = 'UTC'")
            yield con

    def report(self, table: str, rows: int) -> None:
        """Tell whoever follows the run that a table was built, with how many rows."""
        LOGGER.info("%s: %s rows", table, f"{rows:,}")
        for listener in listeners:
            listener(table, rows)

    def report_all(self, con: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> dict[str, int]:
        """Tell of each of a source's tables; returns their rows by name."""
        counted = {t.name: int(con.execute(f"select count(*) from {t.key}").fetchall()[0][0]) for t in tables}
        for table in tables:
            self.report(table.key, counted[table.name])
        return counted

    def doing(self, what: str) -> None:
        """Tell whoever follows the run what takes its time, before a table comes of it."""
        LOGGER.info("%s", what)
        for listener in listeners:
            listener(what, None)


@contextmanager
def _told_if_busy(context: dg.InitResourceContext) -> Iterator[None]:
    """A run that meets another of its account is marked: it is no run of its night, which is asked for again."""
    try:
        yield
    except AccountBusyError:
        if context.run and context.instance:
            context.instance.add_run_tags(context.run.run_id, {BUSY_TAG: "yes"})
        raise


@contextmanager
def plain_failures() -> Iterator[None]:
    """Within the block, what a person must correct fails the step with its plain sentence, and is not retried."""
    try:
        yield
    except (SettingsError, FixSettingsError, FixAccessError, ImpossibleDayError) as e:
        LOGGER.error("%s", e)
        raise dg.Failure(str(e), metadata={"exit_code": BAD_INPUT}, allow_retries=False) from None
    except WaitError as e:
        LOGGER.error("%s", e)
        raise dg.Failure(str(e), allow_retries=False) from None
    except TryAgainError as e:
        LOGGER.error("%s", e)
        raise dg.Failure(str(e)) from None
