"""One night's reading of a HubSpot portal into `raw_hubspot`: which streams run, and how what they land is loaded.

Here: running the connector's streams side by side. Not here: how they read (connectors/hubspot), what the rows mean
(sql/hubspot), or the step of the night (`hubspot_step`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import orjson

from connectors.hubspot import tables
from connectors.hubspot.budget import check_budget
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.loading import (
    Load,
    forget_all,
    load_gone,
    load_history,
    load_links,
    load_links_of_contacts,
    load_records,
    rows_of,
    table_of,
)
from connectors.hubspot.missing import Missing
from connectors.hubspot.objects import ACTIVITIES, CONTACTS, DEALS, LEADS, TYPES, ObjectType
from connectors.hubspot.portal import Portal, read_portal
from connectors.hubspot.reader import Reader
from connectors.hubspot.records import Records
from connectors.hubspot.streams import ContactLinks, DealLinks, Histories
from connectors.protocol import Landed, Stream
from models.settings.sources import HubSpot
from pipelines.catalog import RAW_HUBSPOT
from pipelines.crm_night import CrmNight
from pipelines.landing import Files, WarehouseRecords, read_cursor, write_cursor
from pipelines.warehouse import transaction

WAITING = {
    "contacts_history": "select contact_id from raw_hubspot.contacts where history_due "
    "order by cast(contact_id as bigint)",
    "deals_history": "select deal_id from raw_hubspot.deals where history_due order by cast(deal_id as bigint)",
    "leads_history": "select lead_id from raw_hubspot.leads where history_due order by cast(lead_id as bigint)",
    "contact_links": "select contact_id from raw_hubspot.contacts where links_due order by cast(contact_id as bigint)",
}
HANDED_OVER = """
    select distinct lower(o.value)
    from raw_hubspot.options as o
    join settings.mapping as m on m.crm_stage_key in (lower(trim(o.value)), lower(trim(o.label)))
    join settings.stages as s on s.stage = m.stage
    where o.kind = 'lifecyclestage'
        and s.position >= (select h.position from settings.stages as h where h.is_handover)"""


class HubSpotNight(CrmNight):
    """One night's reading of a portal."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        landing: Path,
        client: HubSpotClient,
        asked: HubSpot,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(con, landing, say, "hubspot", "HubSpot", RAW_HUBSPOT)
        self.client, self.asked = client, asked
        places = {k.name: (*table_of(k), rows_of(k)) for k in TYPES.values()}
        self.local = WarehouseRecords(con, places, WAITING)

    def read(self) -> None:
        """Everything there is to read tonight, in three rounds: records; what is gone; what those left to be read."""
        portal = read_portal(self.client, self.asked.pipelines)
        self._write_portal(portal)
        with ThreadPoolExecutor(8, "page") as pages, ThreadPoolExecutor(8, "stream") as streams:
            deep = frozenset(r[0] for r in self.con.execute(HANDED_OVER).fetchall())
            self.reader = Reader(self.client, portal, pages, deep, self.tell)
            kinds = [TYPES[t] for t in portal.types]
            self._forget_other_portals(portal, kinds)
            records = [Records(self.reader.counting_apart(), k) for k in kinds]
            first = [r for r in records if self.cursor(r.name) is None]
            check_budget(self.reader, first, [self.landing_of(r.name) for r in first])
            landed = self._run(streams, records)
            # What began in an earlier run has changed since.
            stale = [
                Records(self.reader.counting_apart(), r.kind)
                for r, x in zip(records, landed, strict=True)
                if x.is_stale
            ]
            self._run(streams, stale)
            nightly = [r.kind for r, x in zip(records, landed, strict=True) if not x.is_whole or x.is_stale]
            second: list[Stream] = [Missing(self.reader.counting_apart(), k) for k in nightly]
            if DEALS in nightly:
                second.append(DealLinks(self.reader.counting_apart()))
            self._run(streams, second)
            third: list[Stream] = [
                Histories(self.reader.counting_apart(), k) for k in (CONTACTS, DEALS, LEADS) if k in kinds
            ]
            self._run(streams, [*third, ContactLinks(self.reader.counting_apart())])
        self.write("findings", [tables.Finding(**asdict(f)) for f in portal.findings])

    def _run(self, pool: ThreadPoolExecutor, streams: Sequence[Stream]) -> list[Landed]:
        return self.run(pool, streams, self.local, self._loads)

    def _loads(self, stream: Stream, landed: Landed) -> tuple[tuple[str, ...], list[Files]]:
        since = None if landed.is_whole else self.cursor(stream.name)
        found: list[Load]
        first: tuple[str, ...] = ()
        if isinstance(stream, Records):
            found = [self._records(stream.kind, since), load_links(stream.kind)]
            first = forget_all(stream.kind) if landed.is_whole else ()
        elif isinstance(stream, Missing):
            records = self._records(stream.kind, self.cursor(stream.kind.name))
            found = [load_gone(stream.kind), records, load_links(stream.kind)]
        elif isinstance(stream, Histories):
            found = [load_history(stream.kind)]
        elif isinstance(stream, DealLinks):
            found = [load_links(DEALS)]
        else:
            found = [load_links_of_contacts(k) for k in ACTIVITIES]
        return first, [Files(x.kind, x.statements) for x in found]

    def _records(self, kind: ObjectType, since: str | None) -> Load:
        return load_records(kind, self.reader.selection(kind), sorted(self.reader.handover_stages), since)

    # --- the portal's own tables ---------------------------------------------------------------------------------

    def _write_portal(self, portal: Portal) -> None:
        home = portal.currency
        rates = {str(r.get("fromCurrencyCode")): r for r in portal.rates if r.get("toCurrencyCode") == home}
        rows = [tables.Rate(c, str(home), float(r["conversionRate"])) for c, r in sorted(rates.items()) if c != home]
        self.write("rates", [*rows, *([tables.Rate(home, home, 1.0)] if home else [])])
        self.write("options", [tables.Option(**asdict(o)) for o in portal.options])
        self.write("owners", [_owner(o) for o in {str(o["id"]): o for o in portal.owners}.values()])

    def _forget_other_portals(self, portal: Portal, kinds: list[ObjectType]) -> None:
        """Start anew where the cursors speak of another portal, other properties, or a full refresh is asked for."""
        for kind in kinds:
            selection = self.reader.selection(kind)
            deep = sorted(self.reader.handover_stages) if kind is CONTACTS else []
            about = [portal.portal_id, selection.roles, selection.history_instead, deep]
            now = orjson.dumps(about, option=orjson.OPT_SORT_KEYS).decode()
            with transaction(self.con):
                if self.is_full_refresh or read_cursor(self.con, f"hubspot.{kind.name}.shape") != now:
                    write_cursor(self.con, f"hubspot.{kind.name}", None)
                    write_cursor(self.con, f"hubspot.{kind.name}.shape", now)


def _owner(said: dict[str, Any]) -> tables.Owner:
    name = " ".join(n for n in (said.get("firstName"), said.get("lastName")) if n)
    teams = said.get("teams") or []
    team = next((t for t in teams if t.get("primary")), teams[0] if teams else {})
    return tables.Owner(str(said["id"]), name or said.get("email"), team.get("name"), not said.get("archived", False))
