"""Excel workbooks as exports."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import read
from tests.connectors.files.workbooks import write_workbook

DEALS = {
    "path": "deals.xlsx",
    "id": "Id",
    "created": "Created",
    "amount": "Amount",
    "stage": "Stage",
    "currency": "EUR",
}
ROWS = [
    ["Id", "Created", "Amount", "Stage"],
    [12345678901, date(2026, 1, 2), 1234.5, "Won"],
    ["D-2", datetime(2026, 1, 3, 14, 30), 2000, "Lost"],
    ["D-3", "04/25/2026", "3,000.25", None],
]


def test_numbers_dates_and_texts_of_a_workbook_are_read(tmp_path):
    write_workbook(tmp_path / "deals.xlsx", Deals=ROWS)
    found = read(tmp_path, deals=DEALS)
    assert [(d["id"], d["created_at"], d["amount"], d["stage"]) for d in found.rows("deals")] == [
        ("12345678901", datetime(2026, 1, 2), Decimal("1234.50"), "Won"),
        ("D-2", datetime(2026, 1, 3, 14, 30), Decimal("2000.00"), "Lost"),
        ("D-3", datetime(2026, 4, 25), Decimal("3000.25"), None),
    ]
    assert found.findings() == {}
    assert found.accounts_for_every_row()


def test_the_first_sheet_that_holds_anything_is_read_unless_one_is_named(tmp_path):
    write_workbook(tmp_path / "deals.xlsx", Notes=[], Deals=ROWS, Old=[ROWS[0], ["D-0", date(2025, 1, 1), 1, "Won"]])
    assert len(read(tmp_path, deals=DEALS).rows("deals")) == 3
    assert read(tmp_path, deals={**DEALS, "sheet": "Old"}).column("deals", "id") == ["D-0"]


def test_a_sheet_that_is_not_there_is_one_sentence_with_those_that_are(tmp_path):
    write_workbook(tmp_path / "deals.xlsx", Deals=ROWS, Old=ROWS)
    with pytest.raises(FixSettingsError) as refused:
        read(tmp_path, deals={**DEALS, "sheet": "New"})
    assert str(refused.value) == (
        "acme.yaml: sources.files.deals.path: deals.xlsx: it has no sheet New; name one of Deals, Old."
    )


def test_a_title_above_the_header_of_a_sheet_is_reported(tmp_path):
    write_workbook(tmp_path / "deals.xlsx", Deals=[["All deals"], [], *ROWS])
    found = read(tmp_path, deals=DEALS)
    assert (len(found.rows("deals")), found.findings()) == (3, {"above_header:deals.path": 1})


@pytest.mark.parametrize("content", [b"", b"Id,Created\n1,2026-01-01\n", b"PK\x03\x04 and no more"])
def test_what_is_no_workbook_is_one_sentence(tmp_path, content):
    (tmp_path / "deals.xlsx").write_bytes(content)
    with pytest.raises(FixSettingsError) as refused:
        read(tmp_path, deals=DEALS)
    assert str(refused.value) == (
        "acme.yaml: sources.files.deals.path: deals.xlsx: it is no Excel workbook that can be read; "
        "save it again as .xlsx or CSV."
    )
