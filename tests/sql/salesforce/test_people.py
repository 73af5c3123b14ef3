"""salesforce.leads_as_people and salesforce.people: leads of one contact are one person."""

from tests.sql.salesforce.org import change, converted, lead, open_org


def people(warehouse):
    return warehouse.values("salesforce.people", "person_id", "crm_stage", "lead_source", "crm_url", run=True)


def test_leads_that_became_one_contact_are_one_person_with_the_first_ones_source(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.leads",
        converted("00Q2", "0031", created_at="2025-07-01", lead_source="Web"),
        converted("00Q1", "0031", created_at="2025-06-01", lead_source="Fair"),
        lead("00Q3", lead_source=None),
    )
    base = "https://acme.my.salesforce.com/lightning/r"
    assert people(warehouse) == [
        ("salesforce:00Q1", "Qualified", "Fair", f"{base}/Contact/0031/view"),
        ("salesforce:00Q3", "Open - Not Contacted", None, f"{base}/Lead/00Q3/view"),
    ]
    assert warehouse.values("salesforce.leads_as_people", "lead_id", "person_id") == [
        ("00Q1", "salesforce:00Q1"),
        ("00Q2", "salesforce:00Q1"),
        ("00Q3", "salesforce:00Q3"),
    ]


def test_the_status_is_that_of_the_lead_that_changed_last(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.leads",
        converted("00Q1", "0031", created_at="2025-06-01"),
        converted("00Q2", "0031", created_at="2025-07-01", status="Closed"),
    )
    warehouse.put(
        "raw_salesforce.changes", change("00Q1", "Qualified", "2025-06-09"), change("00Q2", "Closed", "2025-07-09")
    )
    assert [p[1] for p in people(warehouse)] == ["Closed"]
