"""When a plan is agreed on, and that nothing a team delivers moves it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from models.agreements import Agreement, agreements, in_force
from models.open_night import open_night
from models.run_log import Run
from tests.models.rows import AS_OF, deal, rate, settings, stages

STEPS = [("prospect", "lead"), ("lead", "mql"), ("mql", "sql"), ("sql", "opportunity"), ("opportunity", "customer")]


def rates(**changed: float):
    return [rate(a, b, changed.get(f"{a}_to_{b}", 0.5)) for a, b in STEPS]


def run_of(as_of: date, status: str = "succeeded") -> Run:
    at = datetime(2026, 1, 1)
    return Run(f"run {as_of}", "acme", as_of, at, at, at, "files", 0, 0, 0, status)


def agree(
    before: list[Agreement] = (), as_of: date = AS_OF, runs=None, of_rates=None, agree: bool = False, **keys
) -> list[Agreement]:
    opened = _opened(as_of, agree, **keys)
    return agreements(
        opened.night,
        stages(),
        opened.targets,
        opened.commitments,
        opened.rep_shares,
        of_rates or rates(),
        [deal()],
        [run_of(a.agreed_on) for a in before] if runs is None else runs,
        list(before),
    )


def _opened(as_of: date, agree: bool, **keys):
    morning = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), UTC).replace(hour=5)
    return open_night("acme", settings(**keys), morning, agree=agree)


def figure(rows, commitment, day: date = AS_OF, stage=None):
    terms = in_force(rows, day)
    return next(a.value for a in terms if a.commitment == commitment and (stage is None or a.stage == stage))


def test_the_first_published_night_of_a_period_writes_the_plan_for_all_of_it():
    rows = agree()
    assert {(a.valid_from, a.valid_to, a.agreed_on) for a in rows} == {(date(2026, 1, 1), date(2026, 12, 31), AS_OF)}
    # The article: 100,000 / 1,000 = 100 customers, 800 MQLs at 50 % a step.
    assert figure(rows, "required", stage="mql") == pytest.approx(800)
    assert figure(rows, "mql_volume") == pytest.approx(800)
    assert figure(rows, "sqls") == pytest.approx(400)
    assert (figure(rows, "sql_rate"), figure(rows, "win_rate")) == (0.5, 0.5)
    assert next(a for a in rows if a.commitment == "mql_volume").per_week == pytest.approx(800 / 47)


def test_sales_win_rate_falls_and_marketings_commitment_does_not_move():
    first = agree()
    later = agree(first, date(2026, 7, 31), of_rates=rates(opportunity_to_customer=0.25))
    assert later == first
    assert figure(later, "mql_volume", date(2026, 7, 31)) == pytest.approx(800)


@settings_of_hypothesis(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.05, 0.95), min_size=5, max_size=5), st.integers(1, 150))
def test_whatever_is_measured_later_moves_nothing_that_was_agreed(measured, days):
    first = agree()
    named = {f"{a}_to_{b}": r for (a, b), r in zip(STEPS, measured, strict=True)}
    later = agree(first, date.fromordinal(AS_OF.toordinal() + days), of_rates=rates(**named))
    assert later == first


def test_what_an_unpublished_night_wrote_is_written_anew():
    failed = agree(of_rates=rates(mql_to_sql=0.25))
    rows = agree(failed, runs=[run_of(AS_OF, "failed")])
    assert figure(rows, "mql_volume") == pytest.approx(800)


@pytest.mark.parametrize(
    ("keys", "term"),
    [
        ({"sla": {"sales": {"first_touch_hours": 4}}}, "first_touch_hours"),
        ({"sla": {"sales": {"attempts_on": "mql"}}}, "attempts_on"),
        ({"sla": {"sales": {"first_touch_hours": None}}}, "first_touch_hours"),
        ({"sla": {"marketing": {"mql_volume": 900}}}, "mql_volume"),
        ({"sla": {"at_risk": 0.8}}, "at_risk"),
        ({"capacity": {"mqls_per_rep_week": 10}}, "mqls_per_rep_week"),
        ({"capacity": {"reps": {"Ann": 0.5}}}, "rep:ann:0001-01-01"),
        ({"target": {"revenue": 200000, "start": "2026-01-01", "end": "2026-12-31"}}, "revenue"),
    ],
)
def test_the_night_after_a_change_of_the_settings_agrees_anew_from_the_next_day_on(keys, term):
    night = date(2026, 7, 8)
    rows = agree(agree(), night, **keys)
    old, new = in_force(rows, night), in_force(rows, date(2026, 7, 9))
    assert {a.valid_to for a in old} == {night}
    assert {a.reason for a in new} == {f"settings changed: {term}"}
    assert {a.valid_from for a in new} == {date(2026, 7, 9)}
    # And only once.
    assert agree(rows, date(2026, 7, 9), **keys) == rows


def test_a_doubled_target_doubles_what_is_due_from_then_on_only():
    double = {"target": {"revenue": 200000, "start": "2026-01-01", "end": "2026-12-31"}}
    rows = agree(agree(), date(2026, 7, 8), **double)
    assert figure(rows, "mql_volume", date(2026, 7, 8)) == pytest.approx(800)
    assert figure(rows, "mql_volume", date(2026, 7, 9)) == pytest.approx(1600)


def test_asked_to_agree_tonights_plan_becomes_the_agreed_one():
    rows = agree(agree(), date(2026, 7, 8), of_rates=rates(mql_to_sql=0.4), agree=True)
    assert figure(rows, "mql_volume", date(2026, 7, 9)) == pytest.approx(1000)
    assert {a.reason for a in in_force(rows, date(2026, 7, 9))} == {"agreed on anew"}


def test_dated_blocks_hold_from_their_days_on():
    blocks = [{"from": "2025-06-01"}, {"from": "2026-09-01", "sales": {"first_touch_hours": 4}}]
    rows = agree(sla=blocks)
    assert figure(rows, "first_touch_hours", date(2026, 8, 31)) == 9
    assert figure(rows, "first_touch_hours", date(2026, 9, 1)) == 4
    assert {(a.valid_from, a.valid_to) for a in rows} == {
        (date(2026, 1, 1), date(2026, 8, 31)),
        (date(2026, 9, 1), date(2026, 12, 31)),
    }
    assert agree(rows, date(2026, 9, 30), sla=blocks) == rows


def test_a_replayed_night_leaves_later_agreements_alone():
    rows = agree(agree(), date(2026, 7, 8), sla={"sales": {"first_touch_hours": 4}})
    assert agree(rows, date(2026, 5, 31)) == rows


def test_before_its_period_begins_a_plan_is_not_frozen():
    next_year = {"target": {"revenue": 100000, "start": "2027-01-01", "end": "2027-12-31"}}
    early = agree(**next_year)
    begun = agree(early, date(2027, 1, 1), of_rates=rates(mql_to_sql=0.4), **next_year)
    assert figure(begun, "mql_volume", date(2027, 1, 1)) == pytest.approx(1000)


def test_a_target_taken_out_of_the_settings_keeps_what_was_agreed():
    other = [replace(a, target="2025") for a in agree()]
    assert set(other) <= set(agree([*other], runs=[run_of(AS_OF)]))


def test_a_figure_of_the_settings_is_the_commitment_and_the_plans_own_stands_beside_it():
    row = next(a for a in agree(sla={"marketing": {"mql_volume": 900}}) if a.commitment == "mql_volume")
    assert (row.value, row.required_exact) == (900, pytest.approx(800))
