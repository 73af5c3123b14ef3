import itertools
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.required_funnel import Step, carry_back, customers_needed
from models.working_calendar import calendar_days, weeks_of
from tests.models.rows import (
    STAGES,
    YEAR,
    article_rates,
    deal,
    deliveries,
    funnel_rows,
    night,
    rate,
    settings,
    stages,
    target,
)

CALENDAR = calendar_days(settings().calendar, ZoneInfo("UTC"), date(2025, 1, 1), date(2027, 12, 31), [YEAR])

rates_of_steps = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=8)
some_customers = st.floats(0.1, 1e5)


def by_stage(**changes):
    """The target's own rows, not those of its segments."""
    own = {t.target: t.segment for t in changes.get("targets") or [target()]}
    return {r.stage: r for r in funnel_rows(CALENDAR, **changes) if r.segment == own[r.target]}


def steps(rates):
    return [Step(r) for r in rates]


# The chain


def test_customers_are_the_revenue_over_what_a_won_deal_brings():
    assert customers_needed(100_000, 1.0, 1000) == 100
    # Half of the wins pay nothing: twice as many. Marketing owes 60 %.
    assert customers_needed(100_000, 1.0, 1000, 0.5) == 200
    assert customers_needed(100_000, 0.6, 1000) == 60


def test_a_requirement_is_carried_back_exactly():
    assert carry_back(100, steps([0.5] * 5)) == [3200, 1600, 800, 400, 200, 100]
    # 26.667 / 0.2 = 133.33, not 27 / 0.2 = 135.
    assert carry_back(2_000_000 / 75_000, steps([0.2]))[0] == pytest.approx(133.3333, abs=1e-4)


def test_deals_of_a_person_lower_what_is_needed_before_them():
    assert carry_back(100, [Step(0.5, 1.25), Step(0.5)]) == [320, 200, 100]


@pytest.mark.parametrize("value", [0.0, -0.1, 1.0001, float("nan"), float("inf")])
def test_pitfalls_31_32_no_rate_but_one_above_0_and_at_most_1_carries_a_requirement(value):
    with pytest.raises(ValueError, match="carries no requirement"):
        Step(value)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_no_deals_of_a_person_carry_no_requirement(value):
    with pytest.raises(ValueError, match="deals a person"):
        Step(0.5, value)


@given(some_customers, rates_of_steps, st.data())
def test_halving_a_rate_doubles_all_earlier_stages_and_leaves_the_later_ones(customers, rates, data):
    i = data.draw(st.integers(0, len(rates) - 1))
    halved = [r / 2 if k == i else r for k, r in enumerate(rates)]
    before, after = carry_back(customers, steps(rates)), carry_back(customers, steps(halved))
    assert after[: i + 1] == pytest.approx([2 * n for n in before[: i + 1]])
    assert after[i + 1 :] == before[i + 1 :]


@given(some_customers, rates_of_steps, st.floats(0.01, 100))
def test_scaling_the_target_scales_every_stage(customers, rates, factor):
    scaled = carry_back(customers * factor, steps(rates))
    assert scaled == pytest.approx([n * factor for n in carry_back(customers, steps(rates))])


@given(some_customers, rates_of_steps, st.floats(0.01, 1.0), st.data())
def test_a_requirement_never_falls_when_a_rate_falls(customers, rates, factor, data):
    i = data.draw(st.integers(0, len(rates) - 1))
    lower = [r * factor if k == i else r for k, r in enumerate(rates)]
    for before, after in zip(carry_back(customers, steps(rates)), carry_back(customers, steps(lower)), strict=True):
        assert after >= before


@given(some_customers, rates_of_steps)
def test_no_stage_needs_fewer_records_than_come_of_them(customers, rates):
    needed = carry_back(customers, steps(rates))
    assert needed == sorted(needed, reverse=True)
    assert needed[-1] == customers


# The table


