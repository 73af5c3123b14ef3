"""Reading a Salesforce org: calls, seconds and memory by its size, and how fast beside the SDK's own way.

.venv/bin/python -m pytest benchmarks/test_salesforce_load.py -p no:xdist -s
"""

import json
import subprocess
import sys
import time

import duckdb
import pandas as pd
import requests
from simple_salesforce import Salesforce

from benchmarks.salesforce_load import AS_OF, AT, client_of
from connectors.sandbox.salesforce_face.serving import served
from pipelines.paths import PROJECT
from tests.salesforce_night import open_warehouse_for, read_night

PEOPLE = 100_000


def measured(people):
    """What a first load and a quiet night took, each a process's own figures."""
    line = [sys.executable, "-m", "benchmarks.salesforce_load", str(people)]
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, check=True)
    return [json.loads(text) for text in done.stdout.splitlines()]


def test_memory_does_not_grow_with_the_org_and_calls_keep_to_their_budgets():
    nights = {people: measured(people) for people in (20_000, 200_000)}
    for people, both in nights.items():
        for night in both:
            rate = night["records"] / night["seconds"]
            print(
                f"\n{people:,} leads, {night['what']}: {night['records']:,} records, {night['calls']:,} calls "
                f"({night['pages']} of them pages, {night['looks']} looks), {night['seconds']:.1f} s, "
                f"{rate:,.0f} records a second, peak {night['peak_mb']:,.0f} MB",
                end="",
            )
        first, quiet = both
        assert first["calls"] - first["pages"] <= 60 + first["seconds"] / 30
        assert quiet["calls"] <= 25
    small, large = (nights[people][0]["peak_mb"] for people in (20_000, 200_000))
    print(f"\npeak: {large / small:.2f} times")
    assert large <= 1.5 * small


def by_query_all(org, queries, file):
    """Seconds and records of the SDK's query_all into data frames into DuckDB, with the same queries."""
    session = requests.Session()
    session.verify, session.trust_env = str(org.ca_file), False
    sf = Salesforce(session_id=org.access_token, instance_url=org.url, session=session, version="66.0")
    began, records = time.monotonic(), 0
    with duckdb.connect(str(file)) as con:
        for name, soql in queries.items():
            frame = pd.DataFrame(sf.query_all(soql, include_deleted=True)["records"]).drop(columns="attributes")
            con.execute(f'create table "{name}" as select * from frame')
            records += len(frame)
    return time.monotonic() - began, records


def test_at_least_three_times_as_fast_as_query_all_into_a_data_frame(tmp_path):
    about = {"people": PEOPLE, "seed": 1, "timezone": "UTC", "ends_on": AS_OF, "at": AT, "folder": tmp_path}
    with served(**about) as org:
        # The org makes its tables when they are first asked for: that is not what is timed.
        for place in ("warm", "timed"):
            (tmp_path / place).mkdir()
            with open_warehouse_for(tmp_path / place, AS_OF) as con:
                began = time.monotonic()
                night = read_night(con, tmp_path / place, client_of(org))
                seconds = time.monotonic() - began
        sdk_seconds, records = by_query_all(
            org, {n: s.soql() for n, s in night.org.selections.items()}, tmp_path / "sdk.duckdb"
        )
    ours, theirs = night.cost.records / seconds, records / sdk_seconds
    assert night.cost.records == records
    print(
        f"\nours {ours:,.0f} records a second, query_all's {theirs:,.0f}: {ours / theirs:.1f} times ({records:,} each)"
    )
    assert ours >= 3 * theirs
