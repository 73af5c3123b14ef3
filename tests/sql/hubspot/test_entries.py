"""hubspot.entries: moves of contacts, deals and lead objects as the canonical shape has them."""

from tests.sql.hubspot.portal import at, change, contact, deal, link, open_portal, option

KEY = "hubspot.entries"
SHOWN = ("record_type", "record_id", "stage", "entered_at", "evidence")


def test_a_contact_enters_the_stages_it_was_moved_to_and_leaves_for_none(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.contacts", contact())
    warehouse.put("raw_hubspot.changes", change("marketingqualifiedlead", at(2)), change("15318", at(3)))
    assert warehouse.values(KEY, *SHOWN, run=True) == [
        ("person", "hubspot:1", None, at(3), "history"),
        ("person", "hubspot:1", "mql", at(2), "history"),
    ]


def test_a_lead_object_s_stages_are_its_contact_s(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.options", option("leadstage", "own-id", "Sales Qualified Lead", "lead-pipeline"))
    warehouse.put("raw_hubspot.contacts", contact())
    warehouse.put("raw_hubspot.links", link("500", "1", "lead"))
    warehouse.put("raw_hubspot.changes", change("own-id", at(5), "500", "lead"))
    assert warehouse.values(KEY, *SHOWN, run=True) == [("person", "hubspot:1", "sql", at(5), "history")]


def test_a_deal_enters_the_first_deal_stage_when_it_is_created_where_nothing_says_so(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.deals", deal("9", stage="won"), deal("10"))
    warehouse.put("raw_hubspot.changes", change("won", at(8), "9", "deal"), change("new", at(1), "10", "deal"))
    assert warehouse.values(KEY, *SHOWN, run=True) == [
        ("deal", "hubspot:10", "opportunity", at(1), "history"),
        ("deal", "hubspot:9", "customer", at(8), "history"),
        ("deal", "hubspot:9", "opportunity", at(1), "stage_date"),
    ]


def test_deals_of_a_pipeline_that_is_not_read_enter_nothing(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.options", option("excluded_pipeline", "renewals", pipeline="deals"))
    warehouse.put("raw_hubspot.deals", deal("9", pipeline="renewals"))
    warehouse.put("raw_hubspot.changes", change("won", at(8), "9", "deal"))
    assert warehouse.values(KEY, *SHOWN, run=True) == []
