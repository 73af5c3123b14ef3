"""How long a night takes and how much memory, from 10,000 simulated people to a million: the whole of `sla run`.

Figures are printed and written to benchmarks/sandbox_night.csv: seconds by the clock, seconds of the processor (which
others on the machine change little), the peak memory of the process.
"""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
ACCOUNT = """
sources: {{sandbox: {{people: {people}, seed: 1}}}}
timezone: Europe/Paris
target: {{revenue: {revenue}, start: 2026-01-01, end: 2026-12-31}}
funnel: {{sales_sources: [Outbound]}}
"""
LIMIT_MB = 2 * 1024


def night(folder: Path, people: int) -> tuple[float, float, float]:
    """Seconds, processor's seconds and peak MB of `sla run` for a new account of so many people."""
    accounts = folder / "accounts"
    accounts.mkdir(parents=True)
    (accounts / "big.yaml").write_text(ACCOUNT.format(people=people, revenue=35 * people))
    began = time.monotonic()
    run = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "run", "--accounts", str(accounts), "--as-of", "2026-06-30"],
        cwd=PROJECT,
        env=os.environ | {"SLA_DATA": str(folder / "data")},
    )
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    # Kilobytes on Linux, bytes on macOS.
    peak = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    return time.monotonic() - began, used.ru_utime + used.ru_stime, peak


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    measured = {people: night(tmp_path_factory.mktemp("night"), people) for people in SIZES}
    with (PROJECT / "benchmarks" / "sandbox_night.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["people", "seconds", "cpu_seconds", "peak_mb"])
        for people, (seconds, cpu, peak) in measured.items():
            table.writerow([people, f"{seconds:.1f}", f"{cpu:.1f}", f"{peak:.0f}"])
            print(f"{people:>9,} people: {seconds:6.1f} s, {cpu:6.1f} s of processor, {peak:6.0f} MB")
    return measured


def test_a_night_of_a_million_people_stays_within_its_memory(nights):
    assert nights[1_000_000][2] < LIMIT_MB


def test_seconds_grow_no_faster_than_the_people(nights):
    """From 100,000 on, ten times the people take at most fifteen times as long."""
    assert nights[1_000_000][1] < 15 * nights[100_000][1]
