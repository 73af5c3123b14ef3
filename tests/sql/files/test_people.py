"""files.people: people of the exports in the common shape."""

from datetime import datetime

KEY = "files.people"


def test_a_person_keeps_its_facts_under_a_prefixed_id(warehouse):
    warehouse.night()
    warehouse.put(
        "raw_files.people",
        {"id": "7", "created_at": "2026-03-01 09:30", "source": "Ads", "owner": "u1", "status": "New"},
    )
    assert warehouse.build(KEY) == [
        {
            "person_id": "files:7",
            "source_system": "files",
            "created_at": datetime(2026, 3, 1, 9, 30),
            "lead_source": "Ads",
            "owner_id": "files:u1",
            "crm_stage": "New",
            "crm_stage_label": "New",
            "crm_url": None,
        }
    ]


def test_without_a_status_the_stage_of_the_latest_date_stands(warehouse):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "1"}, {"id": "2"}, {"id": "3", "status": "Working"})
    warehouse.put(
        "raw_files.people_stage_dates",
        {"id": "1", "stage": "sql", "entered_at": "2026-03-02"},
        {"id": "1", "stage": "mql", "entered_at": "2026-03-05"},  # moved back
        {"id": "3", "stage": "sql", "entered_at": "2026-03-02"},
    )
    assert warehouse.values(KEY, "person_id", "crm_stage") == [
        ("files:1", "mql"),
        ("files:2", None),
        ("files:3", "Working"),
    ]


def test_of_two_stages_of_one_day_the_later_in_the_funnel_stands(warehouse):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "1"})
    warehouse.put(
        "raw_files.people_stage_dates",
        {"id": "1", "stage": "sql", "entered_at": "2026-03-02"},
        {"id": "1", "stage": "mql", "entered_at": "2026-03-02"},
    )
    assert warehouse.values(KEY, "crm_stage") == ["sql"]


def test_a_stage_date_after_the_night_does_not_count_yet(warehouse):
    warehouse.night("2026-03-31")
    warehouse.put("raw_files.people", {"id": "1"})
    warehouse.put(
        "raw_files.people_stage_dates",
        {"id": "1", "stage": "mql", "entered_at": "2026-03-31 23:59:59"},
        {"id": "1", "stage": "sql", "entered_at": "2026-04-01"},
    )
    assert warehouse.values(KEY, "crm_stage") == ["mql"]


def test_a_stage_that_the_funnel_lacks_is_no_stage(warehouse):
    warehouse.night(funnel={"stages": ["lead", "sql", "opportunity", "customer"]})
    warehouse.put("raw_files.people", {"id": "1"})
    warehouse.put("raw_files.people_stage_dates", {"id": "1", "stage": "mql", "entered_at": "2026-03-02"})
    assert warehouse.values(KEY, "crm_stage") == [None]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
