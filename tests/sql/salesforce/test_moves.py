"""salesforce.moves and salesforce.entries: every entry into a stage, and where what dates it comes from."""

from datetime import datetime

from tests.sql.salesforce.org import ZERO, change, converted, lead, open_org, opportunity, option, user

SHOWN = ("record_id", "crm_stage", "meaning", "moved_at", "evidence", "moved_by")


def moves(warehouse):
    return warehouse.values("salesforce.moves", *SHOWN, run=True)


def at(day, hour=0):
    return datetime.fromisoformat(day).replace(hour=hour)


def test_the_status_a_lead_was_created_in_is_told_by_its_first_change_else_by_today(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.owners", user(), user("0052", "Robot", kind="integration"))
    warehouse.put("raw_salesforce.leads", lead("00Q1", "Working"), lead("00Q2", "Working"))
    warehouse.put(
        "raw_salesforce.changes", change("00Q1", "Working", "2025-06-02", old="Open - Not Contacted", made_by="0052")
    )
    assert moves(warehouse) == [
        ("salesforce:00Q1", "Open - Not Contacted", "lead", at("2025-06-01", 8), "history", "unknown"),
        ("salesforce:00Q1", "Working", "mql", at("2025-06-02"), "history", "automation"),
        ("salesforce:00Q2", "Working", "mql", at("2025-06-01", 8), "history", "unknown"),
    ]


def test_what_happened_before_the_history_begins_is_not_guessed(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.leads", lead("00Q1", "Working", created_at="2024-12-31"), lead("00Q2"))
    warehouse.put("raw_salesforce.changes", change("00Q1", "Working", "2025-06-02", old="Open - Not Contacted"))
    assert [m[:2] for m in moves(warehouse)] == [
        ("salesforce:00Q1", "Working"),
        ("salesforce:00Q2", "Open - Not Contacted"),
    ]


def test_without_any_history_of_statuses_only_a_conversion_is_dated(warehouse):
    open_org(warehouse, timezone="Europe/Paris")
    warehouse.put(
        "raw_salesforce.leads",
        lead("00Q1", "Working"),
        converted("00Q2", "0032", "0062"),
        converted("00Q3", "0033", converted_on="2025-06-20"),
        converted("00Q4", "0034", converted_on="2025-06-20"),
    )
    warehouse.put("raw_salesforce.opportunities", opportunity("0062", created_at="2025-06-20 09:30:00"))
    warehouse.put("raw_salesforce.changes", change("00Q4", None, "2025-06-20 17:00:00", "converted"))
    found = [m for m in moves(warehouse) if m[0] != "salesforce:0062"]
    assert found == [
        ("salesforce:00Q2", "Qualified", "sql", datetime(2025, 6, 20, 9, 30), "conversion", "unknown"),
        # A day without an hour: noon in Paris.
        ("salesforce:00Q3", "Qualified", "sql", datetime(2025, 6, 20, 10), "conversion", "unknown"),
        ("salesforce:00Q4", "Qualified", "sql", datetime(2025, 6, 20, 17), "conversion", "unknown"),
    ]


def test_a_stage_that_a_date_field_tells_is_told_by_no_status(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.options", option("stage_from", "mql", "MQL_Date__c"))
    warehouse.put("raw_salesforce.leads", lead("00Q1", "Working"))
    warehouse.put(
        "raw_salesforce.changes",
        change("00Q1", "Working", "2025-06-02", old="Open - Not Contacted"),
        change("00Q1", "mql", "2025-06-05", "entered", evidence="stage_date", made_by=None),
    )
    assert warehouse.values("salesforce.entries", "stage", "entered_at", "evidence", run=True) == [
        (None, at("2025-06-02"), "history"),
        ("lead", at("2025-06-01", 8), "history"),
        ("mql", at("2025-06-05"), "stage_date"),
    ]


def test_a_deals_stage_counts_once_until_it_changes_and_flags_say_how_it_ended(warehouse):
    open_org(warehouse, funnel={"mapping": {"Renegotiation": "opportunity"}})
    warehouse.put("raw_salesforce.opportunities", opportunity("0061", "Signed"))
    steps = ["Prospecting", "Prospecting", "Dropped", "Renegotiation", "Never heard of", "Signed"]
    for day, stage in enumerate(steps, 1):
        warehouse.put("raw_salesforce.changes", change("0061", stage, f"2025-06-0{day} 08:00:00", "stage"))
    assert [(m[1], m[2], m[3].day) for m in moves(warehouse)] == [
        ("Dropped", "disqualified", 3),
        ("Never heard of", None, 5),
        ("Prospecting", "opportunity", 1),
        ("Renegotiation", "opportunity", 4),
        ("Signed", "customer", 6),
    ]
    assert warehouse.values("salesforce.outcomes", "outcome", "outcome_at", run=True) == [
        ("lost", at("2025-06-03", 8)),
        ("reopened", at("2025-06-04", 8)),
    ]


def test_a_deal_without_history_enters_the_first_deal_stage_when_it_is_created(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.opportunities", opportunity("0061"))
    assert warehouse.values("salesforce.entries", "stage", "entered_at", "evidence", run=True) == [
        ("opportunity", datetime.fromisoformat(ZERO), "stage_date")
    ]
