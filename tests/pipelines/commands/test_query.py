"""`sla query`: read-only, both ways to name a table, plain refusals."""

import json

import duckdb
import pytest

from pipelines.cli import main


@pytest.fixture
def published(tmp_path, monkeypatch):
    """An account `acme` with one published table."""
    tmp_path = tmp_path / "mine"
    tmp_path.mkdir()
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "acme.yaml").write_text("sources: {}")
    (tmp_path / "data" / "acme").mkdir(parents=True)
    with duckdb.connect(str(tmp_path / "data" / "acme" / "reporting.duckdb")) as con:
        con.execute("create table sla_gaps as select 'a, b' as explanation, 1.5 as gap, date '2026-01-31' as day")
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path / "accounts"))
    monkeypatch.setenv("SLA_DATA", str(tmp_path / "data"))
    return tmp_path


def sla(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["sla", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("table", ["sla_gaps", "reporting.sla_gaps", "main.sla_gaps"])
def test_a_table_is_found_by_name_and_under_reporting(table, monkeypatch, capsys):
    code, out, _ = sla(monkeypatch, capsys, "query", "--account", "acme", "--json", f"select * from {table}")
    assert code == 0
    assert json.loads(out) == [{"explanation": "a, b", "gap": 1.5, "day": "2026-01-31"}]


@pytest.mark.usefixtures("published")
def test_csv_quotes_what_holds_a_comma(monkeypatch, capsys):
    _, out, _ = sla(monkeypatch, capsys, "query", "--format", "csv", "select explanation, gap from sla_gaps")
    assert out == 'explanation,gap\n"a, b",1.5\n'


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("drop table sla_gaps", "read-only"),
        ("select * from sla_gap", "sla_gaps"),
        ("selec 1", "syntax"),
        ("select * from read_text('/etc/hostname')", "refused"),
        (" ; ", "empty"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(sql, said, monkeypatch, capsys):
    code, out, err = sla(monkeypatch, capsys, "query", "--account", "acme", sql)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_query_changes_nothing(published, monkeypatch, capsys):
    file = published / "data" / "acme" / "reporting.duckdb"
    before = file.read_bytes()
    sla(monkeypatch, capsys, "query", "--account", "acme", "insert into sla_gaps values ('x', 1, null)")
    assert file.read_bytes() == before


def test_an_account_without_a_night_says_what_to_run(published, monkeypatch, capsys):
    (published / "data" / "acme" / "reporting.duckdb").unlink()
    code, _, err = sla(monkeypatch, capsys, "query", "--account", "acme", "select 1")
    assert code == 2
    assert "sla run --account acme" in err


def test_an_unknown_account_is_named_with_those_there_are(published, monkeypatch, capsys):
    code, _, err = sla(monkeypatch, capsys, "query", "--account", "acmee", "select 1")
    assert code == 2
    assert "acmee" in err
    assert "there are: acme" in err
