"""Amounts as exports write them, each cell with the number it must become."""

from decimal import Decimal
from pathlib import Path

import pytest

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import Read, read


def deals(folder: Path, cells: list[str], money: str | None = "EUR", **settings: str) -> Read:
    """Won deals of these amounts, their ids 000, 001, …"""
    rows = "\n".join(f'{i:03};Won;"{cell}"' for i, cell in enumerate(cells))
    (folder / "deals.csv").write_text(f"Id;Stage;Amount\n{rows}\n", encoding="utf-8")
    columns = {"path": "deals.csv", "id": "Id", "stage": "Stage", "amount": "Amount", "won": ["Won"]}
    return read(folder, money=money, deals={**columns, **settings})


def amounts(found: Read) -> list[str | None]:
    return [None if a is None else str(a) for a in found.column("deals", "amount")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1234,56", "1234.56"), ("1.234,56", "1234.56"), ("1.234.567,8", "1234567.80"), ("1.234", "1234.00"),
     ("1 234,56 €", "1234.56"), ("1\u00a0234", "1234.00"), ("1\u202f234,5", "1234.50"), ("1'234,50", "1234.50"),
     ("€ 1.234,56", "1234.56"), ("EUR 5", "5.00"), ("5,-", "5.00"), ("1.234,-", "1234.00"),
     ("(1.234,56)", "-1234.56"), ("-12,5", "-12.50"),
     ("12,5-", "-12.50"), ("−3", "-3.00"), ("0,125", "0.13"), ("1,234", "1.23"), ("1e3", "1000.00"), ("12 34", None),
     ("1,2,3", None),
     ("five", None), ("12 pieces", None), ("€5 €", None), ("(5", None)],
)  # fmt: skip
def test_amounts_of_a_column_with_decimal_commas(tmp_path, cell, value):
    found = deals(tmp_path, ["7,25", "8,50", cell])
    assert amounts(found) == ["7.25", "8.50", value]
    assert found.findings() == ({} if value else {"unreadable_cell:deals.amount": 1})


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1,234.56", "1234.56"), ("1,234", "1234.00"), ("12,34,567.50", "1234567.50"), ("$1,234.5", "1234.50"),
     ("US$ 3", "3.00"), ("-$3.50", "-3.50"), ("$(3.50)", None), (".5", "0.50"), ("1.234", "1.23"), ("12", "12.00")],
)  # fmt: skip
def test_amounts_of_a_column_with_decimal_points(tmp_path, cell, value):
    assert amounts(deals(tmp_path, ["7.25", "8.50", cell], money="USD")) == ["7.25", "8.50", value]


def test_a_column_that_nothing_decides_is_refused_and_the_key_that_decides_it_named(tmp_path):
    with pytest.raises(FixSettingsError) as refused:
        deals(tmp_path, ["1.234", "2.500", "12"])
    assert str(refused.value) == (
        "acme.yaml: sources.files.deals.decimals: an amount such as 1.234 may be whole, or have three decimals; "
        "add decimals: comma or decimals: point."
    )
    assert amounts(deals(tmp_path, ["1.234", "2.500"], decimals="comma")) == ["1234.00", "2500.00"]
    assert amounts(deals(tmp_path, ["1.234", "2.500"], decimals="point")) == ["1.23", "2.50"]


def test_a_column_written_in_both_ways_is_refused(tmp_path):
    with pytest.raises(FixSettingsError, match="decimal commas and decimal points"):
        deals(tmp_path, ["1,234.50", "1.234,50"])


def test_one_undecided_amount_among_many_is_reported_not_guessed(tmp_path):
    found = deals(tmp_path, ["5", "6", "7", "1.234"])
    assert (amounts(found)[-1], found.findings()) == (None, {"unreadable_cell:deals.amount": 1})


@pytest.mark.parametrize(
    ("cell", "money", "finding"),
    [("$5.25", "USD", {}), ("$5.25", "CAD", {}), ("$5.25", "EUR", {"other_currency:deals.amount": 1}),
     ("£5.25", "EUR", {}), ("5.25 kr", "SEK", {}), ("5.25 kr", "EUR", {"other_currency:deals.amount": 1})],
)  # fmt: skip
def test_an_amount_never_counts_in_a_currency_its_sign_rules_out(tmp_path, cell, money, finding):
    found = deals(tmp_path, [cell], money=money)
    assert found.findings() == finding
    assert amounts(found) == [None if finding else "5.25"]


def test_a_sign_that_names_a_currency_is_the_deals_own(tmp_path):
    assert deals(tmp_path, ["£5.25"]).column("deals", "currency") == ["GBP"]


def test_a_sign_against_the_currency_of_the_settings_is_reported(tmp_path):
    found = deals(tmp_path, ["£5.25"], currency="EUR")
    assert found.findings() == {"other_currency:deals.amount": 1}


def test_an_amount_in_an_unreadable_currency_counts_as_empty(tmp_path):
    (tmp_path / "deals.csv").write_text("Id,Stage,Amount,Money\n1,Won,5,Doubloons\n2,Won,6,usd\n3,Won,7,\n4,Won,8,€\n")
    columns = {"path": "deals.csv", "id": "Id", "stage": "Stage", "amount": "Amount", "currency": "Money"}
    found = read(tmp_path, deals=columns)
    assert [(d["amount"], d["currency"]) for d in found.rows("deals")] == [
        (None, None), (Decimal("6.00"), "USD"), (Decimal("7.00"), None), (Decimal("8.00"), "EUR")
    ]  # fmt: skip
    assert found.findings() == {"unreadable_cell:deals.currency": 1, "unreadable_cell:deals.amount": 1}
