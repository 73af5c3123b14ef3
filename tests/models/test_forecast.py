import itertools
from datetime import date

import pytest

from models.forecast import forecast
from tests.models import rows
from tests.models.rows import STAGES, deliveries, night, rate, target


def ending(*, of_night=None, rates=None, delivered=None, delays=None, opened=None, new=None):
    found = forecast(
        night=of_night or night(),
        stages=rows.stages(),
        targets=[target()],
        conversion_rates=rates or rows.article_rates(),
        average_deal=[rows.deal()],
        deliveries=deliveries() if delivered is None else delivered,
        deliveries_by_segment=rows.deliveries_by_segment(),
        step_delays=delays or rows.step_delays(**{s: [0.0, 1.0] for s in STAGES[:-1]}),
        open_records=rows.open_records() if opened is None else opened,
        new_records=rows.new_records() if new is None else new,
    )
    return {f.stage: f for f in found}


def test_what_has_come_plus_what_is_open_plus_what_will_come():
    came = deliveries(("2026", date(2026, 3, 2), "customer", 30))
    opened = rows.open_records(("opportunity", 0, 40, 40))
    # 182 prospects in 91 days are 2 a day for 184 days; those of the last 5 days cannot pass 5 steps of a day each.
    found = ending(delivered=came, opened=opened, new=rows.new_records(("prospect", 182)))
    assert found["prospect"].expected == pytest.approx(368)
    assert found["customer"].expected == pytest.approx(30 + 40 * 0.5 + 2 * 179 / 32)
    assert found["customer"].low < found["customer"].expected < found["customer"].high


def test_a_period_that_is_over_ends_with_what_came():
    came = deliveries(("2026", date(2026, 3, 2), "customer", 30))
    found = ending(of_night=night(as_of=date(2027, 1, 5)), delivered=came, new=rows.new_records(("prospect", 182)))
    assert (found["customer"].low, found["customer"].expected, found["customer"].high) == (30, 30, 30)


def test_an_empty_account_ends_with_nothing_and_says_on_what_that_rests():
    unknown = [rate(a, b, status="no_denominator", entered=0) for a, b in itertools.pairwise(STAGES)]
    found = ending(rates=unknown, delays=rows.step_delays())
    assert (found["customer"].low, found["customer"].expected, found["customer"].high) == (0, 0, 0)
    assert found["customer"].status == "no_denominator"


def test_rates_that_are_less_sure_widen_the_interval():
    opened = rows.open_records(("opportunity", 0, 400, 400))

    def width(**interval):
        found = ending(rates=rows.article_rates(opportunity=interval), opened=opened)["customer"]
        return found.high - found.low

    # Known rates leave the binomial's own: 2 × 1.28 × sqrt(400 × 0.25) = 25.6.
    assert width() == pytest.approx(25.6, abs=2)
    assert width(rate_low=0.3, rate_high=0.7) > 100
