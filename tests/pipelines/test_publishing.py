"""The published file: whole nights only, readable at every moment, in nobody's way."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.catalog import Catalog, catalog
from pipelines.paths import PROJECT, AccountFolder
from pipelines.table import check_of
from tests.pipelines.rail import NIGHT, Rail, failure_of, nights_in, rows

EARLIER, LATER = date(2026, 6, 29), date(2026, 7, 1)

HOLDER = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read-only")
for line in sys.stdin:
    print(con.execute(line).fetchall(), flush=True)
"""


@contextmanager
def held_open(file: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the published file open, and answers queries with what it sees."""
    arguments = [sys.executable, "-c", HOLDER, str(file), mode]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        ask(holder, "select 1")
        yield holder
        holder.stdin.close()
        assert holder.wait(timeout=30) == 0


def ask(holder: subprocess.Popen[str], query: str) -> str:
    holder.stdin.write(query + "\n")
    holder.stdin.flush()
    return holder.stdout.readline().strip()


def contents(file: Path, but: tuple[str, ...] = ("runs",)) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every published table, in an order of their own."""
    with duckdb.connect(str(file), read_only=True) as con:
        names = [n for (n,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        return {n: con.execute(f"select * from {n} order by all").fetchall() for n in names if n not in but}


def drop_people(workplace: Path, count: int) -> None:
    """The last `count` people are gone from the export."""
    file = workplace / "accounts" / "people.csv"
    file.write_text("\n".join(file.read_text().splitlines()[:-count]) + "\n")


def people_counted(file: Path, night: date) -> int:
    select = f"select sum(records)::bigint from stage_counts where record_type = 'person' and as_of = '{night}'"
    return rows(file, select)[0][0]


def with_failing_check(table: str) -> Catalog:
    """The catalog with a check on `table` that every row breaks."""
    tables = catalog().tables
    broken = replace(tables[table], checks=(check_of("as_of is null"),))
    return Catalog([broken if t.key == table else t for t in tables.values()])


# --- the file ----------------------------------------------------------------------------------------------------


def test_published_tables_lie_in_the_schema_main(night: AccountFolder):
    found = rows(night.published, "select schema_name, table_name from duckdb_tables() order by 2")
    assert found == [("main", t.name) for t in sorted(catalog().published, key=lambda t: t.name)]


def test_tables_are_found_with_and_without_the_name_of_the_file(night: AccountFolder):
    bare = rows(night.published, "select * from stage_counts order by all")
    assert bare == rows(night.published, "select * from reporting.stage_counts order by all")
    assert people_counted(night.published, NIGHT) == 40


def test_the_file_is_written_for_older_readers(night: AccountFolder):
    # Bytes 12 to 20 are the storage version: 64 up to DuckDB 1.1, 65 for 1.2, 66 for 1.3
    # (https://duckdb.org/docs/stable/internals/storage).
    assert night.published.read_bytes()[8:12] == b"DUCK"
    assert int.from_bytes(night.published.read_bytes()[12:20], "little") == 65


OLDER = """
import json, sys, duckdb
assert duckdb.__version__.startswith("1.4."), duckdb.__version__
con = duckdb.connect(sys.argv[1], read_only=True)
names = [n for (n,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()]
print(json.dumps({n: repr(con.execute(f"select * from {n} order by all").fetchall()) for n in names}))
"""


def test_an_older_duckdb_reads_the_same_rows(night: AccountFolder):
    older = PROJECT / ".venv" / "duckdb-1.4"
    if not (older / "duckdb").exists():
        pytest.skip("DuckDB 1.4 is not installed beside the newer one; make test does it")
    # Ahead of what is installed, it takes its place.
    environment = os.environ | {"PYTHONPATH": str(older)}
    done = subprocess.run(
        [sys.executable, "-c", OLDER, str(night.published)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: repr(found) for name, found in contents(night.published, ()).items()}


def test_pandas_reads_every_table(night: AccountFolder):
    with duckdb.connect(str(night.published), read_only=True) as con:
        for table in catalog().published:
            frame = con.sql(f"from {table.name}").df()
            assert list(frame.columns) == [c.name for c in table.columns]
            assert len(frame) == con.execute(f"select count(*) from {table.name}").fetchall()[0][0]


def test_types_and_comments_are_those_of_the_catalog(night: AccountFolder):
    select = "select table_name, column_name, data_type, comment from duckdb_columns() where not internal"
    declared = {(t.name, c.name, c.type, c.description) for t in catalog().published for c in t.columns}
    assert set(rows(night.published, select)) == declared
    tables = rows(night.published, "select table_name, comment from duckdb_tables()")
    assert set(tables) == {(t.name, t.description) for t in catalog().published}


# --- readers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["read-only", "read-write"])
def test_a_reader_who_holds_the_file_is_not_in_the_way(night: AccountFolder, rail: Rail, mode: str):
    latest = "select max(as_of)::varchar from stage_counts"
    with held_open(night.published, mode) as holder:
        assert rail.run(LATER).success
        assert ask(holder, latest) == "[('2026-06-30',)]"
        assert rows(night.published, latest) == [("2026-07-01",)]
    assert nights_in(night.published) == ["2026-06-30", "2026-07-01"]


def test_a_writer_who_was_killed_with_the_file_open_stops_no_run(night: AccountFolder, rail: Rail):
    with duckdb.connect(str(night.published.with_name("other.duckdb"))) as other:
        other.execute("pragma disable_checkpoint_on_shutdown")
        other.execute("create table t as select 1 as a")
    night.published.with_name("other.duckdb.wal").replace(night.published.with_name("reporting.duckdb.wal"))
    assert rail.run(LATER).success
    assert nights_in(night.published) == ["2026-06-30", "2026-07-01"]


def test_what_a_killed_publishing_left_is_no_part_of_the_next(night: AccountFolder, rail: Rail):
    aside = night.published.with_suffix(".next")
    with duckdb.connect(str(aside)) as left:
        left.execute("pragma disable_checkpoint_on_shutdown")
        left.execute("create table leftover as select 1 as a")
    copy = night.root / ".earlier-killed"
    copy.mkdir()
    shutil.copy(night.published, copy)
    assert rail.run(NIGHT, "published").success
    assert "leftover" not in contents(night.published)
    assert sorted(p.name for p in night.root.iterdir() if "next" in p.name or "earlier" in p.name) == []


# --- whole nights ------------------------------------------------------------------------------------------------


def test_a_half_built_night_cannot_be_published(night: AccountFolder, rail: Rail):
    before = night.published.read_bytes()
    assert rail.run(LATER, "settings.night").success
    refused = rail.run(LATER, "published")
    assert not refused.success
    missing = [t.key for t in catalog().published if t.key != "reporting.runs"]
    assert all(key in failure_of(refused) for key in missing)
    assert "run the whole night again" in failure_of(refused)
    assert night.published.read_bytes() == before


def test_only_what_is_missing_is_named(night: AccountFolder, rail: Rail):
    everything = [t.key for t in catalog().tables.values() if t.key != "reporting.data_quality"]
    assert rail.run(LATER, *everything).success
    said = failure_of(rail.run(LATER, "published"))
    assert said.startswith("The open night is not whole: reporting.data_quality was not built for it")
    assert rail.run(LATER, "reporting.data_quality").success
    assert rail.run(LATER, "published").success
    assert nights_in(night.published) == ["2026-06-30", "2026-07-01"]


def test_a_table_rebuilt_alone_changes_nothing_until_it_is_published(workplace: Path, night: AccountFolder, rail: Rail):
    drop_people(workplace, 2)
    upstream = [t.key for t in catalog().tables.values() if t.schema in ("raw_files", "files", "funnel")]
    assert rail.run(NIGHT, *upstream, "reporting.stage_counts").success
    assert people_counted(night.published, NIGHT) == 40
    assert rail.run(NIGHT, "published").success
    assert people_counted(night.published, NIGHT) == 38


def test_a_failed_check_leaves_the_published_night(night: AccountFolder, rail: Rail):
    before = night.published.read_bytes()
    failed = rail.run(LATER, tables=with_failing_check("reporting.stage_counts"))
    assert not failed.success
    assert night.published.read_bytes() == before
    said = failure_of(rail.run(LATER, "published"))
    assert "reporting.stage_counts was not built for it, or failed its checks" in said
    assert night.published.read_bytes() == before


def test_a_night_that_failed_is_never_published_later(workplace: Path, rail: Rail):
    folder = AccountFolder("small")
    assert not rail.run(EARLIER, tables=with_failing_check("reporting.conversion_rates")).success
    assert not folder.published.exists()
    assert rail.run(NIGHT).success
    assert nights_in(folder.published) == ["2026-06-30"]
    for table in catalog().published:
        if table.is_nightly:
            assert rows(folder.published, f"select * from {table.name} where as_of = '{EARLIER}'") == [], table.name
    assert rows(folder.published, "select as_of::varchar, status from runs order by 1") == [
        ("2026-06-29", "failed"),
        ("2026-06-30", "succeeded"),
    ]


def test_published_nights_come_back_when_the_file_is_lost(night: AccountFolder, rail: Rail):
    assert not rail.run(LATER, tables=with_failing_check("reporting.conversion_rates")).success
    night.published.unlink()
    assert rail.run(date(2026, 7, 2)).success
    assert nights_in(night.published) == ["2026-06-30", "2026-07-02"]


# --- the same night again, and earlier ones ----------------------------------------------------------------------


def test_a_second_run_of_a_night_changes_the_run_log_only(night: AccountFolder, rail: Rail):
    before, runs_before = contents(night.published), rows(night.published, "select * from runs")
    assert rail.run(NIGHT).success
    assert contents(night.published) == before
    runs_after = rows(night.published, "select * from runs order by started_at")
    assert len(runs_before) == 1
    assert runs_after[:1] == runs_before
    assert len(runs_after) == 2
    select = "select rows_read > 0, rows_changed > 0 from runs order by started_at"
    assert rows(night.published, select) == [(True, True), (False, False)]


def test_an_earlier_night_brings_its_own_rows_only(night: AccountFolder, rail: Rail):
    before = contents(night.published)
    assert rail.run(EARLIER).success
    after = contents(night.published)
    for table in catalog().published:
        if table.is_nightly:
            kept = rows(night.published, f"select * from {table.name} where as_of = '{NIGHT}' order by all")
            assert kept == before[table.name], table.name
        elif table.name != "runs":
            assert after[table.name] == before[table.name], table.name
    assert nights_in(night.published) == ["2026-06-29", "2026-06-30"]


def test_a_published_night_is_replaced_only_with_full_refresh(workplace: Path, night: AccountFolder, rail: Rail):
    assert rail.run(LATER).success
    before = contents(night.published)
    drop_people(workplace, 2)
    assert rail.run(NIGHT).success
    assert contents(night.published) == before
    assert rail.run(NIGHT, full_refresh=True).success
    assert people_counted(night.published, NIGHT) == 38
    assert people_counted(night.published, LATER) == 40


def test_the_latest_night_is_replaced_by_its_next_run(workplace: Path, night: AccountFolder, rail: Rail):
    drop_people(workplace, 2)
    assert rail.run(NIGHT).success
    assert people_counted(night.published, NIGHT) == 38


def test_the_published_metadata_tells_where_the_file_is(night: AccountFolder, rail: Rail):
    done = rail.run(NIGHT, "published").asset_materializations_for_node("published")[0]
    said = {name: value.value for name, value in done.metadata.items()}
    assert json.loads(json.dumps(said)) == said
    assert (said["as_of"], said["file"]) == ("2026-06-30", str(night.published))
