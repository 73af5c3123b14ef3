"""hubspot.reps: the portal's owners, and every id a record names."""

from tests.sql.hubspot.portal import contact, open_portal


def test_an_owner_that_only_records_name_is_there_and_not_active(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.owners", {"owner_id": "8", "name": "Ada", "team": "Inbound", "is_active": True})
    warehouse.put("raw_hubspot.contacts", contact(owner="7"), contact("2", owner=None))
    assert warehouse.values("hubspot.reps", "owner_id", "name", "team", "is_active") == [
        ("hubspot:7", "7", None, False),
        ("hubspot:8", "Ada", "Inbound", True),
    ]
