"""salesforce.deals and salesforce.deal_people: when a deal ended, what it is worth, and who stands behind it."""

from datetime import datetime
from decimal import Decimal

from tests.sql.salesforce.org import change, converted, lead, open_org, opportunity, option, rate


def test_an_amount_is_worth_what_it_was_on_the_day_the_deal_closed(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.rates",
        rate("EUR", 1.0),
        rate("USD", 1.30),
        rate("USD", 1.25, "2025-01-01", "2025-09-01"),
        rate("USD", 1.10, "2025-09-01"),
        rate("JPY", 160.0),
    )
    dollars = {"amount": 1100, "currency": "USD"}
    warehouse.put(
        "raw_salesforce.opportunities",
        opportunity("0061", "Signed", **dollars),
        opportunity("0062", "Signed", **dollars),
        opportunity("0063", **dollars),
        opportunity("0064", amount=1600, currency="JPY"),
        opportunity("0065", amount=7, currency="XXX"),
        opportunity("0066", amount=8, currency=None),
        opportunity("0067", amount=None, currency="USD"),
    )
    warehouse.put(
        "raw_salesforce.changes",
        # The last moment of August in UTC is September in Paris, but the account's zone is UTC.
        change("0061", "Signed", "2025-08-31 23:59:59", "stage"),
        change("0062", "Signed", "2025-09-01 00:00:00", "stage"),
    )
    assert warehouse.values("salesforce.deals", "deal_id", "currency", "amount_in_currency", run=True) == [
        ("salesforce:0061", "USD", Decimal("880.00")),
        ("salesforce:0062", "USD", Decimal("1000.00")),
        ("salesforce:0063", "USD", Decimal("1000.00")),
        ("salesforce:0064", "JPY", Decimal("10.00")),
        ("salesforce:0065", "XXX", None),
        ("salesforce:0066", "EUR", Decimal("8.00")),
        ("salesforce:0067", "USD", None),
    ]


def test_an_account_in_another_currency_than_the_orgs_is_reached_over_both_rates(warehouse):
    open_org(warehouse, currency="USD")
    warehouse.put("raw_salesforce.rates", rate("EUR", 1.0), rate("USD", 1.25), rate("GBP", 0.8))
    warehouse.put(
        "raw_salesforce.opportunities",
        opportunity("0061", amount=80, currency="GBP"),
        opportunity("0062", amount=80, currency="EUR"),
        opportunity("0063", amount=80, currency="USD"),
    )
    assert warehouse.values("salesforce.deals", "deal_id", "amount_in_currency", run=True) == [
        ("salesforce:0061", Decimal("125.00")),
        ("salesforce:0062", Decimal("100.00")),
        ("salesforce:0063", Decimal("80.00")),
    ]


def test_a_deal_ends_when_its_history_says_else_at_noon_of_its_close_date(warehouse):
    open_org(warehouse, timezone="America/New_York")
    warehouse.put(
        "raw_salesforce.opportunities",
        opportunity("0061", "Signed", closed_on="2025-08-01"),
        opportunity("0062", "Dropped", closed_on="2025-08-01"),
        opportunity("0063", closed_on="2025-08-01"),
        opportunity("0064", "Signed", closed_on="2026-08-01"),
    )
    warehouse.put(
        "raw_salesforce.changes",
        change("0061", "Signed", "2025-07-01", "stage"),
        change("0061", "Dropped", "2025-07-08", "stage"),
        change("0061", "Signed", "2025-07-15", "stage"),
    )
    assert warehouse.values("salesforce.deals", "deal_id", "is_won", "is_lost", "closed_at", run=True) == [
        ("salesforce:0061", True, False, datetime(2025, 7, 15)),
        ("salesforce:0062", False, True, datetime(2025, 8, 1, 16)),
        ("salesforce:0063", False, False, None),
        # Won after the night's day: not yet, as of the night.
        ("salesforce:0064", False, False, datetime(2026, 8, 1, 16)),
    ]


def test_only_the_record_types_that_are_read_are_deals(warehouse):
    open_org(warehouse)
    warehouse.put(
        "raw_salesforce.options", option("record_type", "0121", "New"), option("record_type", "0122", "Renewal")
    )
    warehouse.put(
        "raw_salesforce.opportunities", opportunity("0061", record_type="0121"), opportunity("0062", record_type="0122")
    )
    assert warehouse.values("salesforce.deals", "deal_id", "pipeline", run=True) == [
        ("salesforce:0061", "New"),
        ("salesforce:0062", "Renewal"),
    ]
    warehouse.put("raw_salesforce.options", option("read_record_type", "0121", "New"))
    assert warehouse.values("salesforce.deals", "deal_id", run=True) == ["salesforce:0061"]


def test_people_stand_behind_a_deal_by_conversion_by_role_or_as_its_contact_each_once(warehouse):
    open_org(warehouse)
    warehouse.put("raw_salesforce.opportunities", opportunity("0061"), opportunity("0062", contact_id="0033"))
    warehouse.put(
        "raw_salesforce.leads",
        converted("00Q1", "0031", "0061"),
        converted("00Q2", "0031", created_at="2025-07-01"),
        converted("00Q3", "0033"),
        lead("00Q4"),
    )
    roles = [("00K1", "0061", "0031"), ("00K2", "0061", "0033"), ("00K3", "0061", "0033"), ("00K4", "0062", "0099")]
    warehouse.put(
        "raw_salesforce.contact_roles",
        *({"role_id": r, "opportunity_id": o, "contact_id": c, "is_primary": False} for r, o, c in roles),
    )
    assert warehouse.values("salesforce.deal_people", "deal_id", "person_id", "is_conversion", run=True) == [
        ("salesforce:0061", "salesforce:00Q1", True),
        ("salesforce:0061", "salesforce:00Q3", False),
        ("salesforce:0062", "salesforce:00Q3", False),
    ]
