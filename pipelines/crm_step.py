"""The step that reads a CRM into its raw tables: everything at first, then what changed.

Here: what is the same of every CRM. Not here: how one is reached, or read (`hubspot_step` and its like name those).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
import duckdb

from connectors.protocol import Cost
from models.settings.account import AccountSettings
from pipelines.account_run import AccountRun, plain_failures
from pipelines.asset_parts import source_built, source_spec
from pipelines.crm_night import forget
from pipelines.landing import create_tables
from pipelines.table import Table


class Client(Protocol):
    """A client that counts."""

    @property
    def all_calls(self) -> int:
        """Calls made so far."""


class Night(Protocol):
    """One night's reading."""

    cost: Cost

    def read(self) -> None:
        """Read everything there is to read tonight."""

    def account_for(self, calls: int) -> None:
        """What it cost, into the run's row."""


Reached = Callable[
    [AccountRun, duckdb.DuckDBPyConnection, AccountSettings], AbstractContextManager[tuple[Any, Any] | None]
]
"""A client of the account's CRM and what its settings ask for, for the time of a block; None where it uses none."""
NightOf = Callable[[duckdb.DuckDBPyConnection, Path, Any, Any, Callable[[str], None]], Night]


def crm_step(source: str, raw: Sequence[Table], reached: Reached, night_of: NightOf) -> dg.AssetsDefinition:
    """The step of a CRM; an account without one gets empty tables."""

    @dg.multi_asset(
        name=source,
        specs=[source_spec(raw, {"duckdb", source})],
        retry_policy=dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL),
    )
    def step(context: dg.AssetExecutionContext, account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
        with plain_failures(), account_run.warehouse() as con:
            create_tables(con, raw)
            with reached(account_run, con, account_run.settings()) as found:
                if found is None:
                    forget(con, source, raw)
                else:
                    _read(context, account_run, con, found, night_of)
            yield source_built(account_run.report_all(con, raw), raw)

    return step


def _read(
    context: dg.AssetExecutionContext,
    account_run: AccountRun,
    con: duckdb.DuckDBPyConnection,
    found: tuple[Client, Any],
    night_of: NightOf,
) -> None:
    client, asked = found
    night = night_of(con, account_run.folder.landing, client, asked, account_run.doing)
    try:
        night.read()
    finally:
        night.account_for(client.all_calls)
    context.log.info(f"{night.cost.records:,} records, {client.all_calls:,} API calls")
