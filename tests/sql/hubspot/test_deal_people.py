"""hubspot.deal_people: which living contacts stand behind which deal that is read."""

from tests.sql.hubspot.portal import contact, deal, link, open_portal, option


def test_only_living_contacts_of_deals_that_are_read(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.options", option("excluded_pipeline", "renewals", pipeline="deals"))
    warehouse.put("raw_hubspot.contacts", contact("1"))
    warehouse.put("raw_hubspot.deals", deal("9"), deal("10", pipeline="renewals"))
    warehouse.put("raw_hubspot.links", link("9", "1"), link("9", "2"), link("10", "1"), link("9", "1", "call"))
    assert warehouse.values("hubspot.deal_people", "deal_id", "person_id", "is_conversion", run=True) == [
        ("hubspot:9", "hubspot:1", False)
    ]