def test_the_article_from_measured_figures():
    rows = by_stage()
    assert {s: r.required for s, r in rows.items()} == dict(zip(STAGES, [3200, 1600, 800, 400, 200, 100], strict=True))
    assert rows["mql"].per_week == pytest.approx(800 / 47)
    assert [(r.position, r.unit) for r in rows.values()] == [
        *((i, "people") for i in (1, 2, 3, 4)),
        *((i, "deals") for i in (5, 6)),
    ]
    assert [r.rate_to_next for r in rows.values()] == [0.5] * 5 + [None]
    assert {r.status for r in rows.values()} == {"ok"}


def test_a_part_of_a_year_has_its_part_of_the_weeks():
    rows = by_stage(targets=[target(period_end=date(2026, 3, 31))])
    # 64 of 261 weekdays: 800 / (47 × 64 / 261) = 69.4 a week.
    assert rows["mql"].per_week == pytest.approx(800 * 261 / (47 * 64))


def test_a_period_without_a_weekday_has_no_weekly_pace():
    weekend = target(period_start=date(2026, 6, 6), period_end=date(2026, 6, 7))
    rows = by_stage(targets=[weekend])
    assert (rows["mql"].per_week, rows["mql"].due_to_date, rows["mql"].required) == (None, None, 800)


def test_pitfall_47_marketing_s_share_scopes_every_stage():
    rows = by_stage(targets=[target(marketing_share=0.6)])
    assert [r.required for r in rows.values()] == [1920, 960, 480, 240, 120, 60]


def test_wins_that_pay_nothing_raise_the_need():
    assert by_stage(deals=[deal(paying_share=0.8)])["customer"].required == 125


def test_without_a_won_deal_the_assumed_one_stands_and_is_said():
    nothing = deal(mean=None, paying_share=None, status="no_denominator")
    for deals in ([nothing], []):
        rows = by_stage(deals=deals, of_night=night(assumed_average_deal=500.0))
        assert rows["customer"].required == 200
        assert {r.status for r in rows.values()} == {"no_denominator"}


def test_deals_of_a_person_divide_where_people_become_deals():
    rows = by_stage(rates=article_rates(sql={"deals_per_person": 1.25}))
    assert [r.required for r in rows.values()] == [2560, 1280, 640, 320, 200, 100]
    assert [r.deals_per_person for r in rows.values()] == [1, 1, 1, 1.25, 1, 1]


def test_a_row_takes_the_worst_status_of_what_it_rests_on():
    # The customers rest on the average deal alone; every earlier stage on its rate and all later ones too.
    rows = by_stage(rates=article_rates(mql={"status": "low_sample"}, opportunity={"status": "immature"}))
    assert {s: r.status for s, r in rows.items()} == {
        "prospect": "immature",
        "lead": "immature",
        "mql": "immature",
        "sql": "immature",
        "opportunity": "immature",
        "customer": "ok",
    }
    rows = by_stage(rates=article_rates(lead={"status": "not_mapped"}, mql={"status": "low_sample"}))
    assert [r.status for r in rows.values()] == ["not_mapped", "not_mapped", "low_sample", "ok", "ok", "ok"]


def test_an_average_deal_that_is_in_doubt_puts_every_stage_in_doubt():
    rows = by_stage(deals=[deal(status="mixed_currency")], rates=article_rates(mql={"status": "low_sample"}))
    assert {r.status for r in rows.values()} == {"mixed_currency"}


def test_a_segment_s_target_uses_its_own_rates_and_deal_else_the_whole_s():
    web = [rate(a, b, 0.4, segment="web") for a, b in itertools.pairwise(STAGES)]
    both = {"rates": [*article_rates(), *web], "deals": [deal(), deal(segment="web", mean=2000.0)]}
    assert by_stage(targets=[target(segment="web")], **both)["customer"].required == 50
    # 50 / 0.4 = 125.
    assert by_stage(targets=[target(segment="web")], **both)["opportunity"].required == 125
    assert by_stage(targets=[target(segment="fair")], **both)["opportunity"].required == 200
    assert by_stage(targets=[target()], **both)["opportunity"].required == 200


def test_each_target_has_rows_of_its_own():
    rows = funnel_rows(CALENDAR, targets=[target(), target(target="more", revenue=200_000.0)])
    assert [(r.target, r.required) for r in rows if r.stage == "mql"] == [("2026", 800), ("more", 1600)]


