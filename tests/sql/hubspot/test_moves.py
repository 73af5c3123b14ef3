"""hubspot.moves: entries into the portal's stages, and what each means in the funnel."""

import pytest

from tests.sql.hubspot.portal import at, change, open_portal, option

KEY = "hubspot.moves"


def meanings(warehouse, *changes):
    warehouse.put("raw_hubspot.changes", *changes)
    return warehouse.values(KEY, "crm_stage", "meaning", "is_won", "is_lost")


def test_a_stage_means_what_its_name_or_label_is_mapped_to(warehouse):
    open_portal(warehouse)
    assert meanings(
        warehouse, change("marketingqualifiedlead", at(2)), change("15318", at(3)), change("unheard of", at(4))
    ) == [
        ("15318", "recycled", False, False),
        ("marketingqualifiedlead", "mql", False, False),
        ("unheard of", None, False, False),
    ]


def test_deal_stages_are_won_and_lost_as_the_portal_says(warehouse):
    open_portal(warehouse)
    of_deal = [change(s, at(i), "9", "deal") for i, s in enumerate(("new", "won", "lost"), 2)]
    assert meanings(warehouse, *of_deal) == [
        ("lost", "disqualified", False, True),
        ("new", "opportunity", False, False),
        ("won", "customer", True, False),
    ]


def test_what_the_account_wrote_goes_before_what_the_portal_says(warehouse):
    open_portal(warehouse, funnel={"mapping": {"Gone": "recycled", "New": "opportunity"}})
    assert meanings(warehouse, change("lost", at(2), "9", "deal")) == [("lost", "recycled", False, True)]


@pytest.mark.parametrize(
    ("made_by", "moved_by"),
    [("CRM_UI", "person"), ("IMPORT", "import"), ("AUTOMATION_PLATFORM", "automation"), (None, "unknown")],
)
def test_who_moved_it(warehouse, made_by, moved_by):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.changes", change("lead", at(2), made_by=made_by))
    assert warehouse.values(KEY, "moved_by") == [moved_by]


def test_a_move_told_twice_is_one(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.options", option("lifecyclestage", "opportunity", "Opportunity"))
    assert len(meanings(warehouse, change("lead", at(2)), change("lead", at(2), evidence="stage_date"))) == 1
    assert warehouse.values(KEY, "evidence") == ["history"]
