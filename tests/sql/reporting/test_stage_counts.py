"""reporting.stage_counts: a place for every record."""

from datetime import date
from decimal import Decimal

KEY = "reporting.stage_counts"
COUNT = ("record_type", "crm_stage", "stage", "segment", "records", "amount")


def person(person_id, crm_stage=None, stage=None, segment=None):
    return {"person_id": person_id, "crm_stage": crm_stage, "stage": stage, "segment": segment}


def deal(deal_id, crm_stage=None, stage=None, amount=None, **more):
    return {"deal_id": deal_id, "crm_stage": crm_stage, "stage": stage, "amount_in_currency": amount, **more}


def test_every_record_is_counted_under_its_crm_stage(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.people",
        person("p1", "New", "lead"),
        person("p2", "New", "lead"),
        person("p3", "Odd"),  # not mapped
        person("p4"),  # none
    )
    assert warehouse.values(KEY, *COUNT) == [
        ("person", "(none)", None, None, 1, None),
        ("person", "New", "lead", None, 2, None),
        ("person", "Odd", None, None, 1, None),
    ]


def test_two_crm_stages_of_one_canonical_stage_stay_two_rows(warehouse):
    warehouse.night()
    warehouse.put("funnel.people", person("p1", "Working", "mql"), person("p2", "MQL", "mql"))
    assert warehouse.values(KEY, "crm_stage", "stage", "records") == [("MQL", "mql", 1), ("Working", "mql", 1)]


def test_deals_are_counted_by_pipeline_with_their_amounts(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.deals",
        deal("d1", "Proposal", "opportunity", Decimal("10.25"), pipeline="New"),
        deal("d2", "Proposal", "opportunity", Decimal("0.50"), pipeline="New"),
        deal("d3", "Proposal", "opportunity", None, pipeline="New"),  # no amount, or no rate
        deal("d4", "Proposal", "opportunity", None, pipeline="Renewal"),
    )
    assert warehouse.values(KEY, "pipeline", "records", "amount") == [
        ("New", 3, Decimal("10.75")),
        ("Renewal", 1, None),
    ]


def test_segments_stand_beside_the_whole(warehouse):
    warehouse.night(funnel={"segment_by": "source"})
    warehouse.put(
        "funnel.people",
        person("p1", "New", "lead", "Ads"),
        person("p2", "New", "lead", "Ads"),
        person("p3", "New", "lead", "Fair"),
    )
    assert warehouse.values(KEY, "segment", "records") == [(None, 3), ("Ads", 2), ("Fair", 1)]


def test_a_stage_is_shown_by_the_crm_s_own_label(warehouse):
    warehouse.night()
    warehouse.put("files.people", {"person_id": "p1", "crm_stage": "17", "crm_stage_label": "In touch"})
    warehouse.put("funnel.people", person("p1", "17"), person("p2"))
    assert warehouse.values(KEY, "crm_stage", "crm_stage_label") == [("(none)", "(none)"), ("17", "In touch")]


def test_pitfall_15_every_night_is_kept_and_tonight_replaces_itself(warehouse):
    warehouse.night("2026-03-30")
    warehouse.put("funnel.people", person("p1", "New", "lead"), person("p2", "New", "lead"))
    warehouse.build(KEY)
    warehouse.night("2026-03-31")
    warehouse.con.execute("delete from funnel.people where person_id = 'p2'")  # deleted in the CRM
    warehouse.build(KEY)
    assert warehouse.values(KEY, "as_of", "records") == [(date(2026, 3, 30), 2), (date(2026, 3, 31), 1)]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
