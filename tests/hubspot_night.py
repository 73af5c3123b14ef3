"""A night on the simulated company as a HubSpot portal, without the orchestration.

Here: what the tests of HubSpot and its benchmarks share: the face, a night on it, tables to compare. Not here: tests.
"""

import json
import socket
import threading
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import uvicorn

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.limits import Limits
from connectors.sandbox.company import Company
from connectors.sandbox.hubspot_face.answers import Face
from connectors.sandbox.hubspot_face.app import app_of
from connectors.sandbox.hubspot_face.portal import Portal
from models.open_night import open_night
from models.settings.read import settings_from
from models.settings.sources import HubSpot
from pipelines import settings_step
from pipelines.catalog import RAW_HUBSPOT, catalog
from pipelines.hubspot_load import HubSpotNight
from pipelines.landing import create_tables
from pipelines.warehouse import build, check, columns_there, open_warehouse

AS_OF = date(2026, 6, 30)
SETTINGS = {
    "sources": {"hubspot": {}},
    "currency": "EUR",
    "target": {"revenue": 500000, "start": date(2026, 1, 1), "end": date(2026, 12, 31)},
    "funnel": {"sales_sources": ["Outbound"]},
}


class NoLimits(Limits):
    """The portal's limits are not what is tested."""

    def take_turn(self, lane):
        pass


@contextmanager
def served(face):
    """The address of a face that answers in a thread, for the time of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(app_of(face), log_level="critical", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def portal_of(people=1500, seed=1, as_of=AS_OF, ends_on=None, **about):
    """(company, face, address) of a simulated portal as it stood when `as_of` ended."""
    with Company.generate(None, people=people, seed=seed, timezone="Europe/Paris", ends_on=ends_on or as_of) as company:
        face = Face(Portal(company, company.midnight_after(as_of), **about))
        with served(face) as url:
            yield company, face, url


def client(url, **about):
    """A client that waits for nothing."""
    about.setdefault("limits", NoLimits())
    about.setdefault("sleep", lambda _seconds: None)
    return HubSpotClient("secret-token", base_url=url, **about)


def control(url, what, body=None):
    """Tell the face something, or ask it."""
    request = urllib.request.Request(f"{url}/_sandbox/{what}", data=json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def open_warehouse_for(folder, as_of=AS_OF, full_refresh=False, settings=None):
    """A context: the warehouse in `folder` with the night of `as_of` open."""
    return _opened(
        folder, as_of, full_refresh, settings_from({"timezone": "Europe/Paris"} | (settings or SETTINGS), "t.yaml")
    )


@contextmanager
def _opened(folder, as_of, full_refresh, settings):
    now = datetime.combine(as_of, datetime.min.time(), tzinfo=UTC) + timedelta(days=1, hours=18)
    with open_warehouse(folder / "warehouse.duckdb") as con:
        con.execute("delete from nights.open")
        con.execute("insert into nights.open values ('simulated')")
        settings_step._write(con, open_night("t", settings, now=now, as_of=as_of, full_refresh=full_refresh))
        settings_step._create_run_log(con, settings_step.RUNS)
        create_tables(con, RAW_HUBSPOT)
        yield con


def read_night(con, folder, connection, asked=None):
    """Read the portal into the open warehouse; returns the night."""
    night = HubSpotNight(con, folder / "landing", connection, asked or HubSpot(), lambda _what: None)
    night.read()
    return night


def build_tables(con, schemas=("hubspot", "funnel")):
    """Build the SQL tables over what was read, checks included; the exports are empty."""
    for table in catalog().tables.values():
        if table.schema == "raw_files":
            con.execute(f"create schema if not exists {table.schema}")
            columns = ", ".join(f"{c.name} {c.type}" for c in table.columns)
            con.execute(f"create table if not exists {table.key} ({columns})")
    for table in catalog().tables.values():
        # What reads the plan is not built here.
        reads_plan = any(not columns_there(con, catalog().tables[r]) for r in table.reads)
        if table.sql is not None and table.schema in ("files", *schemas) and not reads_plan:
            build(con, table, table.sql)
            assert [c for c in check(con, table) if c.broken_rows] == [], table.key


# What hangs on when a record was read, rather than on the portal.
UNCOMPARED = {"home_amount", "links_due"}


def tables_of(con, schemas=("raw_hubspot", "hubspot", "funnel")):
    """Every row of every table, by table, as sorted text."""
    found = {}
    for table in catalog().tables.values():
        if table.schema in schemas and columns_there(con, table):
            listed = ", ".join(c.name for c in table.columns if c.name not in UNCOMPARED)
            found[table.key] = sorted(map(repr, con.execute(f"select {listed} from {table.key}").fetchall()))
    return found


def differing(one, other):
    """Of each table that differs, a few rows that only one side has."""
    found = {}
    for key in one:
        a, b = set(one[key]), set(other[key])
        if one[key] != other[key]:
            found[key] = (sorted(a - b)[:4], sorted(b - a)[:4], len(one[key]), len(other[key]))
    return found
