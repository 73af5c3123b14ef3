"""funnel.stage_entries: what the CRM shows, and what a later stage implies."""

from datetime import datetime

KEY = "funnel.stage_entries"
POSITION = {"prospect": 1, "lead": 2, "mql": 3, "sql": 4, "opportunity": 5, "customer": 6}


def entry(record, stage, n, number=1, kind="person"):
    at = datetime(2026, 3, n)
    row = {"record_type": kind, "record_id": record, "stage": stage, "position": POSITION[stage], "round": number}
    unit = "deals" if stage in ("opportunity", "customer") else "people"
    return row | {"unit": unit, "entered_at": at, "recorded_at": at, "evidence": "history", "moved_by": "person"}


def entries(warehouse, *rows, record="p1"):
    """stage → (round, day of March, evidence)"""
    warehouse.put("funnel.explicit_entries", *rows)
    found = warehouse.build(KEY)
    return sorted(
        (POSITION[r["stage"]], r["stage"], r["round"], r["entered_at"].day, r["evidence"])
        for r in found
        if r["record_id"] == record
    )


def test_pitfall_08_a_skipped_stage_is_passed_at_the_moment_of_the_later_one(warehouse):
    warehouse.night()
    assert entries(warehouse, entry("p1", "lead", 1), entry("p1", "sql", 5)) == [
        (1, "prospect", 0, 1, "imputed"),
        (2, "lead", 1, 1, "history"),
        (3, "mql", 0, 5, "imputed"),
        (4, "sql", 1, 5, "history"),
    ]


def test_an_imputed_entry_has_no_length_and_no_mover(warehouse):
    warehouse.night()
    warehouse.put("funnel.explicit_entries", entry("p1", "lead", 4))
    at = datetime(2026, 3, 4)
    assert warehouse.build(KEY)[0] == {
        "record_type": "person",
        "record_id": "p1",
        "stage": "lead",
        "round": 1,
        "entered_at": at,
        "left_at": None,
        "recorded_at": at,
        "evidence": "history",
        "moved_by": "person",
    }
    assert warehouse.build(KEY)[1] == {
        "record_type": "person",
        "record_id": "p1",
        "stage": "prospect",
        "round": 0,
        "entered_at": at,
        "left_at": at,
        "recorded_at": at,
        "evidence": "imputed",
        "moved_by": "unknown",
    }


def test_a_stage_entered_after_a_later_one_is_not_imputed(warehouse):
    warehouse.night()
    found = entries(warehouse, entry("p1", "sql", 2), entry("p1", "mql", 5))
    assert found == [
        (1, "prospect", 0, 2, "imputed"),
        (2, "lead", 0, 2, "imputed"),
        (3, "mql", 1, 5, "history"),
        (4, "sql", 1, 2, "history"),
    ]


def test_the_earliest_of_several_later_entries_dates_the_imputed_one(warehouse):
    warehouse.night()
    found = entries(warehouse, entry("p1", "sql", 9), entry("p1", "mql", 4), entry("p1", "mql", 6, 2))
    assert [f for f in found if f[1] == "lead"] == [(2, "lead", 0, 4, "imputed")]


def test_a_deal_passes_the_stages_of_deals_only(warehouse):
    warehouse.night()
    assert entries(warehouse, entry("d1", "customer", 5, kind="deal"), record="d1") == [
        (5, "opportunity", 0, 5, "imputed"),
        (6, "customer", 1, 5, "history"),
    ]


def test_a_person_s_own_opportunity_is_evidence_for_the_stages_of_people_alone(warehouse):
    warehouse.night()
    assert entries(warehouse, entry("p1", "customer", 5)) == [
        (1, "prospect", 0, 5, "imputed"),
        (2, "lead", 0, 5, "imputed"),
        (3, "mql", 0, 5, "imputed"),
        (4, "sql", 0, 5, "imputed"),
        (6, "customer", 1, 5, "history"),
    ]


def test_a_deal_is_evidence_for_the_people_who_hold_a_share_of_it(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.deal_people",
        {"deal_id": "d1", "person_id": "p1", "weight": 1.0},
        {"deal_id": "d2", "person_id": "p1", "weight": 1.0},
        {"deal_id": "d1", "person_id": "p2", "weight": 0.0},
    )
    rows = [
        entry("p1", "mql", 1),
        entry("d1", "opportunity", 8, kind="deal"),
        entry("d2", "opportunity", 6, kind="deal"),
    ]
    assert entries(warehouse, *rows) == [
        (1, "prospect", 0, 1, "imputed"),
        (2, "lead", 0, 1, "imputed"),
        (3, "mql", 1, 1, "history"),
        (4, "sql", 0, 6, "imputed"),  # the earlier of its two deals
    ]
    assert [r for r in warehouse.rows(KEY) if r["record_id"] == "p2"] == []


def test_an_extra_stage_that_the_crm_does_not_show_is_passed_too(warehouse):
    warehouse.night(funnel={"stages": ["lead", "mql", "sal", "sql", "opportunity", "customer"]})
    at = datetime(2026, 3, 5)
    row = {"record_type": "person", "record_id": "p1", "stage": "sql", "position": 4, "unit": "people", "round": 1}
    warehouse.put("funnel.explicit_entries", row | {"entered_at": at, "evidence": "history"})
    assert warehouse.values(KEY, "round", "stage") == [(0, "lead"), (0, "mql"), (0, "sal"), (1, "sql")]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
