"""funnel.new_records: what came into the funnel from outside in the 91 days up to the night (2026-03-31)."""

from datetime import date, timedelta

import pytest

NIGHT = date(2026, 3, 31)


def person(warehouse, name, stage, days_ago, origin="marketing", segment=None):
    position = {"prospect": 1, "mql": 3}[stage]
    warehouse.put("funnel.people", {"person_id": name, "origin": origin, "segment": segment})
    row = {"record_type": "person", "record_id": name, "stage": stage, "position": position}
    warehouse.put("funnel.stage_times", row | {"reached_on": NIGHT - timedelta(days=days_ago)})


def deal(warehouse, name, origin, position=5, stage="opportunity"):
    warehouse.put("funnel.deals", {"deal_id": name, "origin": origin})
    row = {"record_type": "deal", "record_id": name, "stage": stage, "position": position}
    warehouse.put("funnel.stage_times", row | {"reached_on": NIGHT})


def found(warehouse):
    return warehouse.values("funnel.new_records", "stage", "segment", "records")


def test_marketings_people_are_met_at_the_first_stage_within_91_days(warehouse):
    warehouse.night()
    person(warehouse, "today", "prospect", 0)
    person(warehouse, "first", "prospect", 90)
    person(warehouse, "before", "prospect", 91)
    person(warehouse, "later_stage", "mql", 1)
    person(warehouse, "sales", "prospect", 1, origin="sales")
    assert found(warehouse) == [("prospect", None, 2)]


def test_deals_without_marketing_are_met_at_the_first_stage_of_deals(warehouse):
    warehouse.night()
    deal(warehouse, "sales", "sales")
    deal(warehouse, "marketing", "marketing")
    deal(warehouse, "won", "sales", position=6, stage="customer")
    assert found(warehouse) == [("opportunity", None, 1)]


def test_where_marketing_owes_a_share_only_the_deals_of_sales_do_not_count(warehouse):
    warehouse.night(target={"revenue": 1.0, "start": "2026-01-01", "end": "2026-12-31", "marketing_share": 0.5})
    deal(warehouse, "sales", "sales")
    assert found(warehouse) == []


@pytest.mark.parametrize("origin", ["marketing", "sales"])
def test_a_funnel_of_deals_only_meets_all_deals_at_its_first_stage(warehouse, origin):
    warehouse.night(funnel={"stages": ["opportunity", "customer"]})
    deal(warehouse, "d", origin, position=1)
    assert found(warehouse) == [("opportunity", None, 1)]


def test_segments_are_counted_apart(warehouse):
    warehouse.night()
    person(warehouse, "a", "prospect", 1, segment="Ads")
    person(warehouse, "b", "prospect", 1, segment="Web")
    person(warehouse, "c", "prospect", 1, segment="Web")
    assert found(warehouse) == [("prospect", "Ads", 1), ("prospect", "Web", 2)]
