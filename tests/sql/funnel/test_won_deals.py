"""funnel.won_deals: the wins that the average deal is made of."""

from datetime import date
from decimal import Decimal

KEY = "funnel.won_deals"


def test_pitfall_23_and_28_only_wins_are_there_with_what_is_known_of_their_amount(warehouse):
    warehouse.night()
    warehouse.put(
        "funnel.deals",
        {
            "deal_id": "d1", "is_won": True, "is_lost": False, "segment": "Ads", "origin": "sales",
            "booked_on": date(2026, 3, 1), "amount": Decimal("10.50"), "amount_in_currency": Decimal("9.00"),
        },
        {"deal_id": "d2", "is_won": False, "is_lost": True, "amount": Decimal("10.50")},
        {"deal_id": "d3", "is_won": False, "is_lost": False, "amount": Decimal("10.50")},
        {"deal_id": "d4", "is_won": True, "is_lost": False, "amount": Decimal("0.00")},
    )  # fmt: skip
    assert warehouse.build(KEY) == [
        {
            "deal_id": "d1",
            "segment": "Ads",
            "origin": "sales",
            "booked_on": date(2026, 3, 1),
            "amount": 10.5,
            "amount_in_currency": 9.0,
        },
        {
            "deal_id": "d4",
            "segment": None,
            "origin": None,
            "booked_on": None,
            "amount": 0.0,
            "amount_in_currency": None,
        },
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
