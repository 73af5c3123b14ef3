"""hubspot.deals: ends by the portal's own flags, amounts in the account's currency."""

from decimal import Decimal

from tests.sql.hubspot.portal import at, change, deal, open_portal

KEY = "hubspot.deals"
HOME = {"currency": "EUR", "home_currency": "EUR", "rate": 1.0}
DOLLARS = {"currency": "USD", "home_currency": "EUR", "rate": 0.9}


def test_a_deal_is_won_at_its_last_entry_into_a_won_stage_not_at_its_close_date(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.deals", deal(stage="won", closed_at=at(20)))
    warehouse.put(
        "raw_hubspot.changes", *(change(s, at(d), "9", "deal") for s, d in (("won", 4), ("new", 6), ("won", 9)))
    )
    assert warehouse.values(KEY, "is_won", "is_lost", "won_at", "closed_at", run=True) == [(True, False, at(9), at(9))]


def test_a_deal_lost_and_taken_up_again_is_open(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.deals", deal(stage="new"))
    warehouse.put("raw_hubspot.changes", *(change(s, at(d), "9", "deal") for s, d in (("lost", 4), ("new", 6))))
    assert warehouse.values(KEY, "is_won", "is_lost", "lost_at", run=True) == [(False, False, None)]


def test_a_stage_entered_after_the_night_does_not_count_yet(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.deals", deal(stage="won"))
    warehouse.put("raw_hubspot.changes", change("won", at(2, month=4), "9", "deal"))
    assert warehouse.values(KEY, "is_won", run=True) == [False]


def test_amounts_are_the_account_s_at_the_portal_s_rate_and_at_that_of_the_close_where_it_is_closed(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.rates", HOME, DOLLARS)
    warehouse.put(
        "raw_hubspot.deals",
        deal("1"),
        deal("2", currency="USD"),
        deal("3", currency="USD", stage="won", home_amount=95),
        deal("4", currency="JPY"),
        deal("5", amount=None),
    )
    warehouse.put("raw_hubspot.changes", change("won", at(3), "3", "deal"))
    assert warehouse.values(KEY, "deal_id", "currency", "amount_in_currency", run=True) == [
        ("hubspot:1", "EUR", Decimal("100.00")),
        ("hubspot:2", "USD", Decimal("90.00")),
        ("hubspot:3", "USD", Decimal("95.00")),
        ("hubspot:4", "JPY", None),
        ("hubspot:5", "EUR", None),
    ]


def test_a_deal_without_a_stage_has_a_place(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.deals", deal(stage=None))
    assert warehouse.values(KEY, "crm_stage", "is_won", "is_lost", run=True) == [(None, False, False)]
