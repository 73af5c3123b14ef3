from datetime import date

import numpy as np
import pytest

from models.pipeline_yield import Delay, Rest, delays_of, due_at_end, flows, passing
from tests.models import rows
from tests.models.rows import rate

CHAIN = ("mql", "opportunity", "customer")
STAGES = rows.stages(*CHAIN)
RATES = [rate("mql", "opportunity", 0.5), rate("opportunity", "customer", 0.4)]
# Half of the conversions come on day 1, half on day 3.
EVEN = np.array([0.0, 0.5, 0.5, 1.0])


def found(opened=None, new=None, rest=None, open_share=(1.0, 1.0, 1.0, 1.0)):
    delay = Delay(EVEN, np.array(open_share), is_observed=True)
    both = {"mql": delay, "opportunity": delay}
    empty_open, empty_new = rows.open_records(), rows.new_records()
    return flows(
        STAGES,
        RATES,
        both,
        empty_open if opened is None else opened,
        empty_new if new is None else new,
        rest or Rest(1, 100),
    )


FACTORS = passing([0.5, 0.4])


def test_rates_between_two_stages_are_multiplied():
    assert FACTORS.tolist() == [[1, 0.5, 0.2], [0, 1, 0.4], [0, 0, 1]]


def test_open_records_bring_their_rate_times_what_is_still_due():
    # At age 0 everything is due, 100 × 0.5; at age 1 half of it: 100 × 0.5 × 0.5, all of whom are still open.
    new = found(rows.open_records(("mql", 0, 100, 100))).expected_from_open(FACTORS)
    older = found(rows.open_records(("mql", 1, 100, 100))).expected_from_open(FACTORS)
    assert new.tolist() == pytest.approx([0, 50, 20])
    assert older.tolist() == pytest.approx([0, 25, 10])


def test_those_still_open_when_others_are_lost_are_the_likelier_ones():
    # Of 100, 50 × 0.5 = 25 will yet convert, and only 40 are open: each with 25 / 40.
    one = found(rows.open_records(("mql", 1, 100, 40)), open_share=(1.0, 0.4, 0.4, 0.4))
    assert one.expected_from_open(FACTORS)[1] == pytest.approx(25)


def test_pitfall_28_lost_deals_bring_nothing():
    lost = found(rows.open_records(("opportunity", 1, 100, 0)))
    assert lost.expected_from_open(FACTORS).tolist() == [0, 0, 0]


def test_a_record_older_than_the_horizon_brings_nothing():
    assert found(rows.open_records(("mql", 400, 100, 100))).expected_from_open(FACTORS).tolist() == [0, 0, 0]


def test_pitfall_37_the_delays_distribution_decides_what_comes_in_time():
    # The mean delay is 2 days; in 2 days not all but half of the conversions come, in 1 + 1 a quarter passes both.
    two_days = found(rows.open_records(("mql", 0, 100, 100)), rest=Rest(1, 2)).expected_from_open(FACTORS)
    assert two_days.tolist() == pytest.approx([0, 25, 100 * 0.5 * 0.4 * 0.25])


def test_what_comes_before_the_period_does_not_count():
    later = found(rows.open_records(("mql", 0, 100, 100)), rest=Rest(2, 100)).expected_from_open(FACTORS)
    assert later[1] == pytest.approx(25)
    assert Rest.of(date(2025, 12, 30), date(2026, 1, 1), date(2026, 1, 31)) == Rest(2, 32)


def test_a_period_that_is_over_has_no_days_left():
    rest = Rest.of(date(2026, 7, 5), date(2026, 1, 1), date(2026, 6, 30))
    over = found(rows.open_records(("mql", 0, 100, 100)), rows.new_records(("mql", 910)), rest)
    assert over.expected_from_open(FACTORS).tolist() == [0, 0, 0]
    assert over.expected_from_new(FACTORS).tolist() == [0, 0, 0]


def test_new_records_keep_coming_at_the_pace_of_the_last_13_weeks():
    # 910 in 91 days are 10 a day. Of those of 4 days, the ones old enough convert: 10 × 0.5 × (1 + 0.5 + 0.5) = 10.
    pace = found(rows.open_records(("mql", 200, 1, 0)), rows.new_records(("mql", 910)), Rest(1, 4))
    assert pace.expected_from_new(FACTORS)[:2].tolist() == pytest.approx([40, 10])


def test_a_young_account_s_pace_is_taken_over_the_days_it_has_existed():
    pace = found(rows.open_records(("mql", 9, 100, 0)), rows.new_records(("mql", 100)), Rest(1, 1))
    assert pace.expected_from_new(FACTORS)[0] == pytest.approx(10)


def test_delays_add_up_along_the_steps_and_unknown_ones_take_no_time():
    delay = Delay(EVEN, np.ones(4), is_observed=True)
    unknown = Delay(np.linspace(0, 1, 366), np.ones(366), is_observed=False)
    mql, opportunity, customer = due_at_end(STAGES, {"mql": delay, "opportunity": delay}, 6)
    # 1 + 1, 1 + 3 or 3 + 1, 3 + 3 days.
    assert mql.tolist() == pytest.approx([0, 0, 0.25, 0.25, 0.75, 0.75, 1])
    assert opportunity[:4].tolist() == pytest.approx([0, 0.5, 0.5, 1])
    assert customer.tolist() == [1] * 7
    assert due_at_end(STAGES, {"mql": unknown, "opportunity": delay}, 3)[0].tolist() == pytest.approx([0, 0.5, 0.5, 1])


def test_what_comes_after_a_step_s_horizon_comes_but_was_not_asked_for():
    late = Delay(np.array([0.0, 1.0, 1.0, 1.25]), np.ones(4), is_observed=True)
    opened = rows.open_records(("mql", 2, 100, 100))
    # Of 100 due on day 1 a quarter as many come on day 3: tomorrow, for those that are 2 days old.
    brings = flows(STAGES[:2], [rate("mql", "opportunity", 0.4)], {"mql": late}, opened, rows.new_records(), Rest(1, 9))
    assert brings.expected_from_open(passing([0.4]))[1] == pytest.approx(100 * 0.4 * 0.25)
    assert due_at_end(STAGES[:2], {"mql": late}, 4)[0].tolist() == pytest.approx([0, 1, 1, 1, 1])


def test_delays_are_read_back_from_their_rows():
    read = delays_of(rows.step_delays(*CHAIN, mql=[0.0, 1.0]))
    assert read["mql"].due.tolist() == [0, 1]
    assert (read["mql"].is_observed, read["opportunity"].is_observed) == (True, False)
