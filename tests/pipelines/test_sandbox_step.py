"""The source `sandbox` through a whole night: the simulated company's exports are read, and nothing of them is left."""

from datetime import date, timedelta

import duckdb
import pytest

from connectors.sandbox.company import Company
from models.settings.read import read_settings
from pipelines.instance import ensure_instance
from pipelines.paths import PROJECT, AccountFolder, account_files, is_shipped
from pipelines.run_night import run_night
from pipelines.sandbox_step import files_of
from tests.sandbox_night import AS_OF, differences

ACCOUNT = """
sources: {{sandbox: {{people: 1500, seed: 5, {more}}}}}
timezone: America/New_York
target: {{revenue: 50000, start: 2026-01-01, end: 2026-12-31}}
funnel: {{sales_sources: [Outbound]}}
"""


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Runs the night of an account with a sandbox; returns its outcome and what it told on the way."""
    monkeypatch.setenv("SLA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path))
    monkeypatch.chdir(PROJECT)

    def run(more="as: files", as_of=AS_OF):
        file = tmp_path / "simulated.yaml"
        file.write_text(ACCOUNT.format(more=more))
        told = []
        ensure_instance()
        outcome = run_night(
            "simulated", read_settings(file), as_of, False, lambda what, rows: told.append((what, rows))
        )
        return outcome, told

    return run


def test_a_night_of_the_sandbox_equals_the_companys_truth_and_leaves_no_export(night):
    outcome, told = night()
    assert (outcome.exit_code, outcome.message) == (0, "")
    folder = AccountFolder("simulated")
    with Company.generate(None, people=1500, seed=5, timezone="America/New_York", ends_on=AS_OF) as company:
        assert differences(company, folder.warehouse) == {}
    assert list(folder.landing.iterdir()) == []
    with duckdb.connect(str(folder.published), read_only=True) as con:
        assert con.execute("select sources, rows_read > 1500, status from runs").fetchall() == [
            ("sandbox", True, "succeeded")
        ]
    # While it is being simulated, the run says so.
    assert ("a company of 1,500 people lives through its days", None) in told
    assert ("the simulated company's touches", None) in told
    assert dict(told)["raw_files.people"] > 1000
    assert_no_names(folder.warehouse)


def assert_no_names(warehouse):
    """The exports hold names and addresses of people; no table does."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = con.execute(
            "select table_schema, table_name, column_name from information_schema.columns where data_type = 'VARCHAR'"
        ).fetchall()
        assert len(columns) > 50
        for schema, table, column in columns:
            found = f"select count(*) from {schema}.{table} where regexp_matches({column}, '@customer|Nguyễn|O''Brien')"
            assert con.execute(found).fetchall() == [(0,)], f"{schema}.{table}.{column}"


class Step:
    """What `files_of` needs of a run."""

    def __init__(self):
        self.folder = AccountFolder("simulated")

    def doing(self, what):
        """Nobody follows."""


@pytest.mark.parametrize(
    ("today", "as_of", "latest"),
    [
        (None, "2026-06-30", "2026-06-30"),
        ("2026-03-31", "2026-06-30", "2026-03-31"),
        ("2026-06-30", "2026-03-31", "2026-03-31"),
    ],
)
def test_nothing_later_than_the_night_or_the_companys_last_day_is_exported(tmp_path, monkeypatch, today, as_of, latest):
    monkeypatch.setenv("SLA_DATA", str(tmp_path))
    file = tmp_path / "simulated.yaml"
    file.write_text(ACCOUNT.format(more=f"as: files, today: {today or 'null'}"))
    with duckdb.connect() as con:
        con.execute("create schema settings")
        con.execute(
            f"""create table settings.night as select date '{as_of}' as as_of, 'America/New_York' as timezone,
            timestamp '{as_of}' + interval 28 hour as day_end_at"""
        )
        with files_of(Step(), read_settings(file), con) as files:
            exported = f"read_csv('{files.people[0].path}', all_varchar = true)"
            found = con.execute(
                f'select max(cast("Created" as timestamp)) - interval 4 hour from {exported}'
            ).fetchall()
    assert date.fromisoformat(latest) - timedelta(days=3) <= found[0][0].date() <= date.fromisoformat(latest)


def test_without_an_account_of_ones_own_the_shipped_sandbox_runs(monkeypatch):
    monkeypatch.delenv("SLA_ACCOUNTS", raising=False)
    monkeypatch.setattr("pipelines.paths._files_in", only_shipped)
    assert list(account_files()) == ["sandbox"]
    assert is_shipped(account_files()["sandbox"])
    settings = read_settings(account_files()["sandbox"])
    assert (settings.sources.names, settings.sources.sandbox.people) == (["sandbox"], 20_000)


def only_shipped(folder):
    """The account files of a folder, as if the user's own held none."""
    return {} if folder == PROJECT / "accounts" else {f.stem: f for f in folder.glob("*.yaml")}
