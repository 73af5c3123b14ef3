"""One night's reading of a CRM, as every CRM's goes: streams side by side, each loaded as it is done.

Here: running streams, their cursors and landing folders, and a word on the way. Not here: any one CRM
(`hubspot_load`, `salesforce_load`).
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import duckdb

from connectors.landing import Landing
from connectors.protocol import Cost, Landed, Local, Stream
from pipelines.landing import Files, load, read_cursor
from pipelines.table import Table
from pipelines.warehouse import build_within, open_run_id, rows_as_select, transaction

LOGGER = logging.getLogger("pipelines.crm")

SECONDS_BETWEEN_WORDS = 2.0

Loads = Callable[[Stream, Landed], tuple[tuple[str, ...], list[Files]]]
"""A stream and what it landed → the statements before any file, and those over its files."""


class CrmNight:
    """One night's reading of a CRM called `label`; its streams' cursors and landing folders begin with `source`."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        landing: Path,
        say: Callable[[str], None],
        source: str,
        label: str,
        raw: Sequence[Table],
    ) -> None:
        self.con, self.landing, self.say, self.source, self.label = con, landing, say, source, label
        self.raw = {t.name: t for t in raw}
        self.cost = Cost()
        self.began = self.last_word = time.monotonic()
        self.done: dict[str, tuple[int, int | None]] = {}

    def account_for(self, calls: int) -> None:
        """What it cost, into the run's row."""
        self.con.execute(
            "update reporting.runs set rows_read = rows_read + $1, rows_changed = rows_changed + $1, "
            "api_calls = api_calls + $2 where run_id = $3",
            [self.cost.records, calls, open_run_id(self.con)],
        )

    def run(self, pool: ThreadPoolExecutor, streams: Sequence[Stream], local: Local, loads: Loads) -> list[Landed]:
        """Read the streams side by side; load each as it is done. The first fault ends it, when all have stopped."""
        futures: dict[Future[Landed], Stream] = {
            pool.submit(s.read, self.cursor(s.name), self.landing_of(s.name), local): s for s in streams
        }
        for future in as_completed(futures):
            stream = futures[future]
            if future.exception() is None:
                landed = future.result()
                first, files = loads(stream, landed)
                load(self.con, f"{self.source}.{stream.name}", landed, self.landing_of(stream.name), first, files)
                self.cost += landed.cost
                LOGGER.info("%s: %s", stream.name, landed.cost)
        return [f.result() for f in futures]

    def write(self, name: str, rows: list[Any]) -> None:
        """One of the source's raw tables, whole."""
        with transaction(self.con), rows_as_select(self.raw[name], rows) as select:
            build_within(self.con, self.raw[name], select)

    @property
    def is_full_refresh(self) -> bool:
        """Whether the night was asked to read everything anew."""
        return bool(self.con.execute("select full_refresh from settings.night").fetchall()[0][0])

    def cursor(self, stream: str) -> str | None:
        """Where a stream goes on; None: it was never read to its end."""
        return read_cursor(self.con, f"{self.source}.{stream}")

    def landing_of(self, stream: str) -> Landing:
        """The stream's landing folder."""
        return Landing(self.landing / f"{self.source}.{stream}")

    def tell(self, stream: str, records: int, expected: int | None, calls: int) -> None:
        """A word now and then: records, rate, calls, time left."""
        self.done[stream] = (records, expected)
        now = time.monotonic()
        if now - self.last_word < SECONDS_BETWEEN_WORDS:
            return
        self.last_word = now
        done = sum(r for r, _ in self.done.values())
        rate = done / max(now - self.began, 1e-9)
        left = sum(max(0, e - r) for r, e in self.done.values() if e is not None)
        remaining = f", about {left / rate:,.0f} s left" if left and rate else ""
        self.say(f"{self.label}: {done:,} records, {rate:,.0f} a second, {calls:,} calls{remaining}")


def forget(con: duckdb.DuckDBPyConnection, source: str, raw: Sequence[Table]) -> None:
    """Empty the raw tables of a CRM that the account does not use, or no longer."""
    with transaction(con):
        for table in raw:
            con.execute(f"delete from {table.key}")
        con.execute("delete from nights.cursors where stream like $1", [f"{source}.%"])
