import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.status import STATUSES, worst


def test_statuses_run_from_the_worst_to_the_best():
    assert STATUSES == (
        "not_mapped",
        "stale_source",
        "no_denominator",
        "mixed_currency",
        "immature",
        "low_sample",
        "ok",
    )


@given(st.lists(st.sampled_from(STATUSES)))
def test_the_worst_is_the_first_that_any_input_has(given_ones):
    assert worst(given_ones) == next((s for s in STATUSES if s in given_ones), "ok")


def test_a_word_that_is_no_status_is_refused():
    with pytest.raises(ValueError, match="not in tuple"):
        worst(["ok", "fine"])
