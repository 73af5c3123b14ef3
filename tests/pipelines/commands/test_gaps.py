"""`sla gaps`: worst first, a rep's own list, plain refusals; and exit code 3 where a commitment is missed."""

import csv
import io
import json

import duckdb
import pytest

from pipelines.cli import main

SEVERITIES = ("critical", "warning")


def sla(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["sla", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


def published(night, select):
    with duckdb.connect(str(night.published), read_only=True) as con:
        return con.execute(select).fetchall()


def test_what_is_not_kept_comes_worst_first(night, monkeypatch, capsys):
    code, out, _ = sla(monkeypatch, capsys, "gaps", "--json")
    rows = json.loads(out)
    assert code == 0
    assert rows
    assert {r["status"] for r in rows} <= {"missed", "at_risk", "not_computable"}
    order = [SEVERITIES.index(r["severity"]) if r["severity"] in SEVERITIES else 2 for r in rows]
    assert order == sorted(order)
    critical = [r for r in rows if r["severity"] == "critical"]
    assert critical
    assert all((r["status"], r["scope"], r["period"]) == ("missed", "whole", "to_date") for r in critical)
    stakes = [r["revenue_at_stake"] for r in critical if r["revenue_at_stake"] is not None]
    assert stakes == sorted(stakes, reverse=True)
    kept = published(night, "select count(*) from sla_gaps where status <> 'met'")
    assert len(rows) == kept[0][0]


def test_with_all_the_kept_ones_are_there_too(night, monkeypatch, capsys):
    _, out, _ = sla(monkeypatch, capsys, "gaps", "--all", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == published(night, "select count(*) from sla_gaps")[0][0]
    assert "met" in {r["status"] for r in rows}


def an_owner_to_call(night):
    """The name of a rep whose MQLs nobody has tried to reach, and their number."""
    with duckdb.connect(str(night.published)) as con:
        owner, name, waiting = con.execute(
            "select s.owner_id, s.name, count(*) from mql_follow_up as f join rep_scorecard as s "
            "on s.owner_id = f.owner_id group by all order by 3 desc, 1 limit 1"
        ).fetchall()[0]
        con.execute(
            "update mql_follow_up set is_to_call = true, first_touch_status = 'missed', "
            "first_touch_deadline_at = became_mql_at + (hash(person_id) % 100) * interval 1 hour where owner_id = $1",
            [owner],
        )
    return name, waiting


@pytest.mark.parametrize("spelt", [str, str.upper, lambda name: f"  {name} "])
def test_a_rep_s_list_is_most_urgent_first(night, monkeypatch, capsys, spelt):
    name, waiting = an_owner_to_call(night)
    code, out, _ = sla(monkeypatch, capsys, "gaps", "--owner", spelt(name), "--json")
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == waiting
    due = [r["due_at"] for r in rows if r["due_at"] is not None]
    assert due == sorted(due)
    # Ids and a link, never a name.
    assert {"person_id", "owed", "due_at", "crm_url"} <= rows[0].keys()
    assert not {"name", "email", "phone"} & rows[0].keys()


def test_a_rep_is_found_by_id_too(night, monkeypatch, capsys):
    name, waiting = an_owner_to_call(night)
    (owner_id,) = published(night, f"select owner_id from rep_scorecard where name = '{name}'")[0]
    for key in (owner_id, owner_id.split(":", 1)[1]):
        _, out, _ = sla(monkeypatch, capsys, "gaps", "--owner", key, "--json")
        assert len(json.loads(out)) == waiting


@pytest.mark.usefixtures("night")
def test_an_owner_there_is_not_is_named_with_those_there_are(monkeypatch, capsys):
    code, out, err = sla(monkeypatch, capsys, "gaps", "--owner", "Nobody Atall")
    assert (code, out) == (2, "")
    assert "there is no owner Nobody Atall with MQLs; there are: " in err
    assert len(err.strip().splitlines()) == 1


def test_without_a_published_night_it_says_what_to_run(monkeypatch, capsys):
    code, _, err = sla(monkeypatch, capsys, "gaps")
    assert code == 2
    assert "small has no published night yet; run: sla run --account small" in err


def test_a_run_that_is_to_fail_on_a_gap_ends_with_3_and_says_which(monkeypatch, capsys):
    code, _, err = sla(monkeypatch, capsys, "run", "--as-of", "2026-06-30", "--fail-on-gap")
    assert code == 3
    assert "missed" in err.lower()
    assert sla(monkeypatch, capsys, "gaps")[0] == 0


def test_a_night_that_kept_everything_says_so(night, monkeypatch, capsys):
    with duckdb.connect(str(night.published)) as con:
        con.execute("update sla_gaps set status = 'met'")
        con.execute("update mql_follow_up set is_to_call = false, attempts_status = 'met'")
    assert sla(monkeypatch, capsys, "gaps")[:2] == (0, "Every commitment is kept.\n")
    name = published(night, "select name from rep_scorecard limit 1")[0][0]
    assert sla(monkeypatch, capsys, "gaps", "--owner", name)[:2] == (0, "There is nobody to call now.\n")
