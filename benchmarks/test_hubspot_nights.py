"""Thirty days of a portal, night by night, and readings that are killed: the same rows as when nothing happened.

.venv/bin/python -m pytest benchmarks/test_hubspot_nights.py -p no:xdist -s
DAYS and KILLS say how many.
"""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta

from pipelines.paths import PROJECT
from tests.hubspot_night import (
    AS_OF,
    build_tables,
    client,
    control,
    differing,
    open_warehouse_for,
    portal_of,
    read_night,
    tables_of,
)

DAYS, KILLS = int(os.environ.get("DAYS", "30")), int(os.environ.get("KILLS", "40"))


def move(url, company, day):
    control(url, "days", {"at": company.midnight_after(day).isoformat()})


def full(url, folder, day):
    """The tables of a full refresh."""
    folder.mkdir(exist_ok=True)
    with open_warehouse_for(folder, day, full_refresh=True) as con:
        read_night(con, folder, client(url))
        build_tables(con)
        return tables_of(con)


def test_each_of_thirty_nights_equals_a_full_refresh_of_that_day(tmp_path):
    (tmp_path / "nightly").mkdir()
    calls = []
    with portal_of(people=2500, seed=3, ends_on=AS_OF + timedelta(days=DAYS)) as (company, _, url):
        for number in range(DAYS + 1):
            day = AS_OF + timedelta(days=number)
            move(url, company, day)
            with open_warehouse_for(tmp_path / "nightly", day) as con:
                connection = client(url)
                read_night(con, tmp_path / "nightly", connection)
                calls.append(connection.all_calls)
                build_tables(con)
                nightly = tables_of(con)
            assert differing(full(url, tmp_path / "full", day), nightly) == {}, day
    print(
        f"\n{DAYS + 1} nights equal a full refresh; {calls[0]} calls at first, "
        f"then {min(calls[1:])} to {max(calls[1:])}"
    )


def test_a_reading_killed_at_random_moments_ends_as_an_undisturbed_one(tmp_path):
    chance = random.Random(11)
    killed = 0
    with portal_of(people=2500, seed=4, ends_on=AS_OF + timedelta(days=6)) as (company, _, url):
        for number in range(KILLS):
            day = AS_OF + timedelta(days=number % 7)
            if number % 7 == 0:
                folder = tmp_path / f"killed {number}"
                folder.mkdir()
            move(url, company, day)
            line = [sys.executable, "-m", "benchmarks.hubspot_reading", url, str(folder), day.isoformat()]
            with subprocess.Popen(line, cwd=PROJECT, stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                time.sleep(chance.uniform(0, 2.5 if number % 7 == 0 else 0.5))
                killed += process.poll() is None
                process.kill()
            with open_warehouse_for(folder, day) as con:
                read_night(con, folder, client(url))
                build_tables(con)
                found = tables_of(con)
            assert differing(full(url, tmp_path / "full", day), found) == {}, (number, day)
    print(f"\n{killed} of {KILLS} readings killed at work; each next one equals a full refresh")
    assert killed >= KILLS // 3
