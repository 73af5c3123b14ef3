"""One night's reading of a Salesforce org into `raw_salesforce`: which streams run, and how what they land is loaded.

Here: running the connector's streams side by side. Not here: how they read (connectors/salesforce), what the rows
mean (sql/salesforce), or the step of the night (`salesforce_step`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import orjson

from connectors.protocol import Landed, Stream
from connectors.salesforce.budget import check_budget
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.jobs import Jobs
from connectors.salesforce.loading import forget_all, forget_missing, forget_orphans, load, load_ids
from connectors.salesforce.missing import Count, Ids, counts, high_marks, ids_of, row_counts
from connectors.salesforce.objects import CAMPAIGN_MEMBER, TYPES
from connectors.salesforce.org import Org, read_org
from connectors.salesforce.records import Records
from connectors.salesforce.selection import Selection
from connectors.salesforce.tables import Option
from models.settings.sources import Salesforce
from pipelines.catalog import RAW_SALESFORCE
from pipelines.crm_night import CrmNight
from pipelines.landing import Files, WarehouseRecords, read_cursor, write_cursor
from pipelines.salesforce_access import stages_from
from pipelines.warehouse import transaction

BEGINS = "salesforce.history_begins"


class SalesforceNight(CrmNight):
    """One night's reading of an org."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        landing: Path,
        client: SalesforceClient,
        asked: Salesforce,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(con, landing, say, "salesforce", "Salesforce", RAW_SALESFORCE)
        self.client, self.asked = client, asked
        self.local = WarehouseRecords(
            con, {k.name: (f"raw_salesforce.{k.table}", k.key, k.rows) for k in TYPES.values()}, {}
        )

    def read(self) -> None:
        """Everything there is to read tonight: what changed, then what is gone, then who responded to campaigns."""
        org = read_org(self.client, self.asked.record_types, stages_from(self.asked))
        self.org, self.jobs = org, Jobs(self.client)
        self._forget_another_org(org)
        self._write_org(org)
        marks = high_marks(self.client, org.selections)
        first = {n: s for n, s in org.selections.items() if self.cursor(n) is None}
        if first and not self._is_begun(first):
            check_budget(self.client, row_counts(self.client, first))
        # A contact's response is that of the lead it was, which must be known by then.
        last = [n for n in org.selections if n == CAMPAIGN_MEMBER.name]
        with ThreadPoolExecutor(8, "stream") as pool:
            streams = [self._records(n, marks) for n in org.selections]
            for stream in streams:
                stream.begin(self.cursor(stream.name), self.landing_of(stream.name))
            landed = self._run(pool, [s for s in streams if s.name not in last])
            landed += self._run(pool, [s for s in streams if s.name in last])
            # What began in an earlier run has changed since.
            stale = [s.name for s, x in zip(streams, landed, strict=True) if x.is_stale]
            self._run(pool, [self._records(n, marks) for n in stale])
            self._look_for_missing(pool, marks)
        with transaction(self.con):
            for statement in forget_orphans():
                self.con.execute(statement)
        self.write("findings", org.findings)

    def _records(self, name: str, marks: dict[str, str]) -> Records:
        return Records(self.client.counting_apart(), self.jobs, self.org.selections[name], marks.get(name), self.tell)

    def _run(self, pool: ThreadPoolExecutor, streams: Sequence[Stream]) -> list[Landed]:
        return self.run(pool, streams, self.local, self._loads) if streams else []

    def _loads(self, stream: Stream, landed: Landed) -> tuple[tuple[str, ...], list[Files]]:
        assert isinstance(stream, Records)  # noqa: S101
        kind = stream.selection.kind
        if isinstance(stream, Ids):
            before, over = load_ids(kind)
            return before, [Files("records", over)]
        statements = load(stream.selection, self.org.campaigns, self.org.timezone)
        return forget_all(kind) if landed.is_whole else (), [Files("records", statements)]

    def _look_for_missing(self, pool: ThreadPoolExecutor, marks: dict[str, str]) -> None:
        """Where the org shows fewer records than are known, learn which are gone; where more, read the object anew."""
        counted = counts(self.client, self.org.selections, marks)
        fewer = [c for c in counted if c.records < self._known(c)]
        self._run(
            pool, [Ids(self.client.counting_apart(), self.jobs, ids_of(c.kind), marks.get(c.kind.name)) for c in fewer]
        )
        with transaction(self.con):
            for statement in [s for c in fewer for s in forget_missing(c.kind)]:
                self.con.execute(statement)
        more = [c.kind.name for c in counted if c.records > self._known(c)]
        with transaction(self.con):
            for name in more:
                write_cursor(self.con, f"salesforce.{name}", None)
        streams = [self._records(n, marks) for n in more]
        for stream in streams:
            stream.begin(None, self.landing_of(stream.name))
        self._run(pool, streams)

    def _known(self, count: Count) -> int:
        kind = count.kind
        until = "true" if count.until is None else f"created_at <= timestamptz '{count.until}' at time zone 'UTC'"
        found = self.con.execute(f"select count(*) from raw_salesforce.{kind.table} where {kind.rows} and {until}")
        return int(found.fetchall()[0][0])

    # --- the org's own tables ------------------------------------------------------------------------------------

    def _write_org(self, org: Org) -> None:
        self.write("owners", org.owners)
        self.write("rates", org.rates)
        begins = read_cursor(self.con, BEGINS) or org.history_begins
        if begins is not None:
            with transaction(self.con):
                write_cursor(self.con, BEGINS, begins)
            org.options.append(Option("history_begins", "Lead", begins, 0, True, False, False))
        self.write("options", org.options)

    def _forget_another_org(self, org: Org) -> None:
        """Start anew where the cursors speak of another org; read an object anew where other fields are read of it.

        A full refresh keeps the history that the org itself no longer holds.
        """
        with transaction(self.con):
            if read_cursor(self.con, "salesforce.org") != org.org_id:
                for table in self.raw.values():
                    self.con.execute(f"delete from {table.key}")
                self.con.execute("delete from nights.cursors where stream like 'salesforce.%'")
                write_cursor(self.con, "salesforce.org", org.org_id)
            for name, selection in org.selections.items():
                about = [selection.fields, selection.dates, org.campaigns if name == CAMPAIGN_MEMBER.name else {}]
                shape = orjson.dumps(about, option=orjson.OPT_SORT_KEYS).decode()
                if self.is_full_refresh or read_cursor(self.con, f"salesforce.{name}.shape") != shape:
                    write_cursor(self.con, f"salesforce.{name}", None)
                    write_cursor(self.con, f"salesforce.{name}.shape", shape)
            for kind in TYPES.values():
                # Hidden from the user since: what was read is no longer kept up.
                if kind.name not in org.selections and self.cursor(kind.name) is not None:
                    for statement in forget_all(kind):
                        self.con.execute(statement)
                    write_cursor(self.con, f"salesforce.{kind.name}", None)

    def _is_begun(self, first: dict[str, Selection]) -> bool:
        return all(any("soql" in e for e in self.landing_of(n).entries) for n in first)
