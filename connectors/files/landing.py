"""From the files of an export to cells of text: the wanted columns only, every row accounted for.

Here: reading a file of any kind, and what of it is no row. Not here: which files, or what a cell means.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from connectors.files import cells
from connectors.files.records import Header, Row, dialect_of, found_in, header_among, plain, rows_of
from connectors.files.text import Encoding, UnreadableFileError, encoding_of, opened_text
from connectors.files.workbook import rows_of_sheet

TEXT = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".pq")
JSON = (".json", ".ndjson", ".jsonl")
WORKBOOK = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
KINDS = (*TEXT, *PARQUET, *JSON, *WORKBOOK)

EXAMPLES = 5

Run = Callable[[str], list[tuple[Any, ...]]]
"""Runs an SQL statement; raises UnreadableFileError where a file it reads cannot be read."""


class MissingColumnError(Exception):
    """A wanted column is not in the header, or in it twice."""

    def __init__(self, wanted: "Wanted", header: Sequence[str]) -> None:
        super().__init__(wanted.key)
        self.wanted = wanted
        self.header = header


@dataclass(frozen=True)
class Wanted:
    """A column to read."""

    key: str
    """what it is called from here on"""
    setting: str
    """the key of the settings that names it"""
    names: Sequence[str]
    """what it may be called in the file; none: it is empty"""
    constant: str | None = None
    """the value of every cell, unless the file has a column of that name"""


@dataclass
class Landed:
    """A file that was read."""

    entry: int
    file: int
    name: str
    encoding: Encoding | None = None
    rows: int = 0
    """all rows of it, those left out included"""
    left_out: Counter[str] = field(default_factory=Counter)
    """finding → rows"""
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    select: str | None = None
    """a SELECT of its cells, where they are not in the common landing file"""

    def leave_out(self, finding: str, example: str | None, rows: int = 1) -> None:
        """Count rows that are not read further."""
        self.left_out[finding] += rows
        if example is not None and len(self.examples[finding]) < EXAMPLES:
            self.examples[finding].append(f"{self.name} {example}")


def kind_of(path: Path) -> str:
    """The ending that says what a file is, without that of its packing."""
    suffixes = [s.lower() for s in path.suffixes]
    packed = len(suffixes) > 1 and suffixes[-1] == ".gz" and suffixes[-2] in (*TEXT, *JSON)
    return suffixes[-2] if packed else (suffixes or [""])[-1]


class Landing:
    """The files of one part, read into one landing file; `run` runs SQL, `folder` is there for the time of it."""

    def __init__(self, part: str, keys: Sequence[str], run: Run, folder: Path) -> None:
        self.keys = list(keys)
        self.run = run
        self.folder = folder
        self.common = folder / f"{part}.csv"
        self.common_rows = 0
        self.files: list[Landed] = []

    def add(self, entry: int, path: Path, name: str, wanted: Sequence[Wanted], sheet: str | None) -> Landed:
        """Read a file. Raises UnreadableFileError and MissingColumnError."""
        landed = Landed(entry, len(self.files), name)
        kind = kind_of(path)
        if kind in PARQUET:
            self._parquet(landed, path, wanted)
        elif kind in JSON:
            self._json(landed, path, wanted)
        elif kind in WORKBOOK:
            rows = list(rows_of_sheet(path, sheet))
            header, _ = header_among(rows, [w.names for w in wanted if w.names])
            self._land(landed, iter(rows), header, wanted, "row")
        else:
            self._text(landed, path, wanted)
        broken = landed.left_out["malformed_row"]
        if 2 * broken > landed.rows:
            raise UnreadableFileError(
                f"{broken:,} of its {landed.rows:,} rows have another number of cells than the header"
            )
        self.files.append(landed)
        return landed

    def cells(self, valued: Collection[str]) -> str:
        """A SELECT of every cell as trimmed text, with `entry`, `file` and `line`.

        Blank ones are NULL; of the columns `valued`, also those that say there is no value.
        """
        columns = ", ".join(f"{cells.text(k)}: 'VARCHAR'" for k in self.keys)
        selects = [f.select for f in self.files if f.select is not None]
        if self.common.exists():
            # All of the dialect is said: nothing is left for the reader to guess.
            selects.append(
                f"select * from read_csv({cells.text(str(self.common))}, auto_detect = false, header = false, "
                "delim = ',', quote = '\"', escape = '\"', strict_mode = true, max_line_size = 16777216, "
                f"columns = {{'entry': 'INTEGER', 'file': 'INTEGER', 'line': 'BIGINT', {columns}}})"
            )
        if not selects:
            none = ", ".join(f"cast(null as varchar) as {cells.name(k)}" for k in self.keys)
            return f"select 0 as entry, 0 as file, cast(0 as bigint) as line, {none} where false"
        trimmed = ", ".join(
            f"{cells.filled(cells.name(k)) if k in valued else cells.trimmed(cells.name(k))} as {cells.name(k)}"
            for k in self.keys
        )
        return f"select entry, file, line, {trimmed} from ({' union all '.join(selects)})"

    @property
    def rows(self) -> int:
        """The rows that `cells` must yield."""
        return sum(f.rows - f.left_out.total() for f in self.files)

    # --- text and workbooks --------------------------------------------------------------------------------------

    def _text(self, landed: Landed, path: Path, wanted: Sequence[Wanted]) -> None:
        landed.encoding = encoding_of(path)
        with opened_text(path, landed.encoding) as text:
            dialect, header = dialect_of(text, [w.names for w in wanted if w.names])
        with opened_text(path, landed.encoding) as text:
            rows = rows_of(text, dialect, len(header.cells))
            self._land(landed, rows, header, wanted, "line")

    def _land(self, landed: Landed, rows: Iterator[Row], header: Header, wanted: Sequence[Wanted], unit: str) -> None:
        """Write the wanted cells of the rows below the header."""
        places = _places(header.cells, wanted)
        if header.above:
            landed.rows += header.above
            landed.leave_out("above_header", f"{unit} 1", header.above)
        below = (row for row in rows if row[0] > header.line)
        with self.common.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows(_whole(landed, below, header.cells, wanted, places, unit))

    # --- Parquet and JSON ----------------------------------------------------------------------------------------

    def _parquet(self, landed: Landed, path: Path, wanted: Sequence[Wanted]) -> None:
        reader = f"read_parquet({cells.text(str(path))})"
        try:
            header = [row[0] for row in self.run(f"describe select * from {reader}")]
            landed.rows = self.run(f"select count(*) from {reader}")[0][0]
        except UnreadableFileError as e:
            raise UnreadableFileError(f"it cannot be read as Parquet ({e.why})") from None
        shown = _shown(header, wanted, lambda name: f"cast({cells.name(name)} as varchar)")
        landed.select = (
            f"select {landed.entry} as entry, {landed.file} as file, row_number() over () as line, {shown} "
            f"from {reader}"
        )

    def _json(self, landed: Landed, path: Path, wanted: Sequence[Wanted]) -> None:
        landed.encoding = encoding_of(path)
        if landed.encoding.codec != "utf-8" or landed.encoding.is_guessed:
            plain_copy = self.folder / f"{landed.file}{kind_of(path)}"
            with opened_text(path, landed.encoding) as text, plain_copy.open("w", encoding="utf-8", newline="") as copy:
                while block := text.read(1 << 20):
                    copy.write(block)
            path = plain_copy
        with opened_text(path, Encoding("utf-8", "UTF-8")) as text:
            layout = _json_layout(text)
        ignore = ", ignore_errors = true" if layout == "newline_delimited" else ""
        reader = (
            f"(select row_number() over () as line, json from read_json_objects({cells.text(str(path))}, "
            f"format = '{layout}', maximum_object_size = 67108864{ignore}))"
        )
        whole = "json is not null and json_type(json) = 'OBJECT'"
        try:
            landed.rows, broken = self.run(f"select count(*), count(*) filter (where not ({whole})) from {reader}")[0]
            header = [
                row[0]
                for row in self.run(
                    f"select key from (select unnest(json_keys(json)) as key, line from {reader} where {whole}) "
                    "group by key order by min(line), key"
                )
            ]
            lost = self.run(f"select line from {reader} where not ({whole}) order by line limit {EXAMPLES}")
        except UnreadableFileError as e:
            raise UnreadableFileError(f"it cannot be read as JSON ({e.why})") from None
        if broken:
            for (line,) in lost:
                landed.leave_out("malformed_row", f"record {line}", 0)
            landed.leave_out("malformed_row", None, broken)
        if landed.rows == broken:
            raise UnreadableFileError("it holds no JSON object", "export it again, as one object for each row")
        shown = _shown(header, wanted, lambda name: f"json ->> {cells.text(_pointer(name))}")
        landed.select = (
            f"select {landed.entry} as entry, {landed.file} as file, line, {shown} from {reader} where {whole}"
        )


def _places(header: Sequence[str], wanted: Sequence[Wanted]) -> list[int | None]:
    """The place of each wanted column; None for one that is not in the file.

    Raises MissingColumnError for one that must be, or is there twice.
    """
    places: list[int | None] = []
    for column in wanted:
        place = found_in(header, column.names)
        if place is None and column.names and column.constant is None:
            raise MissingColumnError(column, header)
        if place is not None and list(header).count(header[place]) > 1:
            raise MissingColumnError(column, header)
        places.append(place)
    return places


def _shown(header: Sequence[str], wanted: Sequence[Wanted], cell: Callable[[str], str]) -> str:
    shown = []
    for column, place in zip(wanted, _places(header, wanted), strict=True):
        if place is not None:
            value = cell(header[place])
        else:
            value = "cast(null as varchar)" if column.constant is None else cells.text(column.constant)
        shown.append(f"{value} as {cells.name(column.key)}")
    return ", ".join(shown)


def _whole(
    landed: Landed,
    rows: Iterable[Row],
    header: Sequence[str],
    wanted: Sequence[Wanted],
    places: list[int | None],
    unit: str,
) -> Iterator[list[Any]]:
    """The wanted cells of each whole row; what is none is counted: broken and blank rows, headers that come again."""
    start = [landed.entry, landed.file]
    names = {plain(c) for c in header if c} | {plain(n) for w in wanted for n in w.names}
    named = [w for w in wanted if w.names and w.constant is None]
    first = next((p for p in places if p is not None), 0)
    for line, row in rows:
        landed.rows += 1
        if row is None:
            landed.leave_out("malformed_row", f"{unit} {line}")
        elif not any(row):
            landed.leave_out("blank_row", f"{unit} {line}")
        elif plain(row[first]) in names and all(found_in(row, w.names) is not None for w in named):
            landed.leave_out("repeated_header", f"{unit} {line}")
            # Exports that were put one below the other need not have their columns in one order.
            places = _places(row, wanted)
            first = next((p for p in places if p is not None), 0)
        else:
            values = [
                w.constant if p is None else row[p] if p < len(row) else None
                for w, p in zip(wanted, places, strict=True)
            ]
            yield [*start, line, *values]


def _json_layout(text: TextIO) -> str:
    """array, newline_delimited, or unstructured: objects that run over several lines."""
    sample = text.read(1 << 16).lstrip("\ufeff \t\r\n")
    if sample.startswith("["):
        return "array"
    lines = [line for line in sample.splitlines() if line.strip()]
    try:
        json.loads(lines[0])
    except (ValueError, IndexError, RecursionError):
        return "newline_delimited" if sum(line.startswith("{") for line in lines) > 1 else "unstructured"
    return "newline_delimited"


def _pointer(name: str) -> str:
    """A JSON pointer (RFC 6901) to a key, which may hold any character."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


__all__ = ["KINDS", "Landed", "Landing", "MissingColumnError", "Run", "Wanted", "kind_of"]
