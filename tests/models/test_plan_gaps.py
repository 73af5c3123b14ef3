"""The plan's own gaps, by hand: reps, whether the commitments fit together, and what drifts beyond chance."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from models.agreed_terms import AgreedTerms
from models.gap import SlaGap
from models.plan_gaps import PlanSide, plan_gaps
from models.required_reps import CapacityObserved, required_reps
from models.working_calendar import calendar_days
from tests.models.rows import AS_OF, YEAR, article_rates, deal, funnel_rows, night, settings, stages, target
from tests.models.test_agreements import agree

CALENDAR = calendar_days(settings().calendar, ZoneInfo("UTC"), *YEAR, [YEAR])
SEEN = {"mql_rounds": 0, "mqls": 0, "active_reps": 3.0, "mean_weeks_sql_open": None}
BLANK = SlaGap(
    as_of=AS_OF, target=str(YEAR[0]), side="", commitment="", scope="whole", segment=None, owner_id=None,
    period="to_date", period_start=YEAR[0], period_end=AS_OF, unit="", committed=None, actual=None, gap=None,
    gap_share=None, revenue_at_stake=None, status="", severity="", explanation="",
)  # fmt: skip


def gaps(seen=None, rates=None, of_deal=None, agreed=None, **of_night):
    """commitment → row, of the article's agreed plan beside tonight's."""
    tonight, observed = night(**of_night), CapacityObserved(**{**SEEN, **(seen or {})})
    rates, deals = rates or article_rates(), [of_deal or deal()]
    own = target(target=str(YEAR[0]))
    needs = funnel_rows(CALENDAR, of_night=tonight, targets=[own], rates=rates, deals=deals)
    side = PlanSide(
        night=tonight,
        stages=stages(),
        target=own,
        terms=AgreedTerms(agreed or agree(), own, None, CALENDAR),
        rates=rates,
        deals=deals,
        reps=required_reps(tonight, stages(), needs, observed),
        forecasts=[],
        seen=observed,
    )
    return {g.commitment: g for g in plan_gaps(side, BLANK)}


def test_the_article_s_commitments_cannot_all_be_kept():
    # Two reps of eight MQLs a week over 47 weeks: 752 of the 800 MQLs.
    row = gaps()["feasibility"]
    assert (row.committed, row.actual, row.status) == (pytest.approx(800), pytest.approx(752), "at_risk")
    assert "The 2 reps of the plan can take 752 of the 800 MQLs" in row.explanation
    assert gaps(rounding="up")["feasibility"].status == "met"


@pytest.mark.parametrize(("active", "status"), [(2.0, "met"), (2.5, "met"), (1.9, "at_risk"), (1.0, "missed")])
def test_reps_at_work_beside_those_the_plan_takes(active, status):
    row = gaps(seen={"active_reps": active})["capacity"]
    assert (row.committed, row.actual, row.status) == (2, active, status)


def test_reps_known_from_nowhere_are_not_none_at_work():
    row = gaps(seen={"active_reps": 0.0})["capacity"]
    assert (row.actual, row.status) == (None, "not_computable")


def test_what_an_sql_is_seen_to_take_stands_beside_what_is_assumed():
    # 400 / 47 SQLs a week, seven calls and e-mails each, twenty a rep and week: 2.98.
    said = gaps(seen={"call_attempts_per_sql": 4.0, "emails_per_sql": 3.0})["capacity"].explanation
    assert said.endswith("By the 7.0 calls and e-mails that an SQL is seen to get, it takes 2.98.")
    # With none at all, the MQLs bind: 800 / 47 / 8.
    said = gaps(seen={"call_attempts_per_sql": 0.0, "emails_per_sql": 0.0})["capacity"].explanation
    assert said.endswith("it takes 2.13.")
    assert "is seen" not in gaps()["capacity"].explanation


@pytest.mark.parametrize(
    ("now", "high", "status"),
    [
        (0.5, 0.55, "met"),
        (0.45, 0.52, "met"),  # within tonight's interval: chance
        (0.46, 0.49, "at_risk"),
        (0.30, 0.35, "missed"),
        (0.60, 0.65, "met"),
    ],
)
def test_a_rate_has_drifted_where_the_agreed_one_lies_beyond_tonight_s_interval(now, high, status):
    rates = article_rates(mql={"value": now, "rate_high": high, "rate_low": now - 0.02})
    row = gaps(rates=rates)["rate_drift:mql_to_sql"]
    assert (row.committed, row.actual, row.status) == (0.5, now, status)
    assert ("lies within chance" in row.explanation) is (now < 0.5 <= high)


@pytest.mark.parametrize("status", ["not_mapped", "no_denominator", "immature"])
def test_a_rate_that_is_not_measured_has_not_drifted(status):
    rates = article_rates(mql={"value": 0.1, "rate_high": 0.12, "status": status})
    assert gaps(rates=rates)["rate_drift:mql_to_sql"].status == "not_computable"


def test_the_average_deal_drifts_as_a_rate_does_and_is_not_judged_over_currencies_without_a_rate():
    lower = deal(mean=800.0, mean_low=700.0, mean_high=880.0)
    assert gaps(of_deal=lower)["average_deal"].status == "missed"
    assert gaps(of_deal=deal(mean=950.0, mean_low=800.0, mean_high=1100.0))["average_deal"].status == "met"
    row = gaps(of_deal=deal(status="mixed_currency", without_rate=7))["average_deal"]
    assert (row.status, row.actual) == ("not_computable", None)
    assert row.explanation == (
        "The average deal cannot be judged: 7 of the 100 won deals are in currencies without an exchange rate."
    )


def test_the_plan_s_side_owes_nobody_anything_and_says_so():
    assert {g.side for g in gaps().values()} == {"plan"}
    assert all(isinstance(g.period_start, date) and g.explanation.endswith(".") for g in gaps().values())
