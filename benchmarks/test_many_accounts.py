"""Two hundred accounts in one deployment: what a tick of the schedule, a look for overdue ones and start-up cost.

.venv/bin/python -m pytest benchmarks/test_many_accounts.py -p no:xdist -s
"""

import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.nightly import night_tags
from pipelines.paths import PROJECT
from pipelines.watch import tell_of_overdue

ACCOUNTS = 200
# A week of nights is in Dagster's storage before anything is measured.
NIGHTS = 7

SETTINGS = """
sources: {files: {people: {path: people.csv, id: Id, created: Created, stages: {mql: MQL, sql: SQL}}}}
target: {revenue: 20000, start: 2026-01-01, end: 2026-12-31}
timezone: Europe/Paris
calendar: {holidays: FR}
notify: {to: [OPS]}
"""


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, folder in (("SLA_ACCOUNTS", "accounts"), ("SLA_DATA", "data"), ("DAGSTER_HOME", "home")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    (tmp_path / "home" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    for i in range(ACCOUNTS):
        (tmp_path / "accounts" / f"account-{i:03}.yaml").write_text(SETTINGS)
    return tmp_path


def seconds(what) -> tuple[float, object]:
    began = time.perf_counter()
    found = what()
    return time.perf_counter() - began, found


@pytest.mark.usefixtures("deployment")
def test_two_hundred_accounts() -> None:
    repository, schedule = defs.get_repository_def(), defs.resolve_schedule_def("nightly")
    with dg.DagsterInstance.get() as instance:
        for night in range(NIGHTS):
            for i in range(ACCOUNTS):
                day = datetime(2026, 6, 30 - night, tzinfo=UTC).date()
                tags = night_tags(f"account-{i:03}", day)
                instance.add_run(dg.DagsterRun("night", tags=tags, status=dg.DagsterRunStatus.SUCCESS))

        def tick(at: str) -> int:
            context = dg.build_schedule_context(
                instance=instance,
                scheduled_execution_time=datetime.fromisoformat(at).replace(tzinfo=UTC),
                repository_def=repository,
            )
            return len(schedule.evaluate_tick(context).run_requests or [])

        first, asked = seconds(lambda: tick("2026-07-01T02:00"))
        idle, none = seconds(lambda: tick("2026-07-01T04:00"))
        due, all_of_them = seconds(lambda: tick("2026-07-02T04:00"))
    overdue, _ = seconds(lambda: tell_of_overdue(datetime(2026, 7, 1, 12, tzinfo=UTC)))
    assert (asked, none, all_of_them) == (0, 0, ACCOUNTS)
    load, _ = seconds(lambda: subprocess.run([sys.executable, "-c", "import pipelines.definitions"], cwd=PROJECT))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{ACCOUNTS} accounts, {ACCOUNTS * NIGHTS:,} runs: first tick {first:.2f} s, one without work {idle:.2f} s, "
        f"one that asks for all {due:.2f} s, overdue ones {overdue:.2f} s; definitions load in {load:.1f} s, "
        f"this process holds {memory:.0f} MB"
    )
    assert idle < 2
