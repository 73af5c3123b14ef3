"""A night on a simulated CRM without the orchestration, and its tables to compare.

Here: what the tests of HubSpot and Salesforce and their benchmarks share. Not here: any CRM, or tests.
"""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from models.open_night import open_night
from models.settings.read import settings_from
from pipelines import settings_step
from pipelines.catalog import RAW, catalog
from pipelines.landing import create_tables
from pipelines.warehouse import build, check, columns_there, open_warehouse

SETTINGS = {
    "timezone": "Europe/Paris",
    "currency": "EUR",
    "target": {"revenue": 500000, "start": date(2026, 1, 1), "end": date(2026, 12, 31)},
    "funnel": {"sales_sources": ["Outbound"]},
}


@contextmanager
def open_night_of(folder, settings, as_of, full_refresh=False):
    """The warehouse in `folder` with the night of `as_of` open; `settings` name the sources, and what differs."""
    given = settings_from(SETTINGS | settings, "t.yaml")
    now = datetime.combine(as_of, datetime.min.time(), tzinfo=UTC) + timedelta(days=1, hours=18)
    with open_warehouse(folder / "warehouse.duckdb") as con:
        con.execute("delete from nights.open")
        con.execute("insert into nights.open values ('simulated')")
        settings_step._write(con, open_night("t", given, now=now, as_of=as_of, full_refresh=full_refresh))
        settings_step._create_run_log(con, settings_step.RUNS)
        create_tables(con, RAW)
        yield con


def build_tables(con, schemas=("funnel",)):
    """Build the SQL tables over what was read, checks included; the other sources are empty."""
    for table in catalog().tables.values():
        # What reads the plan is not built here.
        reads_plan = any(not columns_there(con, catalog().tables[r]) for r in table.reads)
        if table.sql is not None and table.schema in ("files", "hubspot", "salesforce", *schemas) and not reads_plan:
            build(con, table, table.sql)
            assert [c for c in check(con, table) if c.broken_rows] == [], table.key


# What hangs on when a record was read, rather than on the portal.
UNCOMPARED = {"home_amount", "links_due"}


def tables_of(con, schemas=("raw_hubspot", "hubspot", "raw_salesforce", "salesforce", "funnel")):
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
