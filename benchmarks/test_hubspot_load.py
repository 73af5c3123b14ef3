"""Reading a HubSpot portal: calls, seconds and memory by its size, and how fast beside the SDK's own way.

.venv/bin/python -m pytest benchmarks/test_hubspot_load.py -p no:xdist -s
"""

import json
import subprocess
import sys
import time
from datetime import date, datetime

import duckdb
import hubspot
import pandas as pd
import pytest

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.limits import Limits
from connectors.hubspot.objects import TYPES
from connectors.sandbox.hubspot_face.serving import served
from pipelines.paths import PROJECT
from tests.hubspot_night import NoLimits, control, open_warehouse_for, read_night

AS_OF, AT = date(2026, 6, 30), datetime.fromisoformat("2026-07-01")
PEOPLE = 60_000
READ_BOTH_WAYS = ("contacts", "deals", "calls", "emails", "meetings", "communications")


def measured(people):
    """What a first load and a quiet night took, each a process's own figures."""
    line = [sys.executable, "-m", "benchmarks.hubspot_load", str(people)]
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, check=True)
    return [json.loads(text) for text in done.stdout.splitlines()]


def test_memory_does_not_grow_with_the_portal_and_calls_keep_to_their_budgets():
    nights = {people: measured(people) for people in (20_000, 200_000)}
    for people, both in nights.items():
        for night in both:
            rate = night["records"] / night["seconds"]
            print(
                f"\n{people:,} people, {night['what']}: {night['records']:,} records, {night['calls']:,} calls, "
                f"{night['seconds']:.1f} s, {rate:,.0f} records a second, peak {night['peak_mb']:,.0f} MB",
                end="",
            )
        first, quiet = both
        read = first["contacts"] + first["deals"] + first["activities"]
        assert first["calls"] <= 1.05 * read / 100 + first["histories"] / 50 + 40
        assert quiet["calls"] <= 25 + quiet["deals"] / 1_000
    small, large = (nights[people][0]["peak_mb"] for people in (20_000, 200_000))
    print(f"\npeak: {large / small:.2f} times")
    assert large <= 1.5 * small


def by_the_sdk(url, selections, file):
    """Seconds and records of the SDK's get_all into data frames into DuckDB, with the properties that we ask for."""
    api = hubspot.Client.create(access_token="token")
    api.config["host"] = url
    began, records = time.monotonic(), 0
    with duckdb.connect(str(file)) as con:
        for kind in READ_BOTH_WAYS:
            asked = {"properties": selections[kind]} | ({} if kind == "contacts" else {"associations": ["contacts"]})
            part = {"contacts": api.crm.contacts, "deals": api.crm.deals}.get(kind)
            found = part.get_all(**asked) if part else api.crm.objects.get_all(kind, **asked)
            frame = pd.DataFrame([r.to_dict()["properties"] | {"id": r.id} for r in found])
            con.execute(f"create table {kind} as select * from frame")
            records += len(frame)
    return time.monotonic() - began, records


def test_at_least_five_times_as_fast_as_the_sdk_s_own_way(tmp_path):
    about = {"people": PEOPLE, "seed": 1, "timezone": "UTC", "ends_on": AS_OF, "at": AT, "folder": tmp_path}
    # The portal answers a second time without work: its speed is not what is timed.
    with served(**about, remembers=True) as url:
        for place in ("warm", "timed"):
            (tmp_path / place).mkdir()
            with open_warehouse_for(tmp_path / place, AS_OF) as con:
                began = time.monotonic()
                night = read_night(con, tmp_path / place, HubSpotClient("t", base_url=url, limits=NoLimits()))
                seconds = time.monotonic() - began
        selections = {kind: night.reader.selection(TYPES[kind]).properties for kind in READ_BOTH_WAYS}
        by_the_sdk(url, selections, tmp_path / "warm.duckdb")
        sdk_seconds, sdk_records = by_the_sdk(url, selections, tmp_path / "sdk.duckdb")
    # Histories and links are read on top, and not counted.
    ours, theirs = sdk_records / seconds, sdk_records / sdk_seconds
    print(f"\nours {ours:,.0f} records a second, the SDK's {theirs:,.0f}: {ours / theirs:.1f} times")
    assert ours >= 5 * theirs


@pytest.mark.parametrize("per_ten_seconds", [100, 190])
def test_at_least_nine_tenths_of_what_the_limit_allows(tmp_path, per_ten_seconds):
    about = {"people": PEOPLE, "seed": 1, "timezone": "UTC", "ends_on": AS_OF, "at": AT, "folder": tmp_path}
    with served(**about) as url, open_warehouse_for(tmp_path, AS_OF) as con:
        control(url, "limits", {"per_ten_seconds": per_ten_seconds, "searches_per_second": 5})
        began = time.monotonic()
        read_night(con, tmp_path, HubSpotClient("token", base_url=url, limits=Limits()))
        seconds = time.monotonic() - began
        counted = control(url, "calls")
    # The lanes of the search and of links have limits of their own.
    sent = sum(counted.values()) - counted.get("search", 0) - counted.get("links", 0)
    allowed = per_ten_seconds * seconds / 10
    print(f"\n{sent} calls in {seconds:.0f} s at {per_ten_seconds} in ten seconds: {sent / allowed:.0%} of the limit")
    assert sent >= 0.9 * allowed
