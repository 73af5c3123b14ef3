"""Rows that are verdicts, as checks in the UI; figures that are plotted."""

from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest

from pipelines.asset_parts import built
from pipelines.catalog import catalog
from pipelines.row_checks import SHOWN_ROWS, Verdict, verdicts
from pipelines.table import Column, Plot, Table, plot_of
from pipelines.warehouse import open_warehouse, plotted
from tests.pipelines.rail import Rail, failure_of, rows

GAPS = Table(
    "reporting",
    "sla_gaps",
    "",
    tuple(
        Column(name, "VARCHAR", "")
        for name in (
            *("target", "side", "commitment", "scope", "segment", "owner_id", "period", "period_start", "period_end"),
            *("unit", "committed", "actual", "gap", "revenue_at_stake", "status", "severity", "explanation"),
        )
    ),
)


@pytest.fixture
def gaps() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("create schema reporting")
        con.execute(f"create table reporting.sla_gaps ({', '.join(f'{c.name} varchar' for c in GAPS.columns)})")
        yield con


def gap(con: duckdb.DuckDBPyConnection, commitment: str, status: str, **more: str) -> None:
    row = {"commitment": commitment, "status": status, "scope": "whole", "period": "to_date", "severity": "1", **more}
    marks = ", ".join(f"${i + 1}" for i in range(len(row)))
    con.execute(f"insert into reporting.sla_gaps ({', '.join(row)}) values ({marks})", list(row.values()))


def gap_verdict(con: duckdb.DuckDBPyConnection, name: str) -> Verdict:
    return next(v for v in verdicts(con, GAPS) if v.name == name)


def test_a_missed_commitment_warns_with_its_rows(gaps: duckdb.DuckDBPyConnection):
    gap(gaps, "mql_volume", "missed", explanation="34 MQLs behind", gap="-34")
    gap(gaps, "mql_volume", "at_risk", scope="segment", segment="ads", severity="0")
    gap(gaps, "mql_volume", "met", scope="segment", segment="web")
    found = gap_verdict(gaps, "mql_volume")
    assert (found.passed, found.is_error, found.explanation) == (False, False, "34 MQLs behind")
    assert [(r["scope"], r["status"], r["gap"]) for r in found.rows] == [
        ("whole", "missed", "-34"),
        ("segment", "at_risk", None),
    ]
    assert gap_verdict(gaps, "sqls").passed


@pytest.mark.parametrize("other", [{"scope": "owner"}, {"period": "week"}], ids=str)
def test_only_the_whole_to_date_fails_the_check(gaps: duckdb.DuckDBPyConnection, other: dict[str, str]):
    gap(gaps, "first_touch", "missed", **other)
    assert gap_verdict(gaps, "first_touch").passed


def test_the_drift_of_every_step_is_one_check(gaps: duckdb.DuckDBPyConnection):
    gap(gaps, "rate_drift:mql_to_sql", "met")
    gap(gaps, "rate_drift:sql_to_opportunity", "missed", explanation="fell")
    assert (gap_verdict(gaps, "rate_drift").passed, gap_verdict(gaps, "rate_drift").explanation) == (False, "fell")


def test_a_check_shows_so_many_rows_and_no_more(gaps: duckdb.DuckDBPyConnection):
    gap(gaps, "sqls", "missed")
    gaps.execute("insert into reporting.sla_gaps select s.* from reporting.sla_gaps as s, range(100)")
    assert len(gap_verdict(gaps, "sqls").rows) == SHOWN_ROWS


def test_a_gap_is_a_warning_in_the_ui():
    result = built(GAPS, 1, verdicts=[Verdict("sqls", False, False, "3 behind", [{"status": "missed", "gap": None}])])
    (check,) = result.check_results
    assert (check.severity, check.passed, check.description) == (dg.AssetCheckSeverity.WARN, False, "3 behind")
    assert check.metadata["rows"].records[0].data == {"status": "missed", "gap": None}


def test_tables_that_are_not_verdicts_have_none(gaps: duckdb.DuckDBPyConnection):
    assert verdicts(gaps, catalog().tables["reporting.stage_counts"]) == []


# --- a night that is stopped -------------------------------------------------------------------------------------


def test_a_drop_stops_the_night_until_it_is_accepted(night, rail: Rail):
    with duckdb.connect(str(night.warehouse)) as con:
        con.execute("update reporting.data_checks set measured = 1000 where check_name = 'people_dropped'")
    before = night.published.read_bytes()
    stopped = rail.run("2026-07-01")
    assert not stopped.success
    assert "people_dropped" in failure_of(stopped)
    assert night.published.read_bytes() == before
    accepted = rail.run("2026-07-01", full_refresh=True)
    assert accepted.success
    assert rail.run("2026-07-02").success
    assert rows(night.published, "select count(*) from data_checks where not passed and severity = 'error'") == [(0,)]


# --- plots -------------------------------------------------------------------------------------------------------


def test_what_a_night_plots(night):
    tables = catalog().tables
    with open_warehouse(night.warehouse) as con:
        # The account's reps at work are not known.
        assert plotted(con, tables["reporting.required_reps"]).keys() == {"MQLs a week", "reps exact", "reps"}
        rates = plotted(con, tables["reporting.conversion_rates"])
        # 30 MQLs, 20 of them became SQLs; the assumption of 0.5 weighs 1: (20 + 0.5) / (30 + 1), all mature but few.
        assert rates["rate mql_to_sql"] == pytest.approx(0.661, abs=0.001)
        # The requirement of the stages, by hand: 20,000 / 1,100 = 18.18 customers.
        assert plotted(con, tables["reporting.required_funnel"])["required customer"] == pytest.approx(20000 / 1100)


@pytest.mark.parametrize(
    ("said", "plot"),
    [
        ("reps: sum(reps)", Plot("reps", "sum(reps)")),
        ("records by stage: sum(records)", Plot("records", "sum(records)", "stage")),
        ("rate by a || '_to_' || b: max(r)", Plot("rate", "max(r)", "a || '_to_' || b")),
    ],
)
def test_how_a_plot_is_written(said: str, plot: Plot):
    assert plot_of(said) == plot


def test_a_plot_that_is_none_is_refused():
    with pytest.raises(ValueError, match="write it as `name: aggregate`"):
        plot_of("sum(records)")
