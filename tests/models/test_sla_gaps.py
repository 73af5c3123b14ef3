"""Commitments judged, on whole nights of a simulated company and by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.gap import judged, severity
from tests.built_nights import moment, nights
from tests.simulated_company import NIGHT, Law, company

pytestmark = pytest.mark.costly

LAWS = [Law(0.4, 8), Law(0.5, 12), Law(0.3, 40)]


@pytest.mark.parametrize(
    ("actual", "committed", "status"),
    [(100, 100, "met"), (120, 100, "met"), (99, 100, "at_risk"), (90, 100, "at_risk"), (89.9, 100, "missed"),
     (0, 0, "met"), (None, 100, "not_computable"), (5, None, "not_computable")],
)  # fmt: skip
def test_met_at_risk_and_missed(actual, committed, status):
    assert judged(actual, committed, 0.9) == status


def test_only_what_the_whole_missed_to_date_is_critical():
    assert severity("missed", "whole", "to_date") == "critical"
    assert {severity("missed", "owner", "to_date"), severity("missed", "whole", "week")} == {"warning"}


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1e6))
def test_more_is_never_judged_worse(actual, committed, more):
    order = ("missed", "at_risk", "met")
    assert order.index(judged(actual + more, committed, 0.9)) >= order.index(judged(actual, committed, 0.9))


@pytest.fixture(scope="module")
def built():
    of = company(1, LAWS, 3.0, last_day=60)
    with nights() as n:
        for day in (0, 30):
            n.export(of, moment(day))
            n.run(day, moment(day))
            n.con.execute(
                "insert into reporting.runs (run_id, account, as_of, status) values ($1, 'simulated', $2, 'succeeded')",
                [f"run {day}", NIGHT + timedelta(days=day)],
            )
        yield n


def test_revenue_at_stake_sums_to_the_forecasts_shortfall(built):
    for day in (0, 30):
        as_of = NIGHT + timedelta(days=day)
        stake = built.con.execute(
            "select sum(revenue_at_stake) from reporting.sla_gaps where as_of = $1", [as_of]
        ).fetchall()[0][0]
        short = built.con.execute(
            """select 100000 - f.expected * d.mean * d.paying_share from reporting.forecast as f
            join reporting.average_deal as d on d.as_of = f.as_of and d.segment is null
            where f.as_of = $1 and f.stage = 'customer' and f.segment is null""",
            [as_of],
        ).fetchall()[0][0]
        assert stake == pytest.approx(short, rel=1e-9)


def test_money_is_at_stake_only_for_the_whole_to_date_and_never_for_speed(built):
    found = built.con.execute(
        "select distinct scope, period, commitment from reporting.sla_gaps where revenue_at_stake is not null"
    ).fetchall()
    assert {(s, p) for s, p, _ in found} == {("whole", "to_date")}
    assert not {c for _, _, c in found} & {"first_touch", "attempts", "mqls_worked", "sqls", "capacity", "feasibility"}


def test_a_month_later_the_commitment_is_that_of_the_first_night(built):
    plans = built.con.execute(
        "select as_of, required_exact, agreed_per_week from reporting.required_funnel where stage = 'mql'"
        " order by as_of"
    ).fetchall()
    assert plans[0][2] == plans[1][2]
    assert plans[0][1] != plans[1][1]
    due = built.con.execute(
        "select as_of, committed from reporting.sla_gaps where commitment = 'mql_volume' and period = 'to_date'"
        " order by as_of"
    ).fetchall()
    # 181 of 365 days are 129 of 261 working days, and 30 days on 151 of them.
    assert due[0][1] / plans[0][1] == pytest.approx(129 / 261)
    assert due[1][1] / plans[0][1] == pytest.approx(151 / 261)


def test_where_no_touch_is_recorded_speed_cannot_be_judged(built):
    found = built.con.execute(
        "select distinct status, actual from reporting.sla_gaps"
        " where commitment in ('first_touch', 'attempts', 'mqls_worked')"
    ).fetchall()
    assert found == [("not_computable", None)]


def test_pitfall_45_rates_of_few_or_young_records_are_not_judged(built):
    week = built.con.execute(
        "select status, explanation from reporting.sla_gaps where commitment = 'win_rate' and period = 'week'"
    ).fetchall()
    assert {s for s, _ in week} == {"not_computable"}


def test_every_row_says_so_in_one_sentence(built):
    said = built.con.execute("select explanation from reporting.sla_gaps").fetchall()
    assert all(s.endswith(".") and len(s) > 20 for (s,) in said)
