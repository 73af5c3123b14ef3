"""The one rule that builds every table: a night's rows replaced, other nights kept, all or nothing."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.table import Column, Table, check_of
from pipelines.warehouse import NoOpenNightError, TableChangedError, build, check, open_warehouse, withdraw


def table(*columns: str, name: str = "counts", **more: object) -> Table:
    """A table of the schema `reporting` with columns given as `name TYPE`."""
    parts = [Column(*c.split(" ", 1), f"the column {c.split()[0]}") for c in columns]
    return Table("reporting", name, "How many there are.", tuple(parts), **more)


COUNTS = table("as_of DATE", "stage VARCHAR", "records BIGINT")
PLAIN = table("stage VARCHAR", "records BIGINT", name="plain")


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path / "data" / "warehouse.duckdb") as con:
        con.execute("create schema settings")
        yield con


def open_night(con: duckdb.DuckDBPyConnection, day: str) -> None:
    con.execute(f"create or replace table settings.night as select date '{day}' as as_of")
    con.execute("delete from nights.open")
    con.execute("insert into nights.open values ($1)", [f"run of {day}"])


def counts(*rows: tuple[str, int]) -> str:
    values = ", ".join(f"('{stage}', {n})" for stage, n in rows)
    return f"""select n.as_of, v.stage, v.records::bigint as records from (values {values}) as v (stage, records)
        cross join settings.night as n"""


def all_of(con: duckdb.DuckDBPyConnection, key: str) -> list[tuple[object, ...]]:
    return con.execute(f"select * replace (as_of::varchar as as_of) from {key} order by all").fetchall()


def test_nightly_table_replaces_the_rows_of_its_night_and_no_others(con):
    open_night(con, "2026-06-29")
    build(con, COUNTS, counts(("mql", 1), ("sql", 2)))
    open_night(con, "2026-06-30")
    assert build(con, COUNTS, counts(("mql", 3))) == 1
    assert build(con, COUNTS, counts(("mql", 5), ("lead", 4))) == 2
    assert all_of(con, "reporting.counts") == [
        ("2026-06-29", "mql", 1),
        ("2026-06-29", "sql", 2),
        ("2026-06-30", "lead", 4),
        ("2026-06-30", "mql", 5),
    ]


def test_rebuilding_an_earlier_night_leaves_the_later_one(con):
    for day, n in (("2026-06-29", 1), ("2026-06-30", 2), ("2026-06-29", 7)):
        open_night(con, day)
        build(con, COUNTS, counts(("mql", n)))
    assert all_of(con, "reporting.counts") == [("2026-06-29", "mql", 7), ("2026-06-30", "mql", 2)]


def test_a_night_without_rows_empties_that_night_only(con):
    for day in ("2026-06-29", "2026-06-30"):
        open_night(con, day)
        build(con, COUNTS, counts(("mql", 1)))
    assert build(con, COUNTS, counts(("mql", 1)) + " where false") == 0
    assert all_of(con, "reporting.counts") == [("2026-06-29", "mql", 1)]


def test_table_without_nights_is_replaced_whole(con):
    for n in (1, 2):
        open_night(con, f"2026-06-{28 + n}")
        build(con, PLAIN, f"select 'mql' as stage, {n} as records")
    assert con.execute("select * from reporting.plain").fetchall() == [("mql", 2)]


def test_nightly_table_may_read_its_own_earlier_nights(con):
    open_night(con, "2026-06-29")
    build(con, COUNTS, counts(("mql", 10)))
    open_night(con, "2026-06-30")
    # 10 of the night before and 1; built twice it stays 11, as tonight's own row is not an earlier one.
    grows = """select n.as_of, 'mql' as stage, (max(c.records) + 1)::bigint as records from settings.night as n
        join reporting.counts as c on c.as_of < n.as_of group by n.as_of"""
    for _ in range(2):
        build(con, COUNTS, grows)
        assert all_of(con, "reporting.counts") == [("2026-06-29", "mql", 10), ("2026-06-30", "mql", 11)]


def test_nightly_table_may_read_itself_on_its_first_night(con):
    open_night(con, "2026-06-29")
    first = """select n.as_of, 'mql' as stage, coalesce(max(c.records), 0)::bigint + 1 as records
        from settings.night as n left join reporting.counts as c on c.as_of < n.as_of group by n.as_of"""
    assert build(con, COUNTS, first) == 1
    assert all_of(con, "reporting.counts") == [("2026-06-29", "mql", 1)]


def test_new_column_of_a_nightly_table_is_null_for_the_past(con):
    open_night(con, "2026-06-29")
    build(con, COUNTS, counts(("mql", 1)))
    open_night(con, "2026-06-30")
    wider = table("as_of DATE", "stage VARCHAR", "amount DOUBLE", "records BIGINT")
    build(con, wider, f"select c.*, 9.5 as amount from ({counts(('mql', 2))}) as c")
    found = con.execute("select as_of::varchar, stage, records, amount from reporting.counts order by all").fetchall()
    assert found == [("2026-06-29", "mql", 1, None), ("2026-06-30", "mql", 2, 9.5)]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        (table("as_of DATE", "stage VARCHAR"), "records"),
        (table("as_of DATE", "stage VARCHAR", "records DOUBLE"), "records"),
        (table("as_of DATE", "state VARCHAR", "records BIGINT"), "stage"),
    ],
    ids=["dropped", "retyped", "renamed"],
)
def test_nightly_table_refuses_to_lose_or_retype_a_column(con, changed, column):
    open_night(con, "2026-06-29")
    build(con, COUNTS, counts(("mql", 1)))
    listed = ", ".join(f"null::{c.type} as {c.name}" for c in changed.columns)
    with pytest.raises(TableChangedError, match=rf"reporting\.counts .* {column} .*bring them back"):
        build(con, changed, f"select {listed}")
    assert all_of(con, "reporting.counts") == [("2026-06-29", "mql", 1)]
    assert list(con.execute("describe reporting.counts").df()["column_type"]) == ["DATE", "VARCHAR", "BIGINT"]


def test_table_without_nights_may_change_its_columns(con):
    open_night(con, "2026-06-29")
    build(con, PLAIN, "select 'mql' as stage, 1::bigint as records")
    build(con, table("stage VARCHAR", name="plain"), "select 'sql' as stage")
    assert con.execute("select * from reporting.plain").fetchall() == [("sql",)]


@pytest.mark.parametrize("built", [COUNTS, PLAIN], ids=["nightly", "plain"])
@pytest.mark.parametrize(
    "fails",
    ["select * from nowhere", "select as_of, stage, (stage || 'x')::bigint as records from ({})"],
    ids=["unbound", "half way"],
)
def test_failing_select_leaves_the_rows_as_they_were(con, built, fails):
    open_night(con, "2026-06-30")
    build(con, built, counts(("mql", 1)))
    before = con.execute(f"select * from {built.key}").fetchall()
    recorded = con.execute("select * from nights.builds").fetchall()
    open_night(con, "2026-07-01")
    with pytest.raises(duckdb.Error):
        build(con, built, fails.format(counts(("mql", 2))))
    assert con.execute(f"select * from {built.key}").fetchall() == before
    assert con.execute("select * from nights.builds").fetchall() == recorded


def test_nothing_is_built_before_a_night_is_open(con):
    with pytest.raises(NoOpenNightError, match="materialize `settings` first"):
        build(con, PLAIN, "select 'mql' as stage, 1 as records")
    assert con.execute("select count(*) from duckdb_tables() where schema_name = 'reporting'").fetchall() == [(0,)]


def test_a_build_is_recorded_for_the_open_night_until_it_is_withdrawn(con):
    open_night(con, "2026-06-30")
    build(con, PLAIN, "select 'mql' as stage, 1 as records")
    build(con, PLAIN, "select 'mql' as stage, 1 as records")
    assert con.execute("select * from nights.builds").fetchall() == [("reporting.plain", "run of 2026-06-30")]
    withdraw(con, PLAIN)
    assert con.execute("select * from nights.builds").fetchall() == []


def test_checks_count_what_breaks_them_in_the_open_night_only(con):
    checked = table(
        "as_of DATE",
        "stage VARCHAR",
        "records BIGINT",
        grain=("as_of", "stage"),
        checks=(check_of("records > 0"), check_of("stage in ('mql', 'sql')")),
    )
    open_night(con, "2026-06-29")
    build(con, checked, counts(("mql", -1), ("mql", -2)))
    open_night(con, "2026-06-30")
    # mql stands twice: one group breaks the grain; 0 and -5 are not above 0; lead is no stage; NULL passes.
    nothing = "select n.as_of, null, null from settings.night as n"
    build(con, checked, f"{counts(('mql', 1), ('mql', 0), ('lead', -5))} union all {nothing}")
    assert [(o.name, o.broken_rows) for o in check(con, checked)] == [
        ("grain", 1),
        ("records_above_0", 2),
        ("stage_in_mql_sql", 1),
    ]


def test_comments_reach_the_database(con):
    open_night(con, "2026-06-30")
    quoted = Table("reporting", "counts", "It's a table.", (Column("stage", "VARCHAR", "the lead's stage"),))
    build(con, quoted, "select 'mql' as stage")
    assert con.execute("select comment from duckdb_tables() where table_name = 'counts'").fetchall() == [
        ("It's a table.",)
    ]
    assert con.execute("select comment from duckdb_columns() where table_name = 'counts'").fetchall() == [
        ("the lead's stage",)
    ]
