"""salesforce.owner_spans and salesforce.reps: who owned what from when to when, and who is a person."""

from datetime import datetime

from tests.sql.salesforce.org import change, converted, lead, open_org, opportunity, user


def spans(warehouse):
    return warehouse.values("salesforce.owner_spans", "record_id", "owner_id", "from_at", "to_at", run=True)


def test_the_first_owner_is_told_by_the_first_change_else_by_today(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.leads", lead("00Q1", owner="0053"), lead("00Q2", owner="0051"))
    warehouse.put(
        "raw_salesforce.changes",
        change("00Q1", "0052", "2025-06-02", "owner", old="00G1"),
        change("00Q1", "0053", "2025-06-03", "owner", old="0052"),
    )
    born = datetime(2025, 6, 1, 8)
    assert spans(warehouse) == [
        ("salesforce:00Q1", "salesforce:0052", datetime(2025, 6, 2), datetime(2025, 6, 3)),
        ("salesforce:00Q1", "salesforce:0053", datetime(2025, 6, 3), None),
        ("salesforce:00Q1", "salesforce:00G1", born, datetime(2025, 6, 2)),
        ("salesforce:00Q2", "salesforce:0051", born, None),
    ]


def test_since_when_is_not_known_of_who_owned_a_lead_before_the_history_begins(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.leads", lead("00Q1", created_at="2024-06-01", owner="0052"))
    warehouse.put("raw_salesforce.changes", change("00Q1", "0052", "2025-06-02", "owner", old="0051"))
    assert spans(warehouse) == [
        ("salesforce:00Q1", "salesforce:0051", None, datetime(2025, 6, 2)),
        ("salesforce:00Q1", "salesforce:0052", datetime(2025, 6, 2), None),
    ]


def test_a_person_is_owned_as_the_first_of_its_leads_and_a_deal_by_today_s_owner(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.leads",
        converted("00Q1", "0031", owner="0051"),
        converted("00Q2", "0031", owner="0052", created_at="2025-07-01"),
    )
    warehouse.put("raw_salesforce.opportunities", opportunity("0061", owner="0054"))
    assert [s[:2] for s in spans(warehouse)] == [
        ("salesforce:0061", "salesforce:0054"),
        ("salesforce:00Q1", "salesforce:0051"),
    ]


def test_queues_and_integrations_own_records_but_are_no_reps(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.owners",
        user(),
        user("0052", "Gone", is_active=False),
        user("0053", "Robot", kind="integration", team=None),
        user("00G1", "Inbound", kind="queue", team=None),
    )
    warehouse.put("raw_salesforce.leads", lead("00Q1", owner="0059"))
    assert warehouse.values("salesforce.reps", "owner_id", "name", "team", "is_active", run=True) == [
        ("salesforce:0051", "Ada", "North", True),
        ("salesforce:0052", "Gone", "North", False),
        ("salesforce:0053", "Robot", None, False),
        ("salesforce:0059", "0059", None, False),
        ("salesforce:00G1", "Inbound", None, False),
    ]
