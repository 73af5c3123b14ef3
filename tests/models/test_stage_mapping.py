import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.settings.fields import NO_STAGE
from models.settings.funnel import DEFAULT_STAGES
from models.stage_mapping import BUILT_IN, stage_mapping
from tests.models.rows import STAGES


def meanings(stages=STAGES, written=None):
    return {key: (stage, built_in) for key, stage, built_in in stage_mapping(stages, written or {})}


@pytest.mark.parametrize(
    ("crm_stage", "stage"),
    [
        ("subscriber", "prospect"),
        ("marketingqualifiedlead", "mql"),
        ("salesqualifiedlead", "sql"),
        ("appointmentscheduled", "opportunity"),
        ("closedwon", "customer"),
        ("closedlost", "disqualified"),
        ("other", "ignore"),
        ("open - not contacted", "lead"),
        ("closed - converted", "sql"),
        ("closed - not converted", "disqualified"),
        ("nurturing", "recycled"),
        ("closed won", "customer"),
        ("negotiation/review", "opportunity"),
    ],
)
def test_the_stages_that_crms_ship_with_have_a_meaning(crm_stage, stage):
    assert meanings()[crm_stage] == (stage, True)


def test_a_written_meaning_replaces_the_built_in_one_whatever_its_case_and_spaces():
    found = meanings(written={"  Nurturing ": "lead", "Demo booked": "sql"})
    assert found["nurturing"] == ("lead", False)
    assert found["demo booked"] == ("sql", False)


def test_a_stage_s_own_name_means_that_stage():
    found = meanings(("lead", "sal", "opportunity", "customer"))
    assert found["sal"] == ("sal", True)


def test_a_stage_that_the_funnel_lacks_falls_to_the_nearest_earlier_one_it_has():
    found = meanings(("lead", "mql", "customer"))
    # Without sql and opportunity, a record there has passed mql; it is no customer yet.
    assert found["salesqualifiedlead"] == ("mql", True)
    assert found["appointmentscheduled"] == ("mql", True)
    # Before the first stage there is nothing a subscriber has passed.
    assert found["subscriber"] == ("ignore", True)


def test_a_lost_or_ignored_record_stays_so_in_any_funnel():
    found = meanings(("opportunity", "customer"))
    assert found["closed lost"] == ("disqualified", True)
    assert found["nurturing"] == ("recycled", True)
    assert found["other"] == ("ignore", True)


def test_keys_are_lower_case_and_trimmed_each_once_and_in_order():
    keys = [key for key, _, _ in stage_mapping(STAGES, {"ZZZ": "lead", "aaa": "mql"})]
    assert keys == sorted(set(keys))
    assert all(key == key.strip().lower() for key in keys)


def test_every_built_in_meaning_is_a_known_stage():
    assert set(BUILT_IN.values()) <= {*DEFAULT_STAGES, *NO_STAGE}


@given(st.lists(st.sampled_from(DEFAULT_STAGES), min_size=2, unique=True))
def test_every_meaning_is_a_stage_of_the_funnel_or_none(chain):
    chain.sort(key=DEFAULT_STAGES.index)
    assert {stage for stage, _ in meanings(chain).values()} <= {*chain, *NO_STAGE}
