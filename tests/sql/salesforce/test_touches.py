"""salesforce.touches: tasks that are done and events, with the person that their lead or contact is."""

import pytest

from tests.sql.salesforce.org import converted, lead, open_org, task, user


def test_a_conversion_moves_a_task_to_the_contact_of_the_same_person(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.leads",
        converted("00Q1", "0031"),
        converted("00Q2", "0031", created_at="2025-07-01"),
        lead("00Q3"),
    )
    warehouse.put(
        "raw_salesforce.activities",
        task("00T1", "00Q1"),
        task("00T2", "0031"),
        task("00T3", "00Q2"),
        task("00T4", "00Q3"),
        task("00T5", "0099"),
        task("00T6", None),
    )
    assert warehouse.values("salesforce.touches", "touch_id", "person_id", run=True) == [
        ("salesforce:00T1", "salesforce:00Q1"),
        ("salesforce:00T2", "salesforce:00Q1"),
        ("salesforce:00T3", "salesforce:00Q1"),
        ("salesforce:00T4", "salesforce:00Q3"),
    ]


def test_a_plan_and_a_task_of_no_kind_are_no_touches(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.leads", lead("00Q1"))
    warehouse.put(
        "raw_salesforce.activities",
        task("00T1", "00Q1", is_done=False, happened_at=None),
        task("00T2", "00Q1", kind=None),
        task("00T3", "00Q1"),
    )
    assert warehouse.values("salesforce.touches", "touch_id", run=True) == ["salesforce:00T3"]


@pytest.mark.parametrize(
    ("about", "direction", "outcome", "reached"),
    [
        ({"outcome": "Completed"}, "outbound", None, None),
        ({"outcome": "Connected", "direction": "Outbound"}, "outbound", "connected", True),
        ({"outcome": "No Answer"}, "outbound", "no answer", False),
        ({"outcome": "Connected", "direction": "Inbound"}, "inbound", "connected", True),
        ({"kind": "email", "outcome": "Completed"}, "outbound", "sent", None),
        ({"kind": "email", "outcome": "Bounced"}, "outbound", "bounced", False),
        ({"kind": "email", "outcome": "Completed", "direction": "Inbound"}, "inbound", "replied", True),
        ({"kind": "message", "outcome": "Completed"}, "outbound", None, None),
        ({"kind": "meeting", "outcome": "Held"}, "outbound", "held", True),
        ({"kind": "meeting", "outcome": None}, "outbound", None, None),
    ],
    ids=str,
)
def test_how_it_ended(warehouse, about, direction, outcome, reached):
    open_org(warehouse)
    warehouse.put("raw_salesforce.leads", lead("00Q1"))
    warehouse.put("raw_salesforce.activities", task("00T1", "00Q1", **about))
    assert warehouse.values("salesforce.touches", "direction", "outcome", "reached", run=True) == [
        (direction, outcome, reached)
    ]


def test_what_a_machine_did_or_went_to_many_is_automated(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.owners", user(), user("0053", "Robot", kind="integration"))
    warehouse.put("raw_salesforce.leads", lead("00Q1"))
    warehouse.put(
        "raw_salesforce.activities",
        task("00T1", "00Q1"),
        task("00T2", "00Q1", owner="0053"),
        task("00T3", "00Q1", kind="email", is_mass=True),
        # The telephone system logs what a person did.
        task("00T4", "00Q1", made_by="0053"),
    )
    assert warehouse.values("salesforce.touches", "touch_id", "is_automated", run=True) == [
        ("salesforce:00T1", False),
        ("salesforce:00T2", True),
        ("salesforce:00T3", True),
        ("salesforce:00T4", False),
    ]
