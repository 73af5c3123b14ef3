"""hubspot.owner_spans: who owned contacts and deals, as far as their histories were read."""

from tests.sql.hubspot.portal import at, change, contact, deal, open_portal

SHOWN = ("record_type", "record_id", "owner_id", "from_at", "to_at")


def test_a_history_tells_every_owner_and_the_time_without_one(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.contacts", contact())
    warehouse.put("raw_hubspot.changes", *(change(o, at(d), name="owner") for o, d in (("7", 2), (None, 4), ("8", 5))))
    assert warehouse.values("hubspot.owner_spans", *SHOWN) == [
        ("person", "hubspot:1", "hubspot:7", at(2), at(4)),
        ("person", "hubspot:1", "hubspot:8", at(5), None),
    ]


def test_without_a_history_today_s_owner_has_been_it_since_assigned_or_created(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.contacts", contact("1", owner_since=at(3)), contact("2"), contact("3", owner=None))
    warehouse.put("raw_hubspot.deals", deal(owner="7"))
    assert warehouse.values("hubspot.owner_spans", *SHOWN) == [
        ("deal", "hubspot:9", "hubspot:7", at(1), None),
        ("person", "hubspot:1", "hubspot:7", at(3), None),
        ("person", "hubspot:2", "hubspot:7", at(1), None),
    ]
