"""Each thing changed in turn, and where the next rep is needed."""

from zoneinfo import ZoneInfo

import pytest

from models.required_reps import CapacityObserved, required_reps
from models.scenarios import Scenario, next_rep_at, scenarios
from models.what_if import changed, plan_figures
from models.working_calendar import calendar_days
from tests.models.rows import YEAR, deal, funnel_rows, night, settings, stages, target
from tests.models.test_what_if import ARTICLE

CALENDAR = calendar_days(settings().calendar, ZoneInfo("UTC"), *YEAR, [YEAR])


def test_the_next_rep_is_needed_just_below_the_rate_that_takes_two_and_a_half():
    # 2.5 reps round to 3: 2.5 × 8 × 47 = 940 MQLs; 200 opportunities from 400 SQLs, so mql_to_sql = 400 / 940.
    now = plan_figures(ARTICLE)
    there = next_rep_at(ARTICLE, now, "conversion.mql_to_sql")
    assert abs(there - 400 / 940) < 1e-6
    assert plan_figures(changed(ARTICLE, {"conversion.mql_to_sql": there})).reps == 3
    assert plan_figures(changed(ARTICLE, {"conversion.mql_to_sql": there + 1e-4})).reps == 2


def test_the_next_rep_is_needed_when_follow_ups_grow():
    # 8.51 SQLs a week × touches / 20 = 2.5 reps at 5.875 touches: 2.875 calls beside 3 e-mails.
    there = next_rep_at(ARTICLE, plan_figures(ARTICLE), "capacity.call_attempts_per_sql")
    assert abs(there - 2.875) < 1e-4


def test_where_follow_ups_never_bind_there_is_no_threshold():
    from dataclasses import replace

    no_sqls = replace(ARTICLE, stages=("prospect", "lead", "mql", "deal", "opportunity", "customer"))
    assert next_rep_at(no_sqls, plan_figures(no_sqls), "capacity.emails_per_sql") is None


def rows_of(seen: CapacityObserved) -> dict[str, Scenario]:
    funnel = funnel_rows(CALENDAR)
    reps = required_reps(night(), stages(), funnel, seen)
    rows = scenarios(night(), [target()], [], [deal()], funnel, reps, seen)
    return {row.scenario: row for row in rows}


def test_the_plan_by_the_follow_ups_that_sales_is_seen_to_make_stands_beside_that_by_the_assumed():
    rows = rows_of(CapacityObserved(100, 100, 3.0, None, call_attempts_per_sql=4.0, emails_per_sql=4.0))
    # 8.51 SQLs a week × 8 touches / 20, against 17.02 MQLs a week / 8.
    assert rows["tonight"].reps_exact == pytest.approx(2.1276596)
    assert rows["tonight"].binding_constraint == "mqls"
    observed = rows["follow-ups as observed"]
    assert observed.reps_exact == pytest.approx(3.4042553)
    assert (observed.reps, observed.binding_constraint) == (3, "touches")
    assert observed.mqls_required == rows["tonight"].mqls_required


def test_where_no_attempt_is_known_no_plan_is_made_of_what_is_observed():
    assert "follow-ups as observed" not in rows_of(CapacityObserved(100, 100, 3.0, None))
