"""hubspot.outcomes: ends and returns of contacts and deals."""

from tests.sql.hubspot.portal import at, change, contact, deal, open_portal, option

KEY = "hubspot.outcomes"
SHOWN = ("record_type", "record_id", "outcome", "reason", "outcome_at")


def test_a_contact_is_recycled_once_for_each_stay_and_says_why_of_the_last(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.options", option("reason", "no_budget", "No budget"))
    warehouse.put("raw_hubspot.contacts", contact(reason="no_budget"))
    moves = (("15318", 2), ("15318", 3), ("lead", 4), ("15318", 5))
    warehouse.put("raw_hubspot.changes", *(change(s, at(d)) for s, d in moves))
    assert warehouse.values(KEY, *SHOWN, run=True) == [
        ("person", "hubspot:1", "recycled", None, at(2)),
        ("person", "hubspot:1", "recycled", "No budget", at(5)),
    ]


def test_a_deal_is_lost_and_reopened(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.deals", deal(reason="price"))
    warehouse.put("raw_hubspot.changes", *(change(s, at(d), "9", "deal") for s, d in (("lost", 2), ("new", 3))))
    assert warehouse.values(KEY, *SHOWN, run=True) == [
        ("deal", "hubspot:9", "lost", None, at(2)),
        ("deal", "hubspot:9", "reopened", None, at(3)),
    ]


def test_a_lead_status_tells_an_end_too(warehouse):
    open_portal(warehouse, funnel={"mapping": {"Unfit": "disqualified", "New": "opportunity"}})
    warehouse.put("raw_hubspot.options", option("status", "UNFIT", "Unfit"))
    warehouse.put("raw_hubspot.contacts", contact(status="UNFIT"))
    warehouse.put("raw_hubspot.changes", change("UNFIT", at(6), name="status"))
    assert warehouse.values(KEY, *SHOWN, run=True) == [("person", "hubspot:1", "disqualified", None, at(6))]
