"""Thirty days of an org, night by night, and readings that are killed: the same rows as when nothing happened.

.venv/bin/python -m pytest benchmarks/test_salesforce_nights.py -p no:xdist -s
DAYS and KILLS say how many.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from datetime import timedelta

from pipelines.paths import PROJECT
from tests.crm_night import build_tables, differing, tables_of
from tests.salesforce_night import AS_OF, client, control, open_warehouse_for, org_of, read_night

DAYS, KILLS = int(os.environ.get("DAYS", "30")), int(os.environ.get("KILLS", "40"))
COMPARED = ("salesforce", "funnel")


def night_of(face, ca_file, folder, day):
    """The tables of a night in `folder`, and the calls it took; a new folder is a first load."""
    folder.mkdir(exist_ok=True)
    with open_warehouse_for(folder, day) as con:
        connection = client(face, ca_file)
        read_night(con, folder, connection)
        build_tables(con)
        return tables_of(con, COMPARED), connection.all_calls


def first_load(face, ca_file, folder, day):
    """The tables that a first load of that day shows: the bin and the history of the org alone."""
    shutil.rmtree(folder, ignore_errors=True)
    return night_of(face, ca_file, folder, day)[0]


def test_each_of_thirty_nights_equals_a_first_load_of_that_day(tmp_path):
    calls = []
    with org_of(people=2500, seed=3, ends_on=AS_OF + timedelta(days=DAYS), late_seconds=300) as (
        company,
        face,
        url,
        ca,
    ):
        for number in range(DAYS + 1):
            day = AS_OF + timedelta(days=number)
            control(url, ca, "days", {"at": company.midnight_after(day).isoformat()})
            nightly, took = night_of(face, ca, tmp_path / "nightly", day)
            calls.append(took)
            assert differing(first_load(face, ca, tmp_path / "whole", day), nightly) == {}, day
    print(
        f"\n{DAYS + 1} nights equal a first load; {calls[0]} calls at first, then {min(calls[1:])} to {max(calls[1:])}"
    )


def test_a_reading_killed_at_random_moments_among_faults_ends_as_an_undisturbed_one(tmp_path):
    chance = random.Random(11)
    killed = 0
    with org_of(people=2500, seed=4, ends_on=AS_OF + timedelta(days=6)) as (company, face, url, ca):
        for number in range(KILLS):
            day = AS_OF + timedelta(days=number % 7)
            folder = tmp_path / f"killed {number // 7}"
            folder.mkdir(exist_ok=True)
            control(url, ca, "days", {"at": company.midnight_after(day).isoformat()})
            control(url, ca, "faults", {"share": 0.02})
            doors = [face.doors.client_id, face.doors.client_secret]
            line = [sys.executable, "-m", "benchmarks.salesforce_reading", url, str(ca), *doors, str(folder), f"{day}"]
            with subprocess.Popen(line, cwd=PROJECT, stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                time.sleep(chance.uniform(0, 2.0 if number % 7 == 0 else 0.5))
                killed += process.poll() is None
                process.kill()
            found, _ = night_of(face, ca, folder, day)
            control(url, ca, "faults", {"share": 0})
            assert differing(first_load(face, ca, tmp_path / "whole", day), found) == {}, (number, day)
    print(f"\n{killed} of {KILLS} readings killed at work; each next one equals a first load")
    assert killed >= KILLS // 3
