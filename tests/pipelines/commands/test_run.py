"""`sla run`: the whole way from exports to the summary, account by account."""

import json
import shutil

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.commands.run import command
from tests.once import made_once

PEOPLE = "id,lead_on,mql_on,sql_on\n" + "".join(
    f"p{i},2026-01-05,{'2026-01-12' if i % 2 else ''},{'2026-01-20' if i % 4 == 1 else ''}\n" for i in range(40)
)
DEALS = "id,person,created,closed,amount,stage\n" + "".join(
    f"d{i},p{i},2026-02-02,2026-02-20,1000,{'Won' if i % 8 == 1 else 'Lost'}\n" for i in range(1, 40, 4)
)
ACCOUNT = """
sources:
  files:
    people: {path: people.csv, id: id, created: lead_on, stages: {lead: lead_on, mql: mql_on, sql: sql_on}}
    deals: {path: deals.csv, id: id, person: person, created: created, closed: closed, amount: amount, currency: EUR,
            stage: stage, won: [Won], lost: [Lost]}
funnel: {stages: [lead, mql, sql, opportunity, customer]}
target: {revenue: 20000, start: 2026-01-01, end: 2026-12-31}
"""


def write_account(folder):
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "deals.csv").write_text(DEALS)
    (folder / "acme.yaml").write_text(ACCOUNT)
    return folder


@pytest.fixture
def accounts(tmp_path, monkeypatch):
    """A folder with the account `acme`, and a place for the results."""
    folder = write_account(tmp_path / "mine")
    monkeypatch.setenv("SLA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SLA_ACCOUNTS", str(folder))
    return folder


@pytest.fixture(scope="session")
def acme_ran_once(tmp_path_factory, made_home):
    """The data folder of `acme` after its night of 2026-06-30; tests work on copies."""

    def night(made):
        shutil.copytree(made_home, made / "home")
        with pytest.MonkeyPatch.context() as env:
            env.setenv("SLA_ACCOUNTS", str(write_account(made / "mine")))
            env.setenv("SLA_DATA", str(made / "data"))
            env.setenv("SLA_DAGSTER_HOME", str(made / "home"))
            # Both are changed by the command.
            env.setenv("DAGSTER_HOME", str(made / "home"))
            env.chdir(made)
            done = CliRunner().invoke(command, ["--as-of", "2026-06-30"])
            assert done.exit_code == 0, done.output

    return made_once(tmp_path_factory, "acme-ran-once", night) / "data"


@pytest.fixture
def ran(accounts, acme_ran_once, tmp_path):
    """The folder of `accounts`, after the night of 2026-06-30."""
    shutil.copytree(acme_ran_once, tmp_path / "data")
    return accounts


def run(monkeypatch, capsys, *options):
    monkeypatch.setattr("sys.argv", ["sla", "run", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, " ".join(told.out.split()), told.err


def test_a_night_ends_with_what_the_target_takes(accounts, monkeypatch, capsys):
    code, said, _ = run(monkeypatch, capsys, "--accounts", str(accounts), "--as-of", "2026-06-30")
    assert code == 0
    assert "acme, night of 2026-06-30: 20,000 EUR from 2026-01-01 to 2026-12-31" in said
    assert "Average deal: 1,000.00 EUR" in said
    assert "the mean of 5 won deals" in said
    # 20 of the 40 people became MQLs, 10 of these SQLs; 10 deals, 5 won.
    for stage, sample in [
        ("lead", "20 of 40 people"),
        ("mql", "10 of 20 people"),
        ("sql", "10 of 10 people"),
        ("opportunity", "5 of 10 deals"),
    ]:
        assert sample in said, stage
    assert "MQLs in a worked week" in said
    assert "reporting.duckdb" in said


def test_an_account_that_fails_does_not_stop_the_others(accounts, monkeypatch, capsys):
    (accounts / "aaa.yaml").write_text(ACCOUNT.replace("people.csv", "gone.csv"))
    (accounts / "zzz.yaml").write_text("sources: 5")
    code, said, err = run(monkeypatch, capsys, "--as-of", "2026-06-30")
    assert code == 2
    assert "acme, night of 2026-06-30" in said
    assert "gone.csv" in err
    assert "zzz.yaml: sources: 5 is not a group of keys" in err
    assert "Traceback" not in err + said


def test_a_refused_file_leaves_the_last_night_readable(ran, monkeypatch, capsys, tmp_path):
    (ran / "deals.csv").rename(ran / "elsewhere.csv")
    code, _, err = run(monkeypatch, capsys, "--as-of", "2026-07-01")
    assert code == 2
    assert "deals.csv" in err
    assert "the night of 2026-06-30 stays published" in err
    with duckdb.connect(str(tmp_path / "data" / "acme" / "reporting.duckdb"), read_only=True) as con:
        assert con.execute("select distinct as_of::varchar from required_funnel").fetchall() == [("2026-06-30",)]


def test_a_day_that_is_not_over_is_refused(accounts, monkeypatch, capsys):
    code, _, err = run(monkeypatch, capsys, "--account", "acme", "--as-of", "2999-01-01")
    assert code == 2
    assert "2999-01-01 is not over yet" in err


def test_an_empty_folder_says_what_to_put_there(tmp_path, monkeypatch, capsys):
    (tmp_path / "none").mkdir()
    code, _, err = run(monkeypatch, capsys, "--accounts", str(tmp_path / "none"))
    assert code == 2
    assert "NAME.yaml" in err


def test_what_if_is_answered_beside_the_published_plan(ran, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["sla", "whatif", "--set", "average_deal=2000", "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    plans = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    # The average deal is 1,000: twice as much halves every stage.
    for was, then in zip(plans["current"]["required_funnel"], plans["changed"]["required_funnel"], strict=True):
        assert then["required_exact"] == pytest.approx(was["required_exact"] / 2)
    halves = {w["stage"]: 0 for w in plans["changed"]["required_weekly"]}
    for week in plans["changed"]["required_weekly"]:
        halves[week["stage"]] += week["required"]
    assert halves == {r["stage"]: r["required"] for r in plans["changed"]["required_funnel"]}


def test_what_if_refuses_a_plan_that_the_settings_have_left_behind(ran, monkeypatch, capsys):
    (ran / "acme.yaml").write_text(ACCOUNT + "capacity: {mqls_per_rep_week: 5}\n")
    monkeypatch.setattr("sys.argv", ["sla", "whatif", "--set", "average_deal=2000"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "settings of acme have changed" in capsys.readouterr().err
