"""The rows of an Excel or OpenDocument workbook, as an export to text would show them.

Here: cells to text. Not here: which columns are wanted.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import CalamineWorkbook

from connectors.files.records import Row
from connectors.files.text import UnreadableFileError


def rows_of_sheet(path: Path, sheet: str | None) -> Iterator[Row]:
    """Each row that is not blank of the sheet of that name, by default of the first one that holds anything.

    Raises UnreadableFileError where there is no such sheet, or it is no workbook.
    """
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            yield from _rows(book, sheet)
    except python_calamine.PasswordError:
        raise UnreadableFileError("it is protected by a password", "save it without one") from None
    except (python_calamine.CalamineError, OSError):
        raise UnreadableFileError("it is no Excel workbook that can be read", "save it again as .xlsx or CSV") from None


def _rows(book: CalamineWorkbook, sheet: str | None) -> Iterator[Row]:
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise UnreadableFileError(f"it has no sheet {sheet}", f"name one of {', '.join(names)}")
    for name in names if sheet is None else [sheet]:
        # From the first row of the sheet, so that the numbers are those that Excel shows.
        is_empty = True
        for number, values in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1):
            cells = [as_text(v) for v in values]
            if any(cells):
                is_empty = False
                yield number, cells
        if not is_empty:
            return


def as_text(value: Any) -> str:
    """A cell's value as text: dates in ISO form, whole numbers without a fraction."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.isoformat(sep=" ") if value.time() != time.min else value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta() | int():
            return str(value)
        case _:
            return ""
