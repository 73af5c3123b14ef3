from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.required_weekly import required_weekly
from models.rounding import spread
from models.working_calendar import calendar_days, weeks_of
from tests.models import rows
from tests.models.rows import YEAR, deal, deliveries, funnel_rows, night, target


def calendar(*periods, **keys):
    first, last = min(s for s, _ in periods), max(e for _, e in periods)
    return calendar_days(rows.settings(calendar=keys).calendar, ZoneInfo("UTC"), first, last, periods)


def weekly(days, *, stage="mql", of_night=None, delivered=None, **changes):
    tonight = of_night or night()
    came = deliveries() if delivered is None else delivered
    needs = funnel_rows(days, of_night=tonight, delivered=came, **changes)
    return [w for w in required_weekly(tonight, days, needs, came, rows.deliveries_by_segment()) if w.stage == stage]


def test_the_requirement_is_spread_over_the_working_days_of_the_weeks():
    found = weekly(calendar(YEAR))
    assert [w.week_no for w in found] == list(range(1, 54))
    assert (found[0].week_start, found[0].working_days) == (date(2026, 1, 1), 2)
    # 800 × 2 / 261 = 6.13 and 800 × 5 / 261 = 15.33; 4 days in the last week: 12.26.
    assert found[0].required == 6
    assert {w.required for w in found[1:-1]} == {15, 16}
    assert found[-1].required == 12
    assert sum(w.required for w in found) == 800


def test_pitfall_35_partial_weeks_carry_their_days_and_holidays_none():
    # May 2026 in France: 0, 4, 4, 5, 4 working days of 17: 170 is 10 a day.
    may = (date(2026, 5, 1), date(2026, 5, 31))
    month = target(period_start=may[0], period_end=may[1], revenue=21_250.0)
    found = weekly(calendar(may, holidays="FR"), targets=[month])
    assert [w.working_days for w in found] == [0, 4, 4, 5, 4]
    assert [w.required for w in found] == [0, 40, 40, 50, 40]


def test_weeks_that_are_over_or_under_way_have_an_actual_and_those_to_come_none():
    tonight = night(as_of=date(2026, 1, 6))
    came = deliveries(("2026", date(2026, 1, 5), "mql", 9), ("other", date(2026, 1, 1), "mql", 5))
    found = weekly(calendar(YEAR), of_night=tonight, delivered=came)
    assert [w.actual for w in found[:3]] == [0, 9, None]
    assert {w.actual for w in found[2:]} == {None}
    # A week has begun on its Monday.
    monday = weekly(calendar(YEAR), of_night=night(as_of=date(2026, 1, 5)), delivered=came)
    assert [w.actual for w in monday[:3]] == [0, 9, None]


def test_a_stage_that_the_crm_does_not_show_has_no_actual():
    unseen = {"entered": None, "status": "not_mapped"}
    found = weekly(
        calendar(YEAR),
        of_stages=rows.stages(unmapped=("mql",)),
        rates=rows.article_rates(lead=unseen, mql=unseen),
    )
    assert {w.actual for w in found} == {None}


def test_a_week_takes_the_status_of_the_requirement():
    assert {w.status for w in weekly(calendar(YEAR), deals=[deal(status="low_sample")])} == {"low_sample"}


def test_every_target_has_the_weeks_of_its_own_period():
    first, second = (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))
    periods = {"Q1": first, "Q2": second}
    targets = [target(target=name, period_start=start, period_end=end) for name, (start, end) in periods.items()]
    came = deliveries(("Q1", date(2026, 3, 30), "mql", 5), ("Q2", date(2026, 4, 1), "mql", 9))
    found = weekly(calendar(first, second), targets=targets, delivered=came)
    q1, q2 = ([w for w in found if w.target == name] for name in ("Q1", "Q2"))
    # Tuesday 31 March ends the one, Wednesday 1 April begins the other.
    assert (q1[-1].week_start, q1[-1].working_days) == (date(2026, 3, 30), 2)
    assert (q2[0].week_start, q2[0].working_days, q2[0].week_no) == (date(2026, 4, 1), 3, 1)
    assert (q1[-1].actual, q2[0].actual) == (5, 9)
    assert sum(w.required for w in q1) == sum(w.required for w in q2) == 800


def test_a_period_without_a_working_day_asks_for_all_of_it_in_its_last_week():
    weekend = (date(2026, 6, 6), date(2026, 6, 7))
    found = weekly(calendar(weekend), targets=[target(period_start=weekend[0], period_end=weekend[1])])
    assert [(w.required, w.working_days) for w in found] == [(800, 0)]


@settings(max_examples=30, deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.integers(0, 400),
    st.integers(1, 100_000),
    st.sampled_from([None, "FR", "US-CA"]),
)
def test_weeks_sum_to_the_requirement_whatever_the_period(start, length, needed, holidays):
    end = date.fromordinal(start.toordinal() + length)
    weeks = weeks_of(calendar((start, end), **({"holidays": holidays} if holidays else {})), start, end)
    parts = spread(needed, [float(w.working_days) for w in weeks])
    assert sum(parts) == needed
    if any(w.working_days for w in weeks):
        assert all(part == 0 for part, week in zip(parts, weeks, strict=True) if week.working_days == 0)


@pytest.mark.parametrize("stage", rows.STAGES)
def test_every_stage_sums_to_its_requirement(stage):
    days = calendar(YEAR)
    rates = rows.article_rates(mql={"rate": 0.37}, sql={"rate": 0.43, "deals_per_person": 1.1})
    needs = {r.stage: r.required for r in funnel_rows(days, rates=rates)}
    assert sum(w.required for w in weekly(days, stage=stage, rates=rates)) == needs[stage]
