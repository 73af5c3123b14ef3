"""The page: what it shows of a published night, that it needs no network, and that its sums are the product's."""

import json
import random
import re
from dataclasses import asdict, replace
from pathlib import Path

import duckdb
import pytest
from py_mini_racer import MiniRacer

from models.settings.read import read_settings
from models.what_if import plan_figures
from pipelines.paths import AccountFolder, account_files
from pipelines.published_plan import published_plan
from pipelines.report.render import FOLDER, render_page


def page(night: AccountFolder) -> str:
    return render_page(night.published, "small", read_settings(account_files()["small"]))


def change(night: AccountFolder, sql: str) -> None:
    with duckdb.connect(str(night.published)) as con:
        con.execute(sql)


@pytest.mark.parametrize(("status", "headline"), [("met", "On track"), ("missed", "Behind"), ("at_risk", "At risk")])
def test_the_headline_is_the_worst_status_of_the_agreement(night, status, headline):
    change(night, f"update reporting.sla_gaps set status = '{status}'")
    assert f"{headline}:" in page(night)


def test_an_account_without_rows_has_a_page_that_says_so(night):
    for table in ("sla_gaps", "rep_scorecard", "data_quality", "required_weekly", "plan_changes"):
        change(night, f"delete from reporting.{table}")
    html = page(night)
    assert "Nothing has been agreed" in html
    assert "no MQL with an owner" in html


def test_the_page_needs_no_network(night):
    html = page(night).replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|src=|@import|url\(", html)


def test_a_hostile_name_is_shown_as_text(night):
    change(night, "update reporting.rep_scorecard set name = '<script>alert(1)</script>'")
    html = page(night)
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_the_script_stays_under_60_lines():
    lines = [line for name in ("plan.js", "sliders.js") for line in (FOLDER / name).read_text().splitlines()]
    assert len(lines) < 60


def test_the_page_computes_what_the_night_computes(night, workplace: Path):
    start = published_plan(night.published, "small", read_settings(account_files()["small"]), None).inputs
    chance, engine = random.Random(7), MiniRacer()
    engine.eval((FOLDER / "plan.js").read_text())
    for _ in range(200):
        inputs = replace(
            start,
            revenue=chance.uniform(1e3, 1e8),
            average_deal=chance.uniform(10, 1e5),
            rates=tuple(chance.uniform(0.01, 1) for _ in start.rates),
            marketing_share=chance.uniform(0.1, 1),
            rounding=chance.choice(["nearest", "up"]),
            effort=replace(start.effort, call_attempts_per_sql=chance.randint(0, 12)),
        )
        given = asdict(inputs) | {"deals_per_person": inputs.deals_per_person or [1.0] * len(inputs.rates)}
        said = json.loads(engine.eval(f"JSON.stringify(planFigures({json.dumps(given)}))"))
        wanted = plan_figures(inputs)
        assert said["required_exact"] == pytest.approx(list(wanted.required_exact.values()))
        assert said["mqls_per_week"] == pytest.approx(wanted.mqls_per_week)
        assert said["reps_exact"] == pytest.approx(wanted.reps_exact)
        assert said["reps"] == wanted.reps


def test_the_lines_of_the_chart_are_named(night):
    drawn = page(night)
    assert ">due<" in drawn
    assert ">delivered<" in drawn


def test_the_answer_says_what_being_behind_costs(night):
    change(
        night,
        "update reporting.sla_gaps set status = 'missed', revenue_at_stake = 134966 where commitment = 'mql_volume' "
        "and scope = 'whole' and period = 'to_date'",
    )
    answer = page(night).split('class="answer', 1)[1].split("</div>")[0]
    assert re.search(r"MQLs? .*At stake: 134,966 EUR\.", answer)
