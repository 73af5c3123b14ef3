"""The tables of sql/ are analysed once for each state of the files, and are the same however they come."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import kept_sql_tables as module
from pipelines.catalog import RAW, RUNS, SETTINGS, catalog
from pipelines.kept_sql_tables import kept_sql_tables
from pipelines.paths import PROJECT, SQL
from pipelines.sql_tables import sql_tables
from pipelines.table import Table

DECLARED = {t.key: t for t in (*SETTINGS, RUNS, *RAW)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sql/ folder."""
    (tmp_path / "sql" / "files").mkdir(parents=True)
    for name in ("people", "deals"):
        shutil.copyfile(SQL / "files" / f"{name}.sql", tmp_path / "sql" / "files" / f"{name}.sql")
    return tmp_path / "sql"


@pytest.fixture
def place(tmp_path: Path, monkeypatch) -> Path:
    """Where compiled modules are kept, for this test."""
    monkeypatch.setattr(importlib.util, "cache_from_source", lambda _: str(tmp_path / "cache" / "module.pyc"))
    return tmp_path / "cache"


@pytest.fixture
def analysed(monkeypatch) -> list[Path]:
    """The folders that were analysed in the test."""
    seen: list[Path] = []

    def counted(folder: Path, declared: dict[str, Table]) -> dict[str, Table]:
        seen.append(folder)
        return sql_tables(folder, declared)

    monkeypatch.setattr("pipelines.sql_tables.sql_tables", counted)
    return seen


def test_what_was_kept_is_what_is_analysed(folder, place, analysed):
    first, second = kept_sql_tables(folder, DECLARED), kept_sql_tables(folder, DECLARED)
    assert len(analysed) == 1
    assert first == second == sql_tables(folder, DECLARED)
    assert len(list(place.iterdir())) == 1


def test_a_file_a_declared_table_or_a_library_that_changed_is_analysed_anew(folder, place, analysed, monkeypatch):
    kept_sql_tables(folder, DECLARED)
    file = folder / "files" / "people.sql"
    file.write_text(file.read_text().replace("-- People", "-- Persons", 1) + "\n")
    kept_sql_tables(folder, DECLARED)
    assert len(analysed) == 2
    used = {k: t for k, t in DECLARED.items() if t.schema in ("raw_files", "settings")}
    kept_sql_tables(folder, used)
    assert len(analysed) == 3
    monkeypatch.setattr(module, "version", lambda library: f"{library} 99")
    kept_sql_tables(folder, used)
    assert len(analysed) == 4
    assert len(list(place.iterdir())) == 1, "what was kept of an earlier state is of no use"


def test_what_was_cut_short_is_analysed_anew(folder, place, analysed):
    whole = kept_sql_tables(folder, DECLARED)
    (kept,) = place.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert kept_sql_tables(folder, DECLARED) == whole
    assert kept_sql_tables(folder, DECLARED) == whole
    assert len(analysed) == 2


def test_where_nothing_can_be_written_the_tables_are_there_all_the_same(folder, place):
    place.write_text("a file where the folder should be")
    assert set(kept_sql_tables(folder, DECLARED)) == {"files.people", "files.deals"}


def test_what_is_not_to_be_kept_is_not(folder, place):
    kept_sql_tables(folder, DECLARED, keeps=False)
    assert not place.exists()


def test_a_start_that_finds_them_kept_loads_no_parser():
    # Every run, and every command, is a process of its own.
    code = "import sys; from pipelines.catalog import catalog; catalog(); print('sqlglot' in sys.modules)"
    subprocess.run([sys.executable, "-m", "pipelines.catalog"], cwd=PROJECT, check=True)
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
    assert catalog().tables["reporting.stage_counts"].code_version
