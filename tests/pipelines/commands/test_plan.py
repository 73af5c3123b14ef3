"""`sla plan`: the article's figures, its questions, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.commands.plan import command

ARTICLE = ["--target", "100000", "--average-deal", "1000", "--conversion", "0.5"]


def plan(*options: str):
    done = CliRunner().invoke(command, [*ARTICLE, *options])
    assert done.exit_code == 0, done.output
    return done.output


def as_json(*options: str):
    return json.loads(plan("--json", *options))


def test_the_article_to_the_unit():
    tables = as_json()
    assert {r["stage"]: r["required"] for r in tables["required_funnel"]} == {
        "prospect": 3200,
        "lead": 1600,
        "mql": 800,
        "sql": 400,
        "opportunity": 200,
        "customer": 100,
    }
    reps = tables["required_reps"][0]
    assert reps["mqls_per_week"] == pytest.approx(800 / 47)
    assert reps["reps_exact"] == pytest.approx(800 / 47 / 8)
    assert (reps["reps"], reps["reps_to_cover"], reps["shortfall_mqls"]) == (2, 3, 48)
    mqls = [w["required"] for w in tables["required_weekly"] if w["stage"] == "mql"]
    assert sorted(mqls) == [17] * 46 + [18]


def test_the_shortfall_of_a_rounded_team_is_said_out_loud():
    said = " ".join(plan("--currency", "EUR").split())
    assert "17.02 MQLs in a worked week" in said
    assert "46 weeks of 17 and 1 week of 18" in said
    assert "2 reps (2.13" in said
    assert "3 to cover all" in said
    assert "752 of the 800 MQLs, 48 short: 94 customers, 94,000 EUR" in said


@pytest.mark.parametrize(
    ("options", "mqls", "reps_exact", "binding"),
    [
        (["--opportunity-to-customer", "0.4"], 1000, 2.6596, "mqls"),
        (["--mql-to-sql", "0.4"], 1000, 2.6596, "mqls"),
        (["--call-attempts", "3"], 800, 2.5532, "touches"),
        (["--emails", "4"], 800, 2.5532, "touches"),
        (["--call-attempts", "1"], 800, 2.1277, "mqls"),
    ],
)
def test_what_if_a_rate_or_the_follow_ups_change(options, mqls, reps_exact, binding):
    tables = as_json(*options)
    assert next(r["required"] for r in tables["required_funnel"] if r["stage"] == "mql") == mqls
    assert tables["required_reps"][0]["reps_exact"] == pytest.approx(reps_exact, abs=5e-5)
    assert tables["required_reps"][0]["binding_constraint"] == binding


def test_a_period_spreads_the_volume_over_its_own_weeks():
    tables = as_json("--start", "2026-01-01", "--end", "2026-03-31")
    weeks = [w for w in tables["required_weekly"] if w["stage"] == "mql"]
    assert weeks[0]["week_start"] == "2026-01-01"
    assert sum(w["required"] for w in weeks) == 800


def test_csv_has_the_funnel_with_its_header():
    lines = plan("--format", "csv").splitlines()
    assert lines[0].startswith("as_of,target,segment")
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([*ARTICLE[:-1], "50%"], "50% is not a number; write it plainly"),
        ([*ARTICLE[:-1], "1.5"], "not in the range"),
        ([*ARTICLE[:-1], "0"], "not in the range"),
        ([*ARTICLE[:-1], "nan"], "nan is not a number"),
        (["--target", "1e400", *ARTICLE[2:]], "1e400 is not a number"),
        (ARTICLE[:4], "--conversion"),
        ([*ARTICLE, "--start", "2026-01-01"], "--end: is missing"),
        ([*ARTICLE, "--start", "2026-02-01", "--end", "2026-01-01"], "is before --start"),
        ([*ARTICLE, "--start", "2026-02-30", "--end", "2026-03-01"], "2026-02-30 is not a day of the calendar"),
        ([*ARTICLE, "--holidays", "FR"], "--holidays: FR needs a period"),
        ([*ARTICLE, "--start", "2026-01-01", "--end", "2026-03-01", "--holidays", "XX"], "no country or region"),
        ([*ARTICLE, "--convertion", "0.5"], "--convertion"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(options, said, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["sla", "plan", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert said in told.err
    assert len(told.err.strip().splitlines()) == 1
    assert told.out == ""
