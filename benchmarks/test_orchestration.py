"""What Dagster costs a night: the same tables built, checked and published with it and without.

.venv/bin/python -m pytest benchmarks/test_orchestration.py -p no:xdist -s
"""

import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from connectors.files.exports import PARTS, Exports
from models.open_night import open_night
from models.settings.read import read_settings
from pipelines.catalog import RUNS, catalog
from pipelines.definitions import defs
from pipelines.files_step import _read, _run
from pipelines.instance import ensure_instance
from pipelines.paths import PROJECT, AccountFolder
from pipelines.published_file import write_published
from pipelines.row_checks import verdicts
from pipelines.run_night import run_night
from pipelines.settings_step import _log_run, _write
from pipelines.table_steps import _arguments
from pipelines.warehouse import build, build_rows, check, open_warehouse, plotted, transaction

SMALL = PROJECT / "tests" / "accounts" / "small"
FIXED_SECONDS, SECONDS_EACH = 2.5, 0.06


class _Run:
    """What the step that opens the night asks of a run."""

    account = "small"
    folder = AccountFolder("small")


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(SMALL, tmp_path / "accounts")
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path / "accounts"))
    monkeypatch.setenv("SLA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SLA_DAGSTER_HOME", str(tmp_path / "home"))
    return tmp_path / "accounts" / "small.yaml"


def without_dagster(file: Path, as_of: date) -> None:
    settings, tables = read_settings(file), catalog()
    with open_warehouse(AccountFolder("small").warehouse) as con:
        with transaction(con):
            opened = open_night("small", settings, now=datetime.now(UTC), as_of=as_of)
            con.execute("delete from nights.open")
            con.execute("insert into nights.open values ('bench')")
            _write(con, opened)
            _log_run(con, _Run, opened, settings, "bench")
        files = settings.sources.files.model_dump() if settings.sources.files else {p: [] for p in PARTS}
        landing = AccountFolder("small").landing / "files"
        landing.mkdir(parents=True, exist_ok=True)
        _read(
            con,
            Exports(files, file.name, file.parent, "UTC", settings.money, lambda sql: _run(con, sql), landing),
        )
        for table in tables.tables.values():
            if table.sql is not None:
                build(con, table, table.sql)
            elif table.function is not None:
                build_rows(con, table, table.function(**_arguments(con, table, tables)))
            else:
                continue
            check(con, table)
            verdicts(con, table)
            plotted(con, table)
        write_published(con, AccountFolder("small").published, tables.published, as_of, False, RUNS.key)


def test_what_dagster_costs_a_night(account: Path) -> None:
    ensure_instance()
    settings = read_settings(account)
    times: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    for day in (1, 2, 3):
        for how in times:
            began, cpu = time.perf_counter(), time.process_time()
            if how == "with":
                outcome = run_night("small", settings, date(2026, 7, day), False, lambda *_: None)
                assert outcome.exit_code == 0, outcome.message
            else:
                without_dagster(account, date(2026, 6, day))
            times[how].append((time.perf_counter() - began, time.process_time() - cpu))
    graph = defs.resolve_asset_graph()
    parts = len(graph.get_all_asset_keys()) + len(graph.asset_check_keys)
    (with_it, cpu_with), (without, cpu_without) = min(times["with"]), min(times["without"])
    allowed = FIXED_SECONDS + SECONDS_EACH * parts
    print(
        f"\n{len(graph.get_all_asset_keys())} assets, {len(graph.asset_check_keys)} checks, Dagster {dg.__version__}: "
        f"{with_it:.1f} s ({cpu_with:.1f} of the processor) with it, {without:.1f} s ({cpu_without:.1f}) without; "
        f"{with_it - without:.1f} s more, {allowed:.1f} allowed"
    )
    assert with_it - without <= allowed
    assert len(graph.get_all_asset_keys()) < 90
