"""What if: the article's closing question, and what must hold of any change."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.required_reps import Effort
from models.what_if import (
    ImpossibleChangeError,
    PlanInputs,
    changed,
    levers,
    plan_figures,
    revenue_reached,
    value_of,
)

STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
ARTICLE = PlanInputs(
    revenue=100_000,
    average_deal=1000,
    stages=STAGES,
    rates=(0.5,) * 5,
    effort=Effort(mqls_per_rep_week=8, touches_per_rep_week=20, call_attempts_per_sql=2, emails_per_sql=3),
    worked_weeks=47,
)
CALLS, EMAILS = "capacity.call_attempts_per_sql", "capacity.emails_per_sql"


@pytest.mark.parametrize(
    ("changes", "mqls", "mqls_per_week", "reps_exact", "binding"),
    [
        ({}, 800, 17.0213, 2.1277, "mqls"),
        ({"conversion.opportunity_to_customer": 0.4}, 1000, 21.2766, 2.6596, "mqls"),
        ({"conversion.mql_to_sql": 0.4}, 1000, 21.2766, 2.6596, "mqls"),
        ({"conversion.mql_to_sql": 0.3}, 1333.33, 28.3688, 3.5461, "mqls"),
        ({f"conversion.{s}": 0.45 for s in ("mql_to_sql", "sql_to_opportunity", "opportunity_to_customer")},
         1097.3937, 23.3488, 2.9186, "mqls"),
        ({f"conversion.{s}": 0.6 for s in ("mql_to_sql", "sql_to_opportunity", "opportunity_to_customer")},
         462.963, 9.8503, 1.4775, "touches"),
        ({CALLS: 3}, 800, 17.0213, 2.5532, "touches"),
        ({EMAILS: 4}, 800, 17.0213, 2.5532, "touches"),
        ({CALLS: 4, EMAILS: 4}, 800, 17.0213, 3.4043, "touches"),
        ({CALLS: 1}, 800, 17.0213, 2.1277, "mqls"),
        ({"calendar.working_weeks": 52}, 800, 15.3846, 1.9231, "mqls"),
        ({"average_deal": 2000}, 400, 8.5106, 1.0638, "mqls"),
        ({"target.revenue": 200_000}, 1600, 34.0426, 4.2553, "mqls"),
    ],
)  # fmt: skip
def test_the_questions_the_article_ends_with(changes, mqls, mqls_per_week, reps_exact, binding):
    then = plan_figures(changed(ARTICLE, changes))
    assert then.mqls == pytest.approx(mqls, abs=0.005)
    assert then.mqls_per_week == pytest.approx(mqls_per_week, abs=5e-5)
    assert then.reps_exact == pytest.approx(reps_exact, abs=5e-5)
    assert then.binding_constraint == binding


def test_what_tonights_reps_would_bring_then():
    now = plan_figures(ARTICLE)
    # 2 of 2.1277 reps carry 94 % of the MQLs.
    assert revenue_reached(now, now, 100_000) == pytest.approx(94_000)
    # 800 MQLs are 80 % of the 1,000 needed then; 2 of 2.6596 reps carry 75.2 % of these.
    lower = changed(ARTICLE, {"conversion.mql_to_sql": 0.4})
    assert revenue_reached(now, plan_figures(lower), 100_000) == pytest.approx(75_200)
    # With more reps than needed, the MQLs are what limits: 80 %.
    assert revenue_reached(replace(now, reps=9), plan_figures(lower), 100_000) == pytest.approx(80_000)


rates = st.floats(0.01, 1.0)


@given(st.lists(rates, min_size=5, max_size=5), st.sampled_from(levers(ARTICLE)))
def test_setting_a_lever_to_what_it_stands_at_changes_nothing(given_rates, lever):
    inputs = replace(
        ARTICLE, rates=tuple(given_rates), effort=replace(ARTICLE.effort, open_sqls_per_rep=10, mean_weeks_sql_open=2)
    )
    assert plan_figures(changed(inputs, {lever: value_of(inputs, lever)})) == plan_figures(inputs)


@given(st.sampled_from(range(5)), rates, rates)
def test_a_lower_rate_never_asks_for_less(step, one, other):
    lever = levers(ARTICLE)[step]
    low, high = sorted((one, other))
    low_figures, high_figures = (plan_figures(changed(ARTICLE, {lever: v})) for v in (low, high))
    assert low_figures.mqls >= high_figures.mqls
    assert low_figures.reps_exact >= high_figures.reps_exact


@pytest.mark.parametrize(
    ("lever", "value", "said"),
    [
        ("conversion.mql_to_sql", 0, "no rate"),
        ("conversion.mql_to_sql", 1.01, "no rate"),
        ("conversion.mql_to_customer", 0.5, "its steps are prospect_to_lead"),
        ("average_deal", 0, "above 0"),
        ("capacity.emails_per_sql", -1, "out of range"),
        ("target.revenue", float("inf"), "out of range"),
        ("average_deal", float("nan"), "out of range"),
        ("deal", 5, "use one of"),
    ],
)
def test_an_impossible_change_is_named(lever, value, said):
    with pytest.raises(ImpossibleChangeError, match=said):
        changed(ARTICLE, {lever: value})


def test_no_follow_ups_at_all_is_possible():
    then = plan_figures(changed(ARTICLE, {CALLS: 0, EMAILS: 0}))
    assert then.binding_constraint == "mqls"
    assert then.ceilings.touches == 0


def test_a_funnel_without_handover_has_no_reps():
    then = plan_figures(replace(ARTICLE, stages=("opportunity", "customer"), rates=(0.25,), handover=None))
    assert then.required_exact == {"opportunity": 400.0, "customer": 100.0}
    assert (then.mqls, then.reps_exact, then.reps) == (None, None, None)
