"""hubspot.people: living contacts, as the portal labels things, with their page."""

from tests.sql.hubspot.portal import at, contact, open_portal, option


def test_a_contact_keeps_its_ids_and_takes_its_labels(warehouse):
    open_portal(warehouse)
    warehouse.put(
        "raw_hubspot.options",
        option("portal", "4242"),
        option("lead_source", "SOURCE_1", "Trade fair"),
    )
    warehouse.put("raw_hubspot.contacts", contact(stage="15318", lead_source="SOURCE_1"), contact("2", owner=None))
    page = "https://app.hubspot.com/contacts/4242/record/0-1/"
    shown = ("person_id", "created_at", "lead_source", "owner_id", "crm_stage", "crm_stage_label", "crm_url")
    assert warehouse.values("hubspot.people", *shown) == [
        ("hubspot:1", at(1), "Trade fair", "hubspot:7", "15318", "Nurture", f"{page}1"),
        ("hubspot:2", at(1), None, None, "lead", "Lead", f"{page}2"),
    ]