@pytest.mark.parametrize(
    ("as_of", "done"),
    [
        # Complete working days up to and including as_of: January to June 2026 has 129 of the 261.
        (date(2026, 6, 30), 129),
        (date(2026, 6, 29), 128),
        # Thursday 1 January is one, the week-end after it adds none.
        (date(2026, 1, 1), 1),
        (date(2026, 1, 4), 2),
        (date(2025, 12, 31), 0),
        (date(2026, 12, 31), 261),
        (date(2027, 3, 1), 261),
    ],
)
def test_due_to_date_is_the_share_of_the_working_days_that_are_over(as_of, done):
    assert by_stage(of_night=night(as_of=as_of))["mql"].due_to_date == pytest.approx(800 * done / 261)


def test_holidays_shift_what_is_due_but_not_the_pace():
    calendar = calendar_days(settings(calendar={"holidays": "FR"}).calendar, ZoneInfo("UTC"), *YEAR, [YEAR])
    working = sum(w.working_days for w in weeks_of(calendar, *YEAR))
    first = sum(w.working_days for w in weeks_of(calendar, YEAR[0], date(2026, 6, 30)))
    row = next(r for r in funnel_rows(calendar) if r.stage == "mql")
    assert working < 261
    assert row.due_to_date == pytest.approx(800 * first / working)
    assert row.per_week == pytest.approx(800 / 47)


def test_actual_to_date_is_what_came_for_this_target_over_its_weeks():
    came = deliveries(
        ("2026", date(2026, 1, 1), "mql", 10),
        ("2026", date(2026, 1, 5), "mql", 7),
        ("2026", date(2026, 1, 5), "sql", 3),
        ("other", date(2026, 1, 5), "mql", 100),
    )
    rows = by_stage(delivered=came)
    assert (rows["mql"].actual_to_date, rows["sql"].actual_to_date) == (17, 3)


def test_nothing_delivered_into_a_stage_that_the_crm_shows_is_none():
    assert {r.actual_to_date for r in by_stage().values()} == {0}


def test_nothing_is_known_of_what_came_into_a_stage_that_the_crm_does_not_show():
    unseen = {"entered": None, "status": "not_mapped"}
    rows = by_stage(of_stages=stages(unmapped=("mql",)), rates=article_rates(lead=unseen, mql=unseen))
    assert {s: r.actual_to_date for s, r in rows.items() if r.actual_to_date is None} == {"mql": None}


def test_pitfall_46_the_plan_carries_the_product_of_the_steps_own_rates():
    # Each step's rate is of its own cohort; 0.5 × 0.4 × 0.25 = 5 % of MQLs become customers. Where rates drift this
    # is not the share of any one cohort: the requirement is the product's.
    chain = stages("mql", "sql", "opportunity", "customer")
    rates = [rate("mql", "sql", 0.5), rate("sql", "opportunity", 0.4), rate("opportunity", "customer", 0.25)]
    assert by_stage(of_stages=chain, rates=rates)["mql"].required_exact == pytest.approx(100 / 0.05)


@hypothesis.settings(deadline=None)
@given(st.lists(st.floats(0.05, 1), min_size=5, max_size=5), st.floats(1000, 1e6), st.floats(0.05, 1))
def test_required_covers_the_exact_need_at_every_stage(values, revenue, paying):
    steps_ = [rate(a, b, v) for a, b, v in zip(STAGES, STAGES[1:], values, strict=False)]
    for row in by_stage(rates=steps_, targets=[target(revenue=revenue)], deals=[deal(paying_share=paying)]).values():
        assert row.required_exact - 0.001 <= row.required < row.required_exact + 1


@hypothesis.settings(deadline=None)
@given(st.integers(0, 364))
def test_due_to_date_never_falls_from_a_day_to_the_next(days):
    before, after = (
        by_stage(of_night=night(as_of=YEAR[0] + timedelta(days=d)))["mql"].due_to_date for d in (days, days + 1)
    )
    assert 0 <= before <= after <= 800
