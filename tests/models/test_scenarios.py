"""Each thing changed in turn, and where the next rep is needed."""

from models.scenarios import next_rep_at
from models.what_if import changed, plan_figures
from tests.models.test_what_if import ARTICLE


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
