"""Rates around stages that the CRM never shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.conversion_rates import conversion_rates
from tests.models.rows import night, stages, step_outcomes


def unseen_mql(a=0.5, b=0.5, unmapped=("mql",), converted=16):
    """A funnel whose CRM never shows an MQL: of 100 leads some become SQLs, and pass mql on the way, imputed."""
    outcomes = step_outcomes(
        {"from_stage": "lead", "to_stage": "mql", "lag_days": 9, "records": converted, "is_to_explicit": False},
        {"from_stage": "lead", "to_stage": "mql", "records": 100 - converted},
        {"from_stage": "mql", "to_stage": "sql", "lag_days": 0, "records": converted, "is_from_explicit": False},
    )
    chain = stages("lead", "mql", "sql", "customer", assumed=[a, b, 0.5], unmapped=unmapped, weight=1e-9)
    return conversion_rates(night(), chain, outcomes)


def test_the_way_through_a_stage_that_the_crm_never_shows_is_split_over_its_steps():
    first, second, _ = unseen_mql()
    # 16 % of leads become SQLs; with equal assumptions each step has its square root.
    assert first.rate == pytest.approx(0.4)
    assert second.rate == pytest.approx(0.4)
    assert (first.status, second.status) == ("not_mapped", "not_mapped")
    # The entries are the way's; beside the first step they are said, beside the second there are none.
    assert (first.entered, second.entered, second.effective_entered) == (100, None, 0.0)
    assert "the CRM shows only the way from lead to sql" in first.method


def test_a_split_follows_the_assumptions():
    # 0.16 as 0.5 and 0.125: one part in four of its logarithm, and three.
    first, second, _ = unseen_mql(0.5, 0.125)
    assert first.rate == pytest.approx(0.16**0.25)
    assert second.rate == pytest.approx(0.16**0.75)


def test_a_stage_that_is_mapped_but_never_entered_is_no_denominator():
    first, second, _ = unseen_mql(unmapped=())
    assert (first.status, second.status) == ("no_denominator", "no_denominator")
    assert first.rate * second.rate == pytest.approx(0.16)


@settings(deadline=None)
@given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(1, 99))
def test_a_split_keeps_the_product(a, b, converted):
    first, second, _ = unseen_mql(a, b, converted=converted)
    assert first.rate * second.rate == pytest.approx(converted / 100, rel=1e-6)
    assert first.rate_low * second.rate_low <= converted / 100 <= first.rate_high * second.rate_high
    for row in (first, second):
        assert 0 < row.rate_low <= row.rate <= row.rate_high <= 1


def test_without_the_stage_at_one_end_the_assumption_stands():
    outcomes = step_outcomes({"from_stage": "mql", "to_stage": "sql", "lag_days": 5, "records": 40})
    chain = stages("lead", "mql", "sql", "customer", assumed=[0.3, 0.5, 0.5], unmapped=("lead",))
    to_mql, to_sql, _ = conversion_rates(night(), chain, outcomes)
    assert (to_mql.rate, to_mql.rate_low, to_mql.rate_high) == (0.3, 0.3, 0.3)
    assert (to_mql.status, to_mql.entered, to_mql.observed_rate) == ("not_mapped", None, None)
    assert (to_sql.status, to_sql.entered) == ("ok", 40)


def test_an_account_that_shows_nothing_plans_with_its_assumptions():
    rows = conversion_rates(night(), stages(assumed=0.4), step_outcomes())
    assert [(r.rate, r.status) for r in rows] == [(0.4, "no_denominator")] * 5


def test_a_segment_splits_its_own_rate_of_the_way():
    def lead_to_mql(segment, converted, entered):
        way = {"from_stage": "lead", "to_stage": "mql", "segment": segment}
        yield {**way, "lag_days": 9, "records": converted, "is_to_explicit": False}
        yield {**way, "records": entered - converted}
        at_once = {"lag_days": 0, "records": converted, "is_from_explicit": False}
        yield {"from_stage": "mql", "to_stage": "sql", "segment": segment, **at_once}

    outcomes = step_outcomes(*lead_to_mql("web", 10, 80), *lead_to_mql("fair", 6, 20))
    chain = stages("lead", "mql", "sql", "customer", unmapped=("mql",), weight=1e-9)
    rows = {(r.segment, r.from_stage): r for r in conversion_rates(night(), chain, outcomes)}
    # The whole: 16 of 100. web: (10 + 20 × 0.16) / (80 + 20) = 0.132; fair: (6 + 20 × 0.16) / (20 + 20) = 0.23.
    for segment, way in ((None, 0.16), ("web", 0.132), ("fair", 0.23)):
        first, second = rows[segment, "lead"], rows[segment, "mql"]
        assert first.rate == pytest.approx(way**0.5)
        assert second.rate == pytest.approx(way**0.5)
        assert (first.status, second.status) == ("not_mapped", "not_mapped")
        assert second.entered is None
    assert (rows["web", "lead"].entered, rows["fair", "lead"].entered) == (80, 20)


def test_a_segment_without_entries_on_the_way_takes_the_whole_s():
    outcomes = step_outcomes(
        {"from_stage": "lead", "to_stage": "mql", "lag_days": 9, "records": 16, "is_to_explicit": False},
        {"from_stage": "lead", "to_stage": "mql", "records": 84},
        {"from_stage": "mql", "to_stage": "sql", "lag_days": 0, "records": 16, "is_from_explicit": False},
        {"from_stage": "sql", "to_stage": "customer", "lag_days": 9, "records": 5, "segment": "fair"},
    )
    chain = stages("lead", "mql", "sql", "customer", unmapped=("mql",), weight=1e-9)
    rows = {(r.segment, r.from_stage): r for r in conversion_rates(night(), chain, outcomes)}
    for stage in ("lead", "mql"):
        assert rows["fair", stage].rate == pytest.approx(rows[None, stage].rate) == pytest.approx(0.4)
