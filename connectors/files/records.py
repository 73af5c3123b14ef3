"""Rows of delimited text: which delimiter, which line is the header, which rows are whole.

Here: characters to cells; a row that is not whole is told apart, never guessed at. Not here: what a cell means.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 16

# A report may stand above the header, with its title and filters.
HEADER_WITHIN = 20

# A row's line (from 1), and its cells; None where the row is not well formed.
Row = tuple[int, list[str] | None]
# The names of a column: several where the CRM renamed it.
Names = Sequence[str]


@dataclass(frozen=True)
class Dialect:
    """How a text is cut into cells."""

    delimiter: str
    escape: str | None = None
    """the character before a quote within quotes; by default the quote is doubled"""


@dataclass(frozen=True)
class Header:
    """Where the header stands, and its cells."""

    line: int
    cells: list[str]
    above: int
    """rows above it"""


class _Lines:
    """The lines of a text, those of the current row kept, so that a broken row's can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.again: list[str] = []
        self.row: list[str] = []
        self.number = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.lines)
        self.row.append(line)
        return line.replace("\0", "") if "\0" in line else line

    def done(self, lines: int | None = None) -> None:
        """The current row is its first `lines` lines, by default all; the others are read again."""
        count = len(self.row) if lines is None else lines
        self.again.extend(reversed(self.row[count:]))
        self.number += count
        self.row.clear()


def rows_of(text: Iterable[str], dialect: Dialect, width: int | None = None) -> Iterator[Row]:
    """Each row of a text that is not blank.

    With `width`, a row of another number of cells is not well formed, unless the cells too many are empty. What a
    quote that is never closed swallowed is given back: only the line it stands on is lost.
    """
    lines = _Lines(text)
    while True:
        reader = csv.reader(
            lines,
            delimiter=dialect.delimiter,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
            strict=True,
        )
        try:
            for cells in reader:
                number = lines.number
                if width is not None and len(cells) != width and _swallowed(lines.row[1:], dialect, width):
                    lines.done(1)
                    yield number, None
                    break
                lines.done()
                if not cells:
                    continue
                if width is not None and len(cells) != width:
                    yield number, cells[:width] if len(cells) > width and not any(cells[width:]) else None
                else:
                    yield number, cells
            else:
                return
        except csv.Error:
            number = lines.number
            lines.done(1)
            yield number, None


def _swallowed(lines: list[str], dialect: Dialect, width: int) -> bool:
    """Whether one of the lines is a whole row by itself."""
    for line in lines:
        try:
            cells = next(csv.reader([line], delimiter=dialect.delimiter, strict=True), [])
        except csv.Error:
            continue
        if len(cells) == width > 1:
            return True
    return False


def plain(name: str) -> str:
    """A column's name without what does not count: case, and white space around and within."""
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def found_in(header: Sequence[str], names: Names) -> int | None:
    """The place of a column in a header: of the first of its names that is there.

    The exact name is preferred to one of another case.
    """
    for name in names:
        if name in header:
            return list(header).index(name)
        places = [i for i, cell in enumerate(header) if plain(cell) == plain(name)]
        if places:
            return places[0]
    return None


def header_among(rows: Sequence[Row], columns: Sequence[Names]) -> tuple[Header, int]:
    """The first row that names `columns`, and how many; the first with cells where none names any.

    One that names less than half as many as another below it is a title, not the header.
    """
    found = [
        (Header(line, cells, above), sum(found_in(cells, names) is not None for names in columns))
        for above, (line, cells) in enumerate(rows[:HEADER_WITHIN])
        if cells is not None
    ]
    most = max((named for _, named in found), default=0)
    return next((f for f in found if 2 * f[1] >= most), (Header(1, [], 0), 0))


def dialect_of(text: TextIO, columns: Sequence[Names]) -> tuple[Dialect, Header]:
    """The dialect in which the first rows name the most of `columns` and are the most alike, and their header."""
    sample = text.read(SAMPLE)
    if len(sample) == SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    first = sample.split("\n", 1)[0].strip().lstrip("\ufeff").strip('"')
    # Excel's own way to say so, as the first line.
    is_said = len(first) == 5 and first.lower().startswith("sep=")
    delimiters = (first[4],) if is_said else DELIMITERS
    escapes = (None, "\\") if '\\"' in sample else (None,)
    best: tuple[tuple[int, float, int], Dialect, Header] | None = None
    for dialect in (Dialect(d, e) for d in delimiters for e in escapes):
        rows = list(rows_of(io.StringIO(sample, newline=""), dialect))
        header, named = header_among(rows, columns)
        below = rows[header.above + 1 :]
        alike = sum(cells is not None and len(cells) == len(header.cells) for _, cells in below)
        score = (named, alike / len(below) if below else 1.0, len(header.cells))
        if best is None or score > best[0]:
            best = score, dialect, header
    assert best is not None  # noqa: S101
    header = best[2]
    return best[1], replace(header, above=header.above - 1) if is_said and header.above else header
