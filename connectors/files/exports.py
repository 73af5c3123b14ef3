"""From the settings' `sources.files` to the rows of the exports: found, landed, decided, typed.

Here: the order of it, and every mistake in words. Not here: how a file, a date or an amount is read.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import FixSettingsError
from connectors.files import amounts, cells, dates
from connectors.files.findings import export_files, findings, is_other_currency
from connectors.files.formats import COMMA, DAY_FIRST, MONTH_FIRST, POINT, Evidence, verdict
from connectors.files.landing import Landing, MissingColumnError, Run
from connectors.files.parts import PARTS, Part
from connectors.files.paths import NoSuchFilesError, files_of
from connectors.files.records import found_in
from connectors.files.tables import ExportFile, Finding
from connectors.files.text import UnreadableFileError

# Raised whenever what is made of a file changes, so that unchanged files are read again.
READING_VERSION = 2

# What is in the cells of rows, and in no column's name: an address, a date, an amount.
DATA = re.compile(r"@|\d{4}-\d\d|\d\d?[/.]\d\d?[/.]\d\d|^\d+([.,]\d+)?$")


@dataclass(frozen=True)
class Reading:
    """A part of the exports, read into temporary tables of the database."""

    part: str
    """people, deals, touches or reps"""
    rows: int
    """rows of all its files"""
    tables: Mapping[str, str]
    """table → SELECT of the part's rows in it; of findings and export_files, those about this part"""


class Exports:
    """The exports of one account.

    `settings` are those under sources.files; `file_name` is the account file's, for messages; paths are relative to
    `folder`; times without an offset are in `zone`, amounts without a currency in `money`. `run` runs SQL; `landing` is
    a folder to work in, empty before and after.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        file_name: str,
        folder: Path,
        zone: str,
        money: str | None,
        run: Run,
        landing: Path,
    ) -> None:
        self.settings = settings
        self.file_name = file_name
        self.folder = folder
        self.zone = zone
        self.money = money
        self.run = run
        self.landing = landing

    def cursor(self, part: str) -> str:
        """A digest of a part's files and settings: while it stays, there is nothing new to read.

        Raises FixSettingsError for files that are not there, all of them at once.
        """
        digest = hashlib.sha256(
            json.dumps(
                [READING_VERSION, self.zone, self.money, self.settings[part]], sort_keys=True, default=str
            ).encode()
        )
        for entry, paths in enumerate(self._files(part)):
            for path in paths:
                digest.update(json.dumps([entry, path.name]).encode())
                try:
                    with path.open("rb") as file:
                        digest.update(hashlib.file_digest(file, "sha256").digest())
                except OSError as e:
                    raise FixSettingsError(
                        f"{self._where(part, entry)}.path: {path.name} cannot be opened ({e.strerror}); "
                        "check the file and its permissions."
                    ) from None
        return digest.hexdigest()

    def read(self, part: str) -> Reading:
        """Read a part into temporary tables; one the account does not have yields no rows.

        Raises FixSettingsError, with a sentence for each file, column or form of writing that cannot be used.
        """
        shape = Part(part, self.settings[part])
        landed = self._land(shape)
        valued = [*shape.dates, *(["amount"] if part == "deals" else [])]
        self._make(f"cells_{part}", landed.cells(valued))
        there = self.run(f"select count(*) from cells_{part}")[0][0]
        if there != landed.rows:
            raise FixSettingsError(
                f"{self._where(part, 0)}.path: {landed.rows:,} rows were found, but {there:,} could be read; "
                "export the files again."
            )
        typed = self._typed(shape)
        found = shape.values(self.money)
        return Reading(
            part,
            sum(f.rows for f in landed.files),
            shape.tables(typed)
            | {
                Finding.TABLE: findings(part, typed, found, shape.dates, landed.files),
                ExportFile.TABLE: export_files(part, typed, landed.files),
            },
        )

    def forget(self, part: str) -> None:
        """Drop the temporary tables of a part that was read."""
        for table in ("cells", "pieces", "instants", "amount_pieces", "amounts", "typed"):
            self.run(f"drop table if exists {table}_{part}")

    # --- files ---------------------------------------------------------------------------------------------------

    def _files(self, part: str) -> list[list[Path]]:
        """The files of each entry of a part."""
        found, mistakes = [], []
        for i, entry in enumerate(self.settings[part]):
            try:
                found.append(files_of(entry["path"], self.folder))
            except NoSuchFilesError as e:
                mistakes.append(f"{self._where(part, i)}.path: {e}{'' if str(e).endswith('?') else '.'}")
        if mistakes:
            raise FixSettingsError("\n".join(mistakes))
        return found

    def _land(self, shape: Part) -> Landing:
        landing = Landing(shape.name, shape.keys, self.run, self.landing)
        mistakes: list[str] = []
        for i, paths in enumerate(self._files(shape.name)):
            where, rows = self._where(shape.name, i), 0
            for path in paths:
                try:
                    name = (
                        path.name
                        if [p.name for p in paths].count(path.name) == 1
                        else f"{path.parent.name}/{path.name}"
                    )
                    landed = landing.add(i, path, name, shape.wanted(i), shape.entries[i].get("sheet"))
                    rows += landed.rows - landed.left_out.total()
                except UnreadableFileError as e:
                    mistakes.append(f"{where}.path: {path.name}: {e}.")
                except MissingColumnError as e:
                    mistakes.append(f"{where}.{e.wanted.setting}: {path.name} {_missing(e)}")
            if not rows and not any(m.startswith(f"{where}.") for m in mistakes):
                mistakes.append(
                    f"{where}.path: {', '.join(p.name for p in paths[:3])} holds no row below the header; "
                    f"export it again, or take sources.files.{shape.name} out until it has one."
                )
        if mistakes:
            raise FixSettingsError("\n".join(mistakes))
        return landing

    def _where(self, part: str, i: int) -> str:
        place = f".{i}" if len(self.settings[part]) > 1 else ""
        return f"{self.file_name}: sources.files.{part}{place}"

    # --- values --------------------------------------------------------------------------------------------------

    def _make(self, table: str, select: str) -> str:
        self.run(f"create or replace temp table {table} as {select}")
        return table

    def _typed(self, shape: Part) -> str:
        """Make the table of a part's rows with the value of each cell; returns its name."""
        part = shape.name
        joins = ""
        if shape.dates:
            self._make(f"pieces_{part}", dates.pieces(f"cells_{part}", shape.dates))
            orders = self._orders(shape)
            self._make(f"instants_{part}", dates.instants(f"pieces_{part}", orders, self.zone))
            for key in shape.dates:
                at, cell = cells.name(f"at_{key}"), cells.name(key)
                joins += (
                    f" left join instants_{part} as {at} on {at}.entry = c.entry and {at}.key = {cells.text(key)} "
                    f"and {at}.cell = c.{cell}"
                )
        if part == "deals":
            self._make(f"amount_pieces_{part}", amounts.pieces(f"cells_{part}", "amount"))
            self._make(f"amounts_{part}", amounts.values(f"amount_pieces_{part}", self._marks(shape)))
            joins += f" left join amounts_{part} as money on money.entry = c.entry and money.cell = c.amount"
        shown = [f"{value} as {cells.name(f'value:{key}')}" for key, value in shape.values(self.money).items()]
        shown += [
            f"coalesce({cells.name(f'at_{key}')}.clock_change, false) as {cells.name(f'clock:{key}')}"
            for key in shape.dates
        ]
        shown.append(f"{is_other_currency(part, self.money)} as is_other_currency")
        return self._make(
            f"typed_{part}", shape.fates(f"(select c.*, {', '.join(shown)} from cells_{part} as c{joins})")
        )

    def _orders(self, shape: Part) -> dict[tuple[int, str], str]:
        """(entry, date column) → day_first or month_first, where something tells."""
        counts = {(e, k): Evidence(*n) for e, k, *n in self.run(dates.evidence(f"pieces_{shape.name}"))}
        orders: dict[tuple[int, str], str] = {}
        mistakes = []
        for (entry, key), own in counts.items():
            said = shape.entries[entry].get("dates")
            beside = sum((n for (e, _), n in counts.items() if e == entry), Evidence(0, 0, 0, 0))
            found = verdict(own, beside)
            if said is not None:
                orders[entry, key] = said
            elif found == "refuse":
                mixed = "are both day-first and month-first" if own.first else "may be day-first or month-first"
                mistakes.append(
                    f"{self._where(shape.name, entry)}.dates: the dates in {self._setting(shape, entry, key)} {mixed} "
                    f"(as in {self._example(shape.name, entry, key)}); add dates: {DAY_FIRST} or dates: {MONTH_FIRST}."
                )
            elif found != "neither":
                orders[entry, key] = DAY_FIRST if found == "first" else MONTH_FIRST
        if mistakes:
            raise FixSettingsError("\n".join(mistakes))
        return orders

    def _setting(self, shape: Part, entry: int, key: str) -> str:
        return next(w.setting for w in shape.wanted(entry) if w.key == key)

    def _example(self, part: str, entry: int, key: str) -> str:
        return str(
            self.run(
                f"select min(cell) from pieces_{part} where entry = {entry} and key = {cells.text(key)} "
                "and shape = 'num' and first <> second"
            )[0][0]
        )

    def _marks(self, shape: Part) -> dict[int, str]:
        """Entry → comma or point, what the decimals of its amounts follow, where something tells."""
        marks: dict[int, str] = {}
        mistakes = []
        for entry, *counts in self.run(amounts.evidence(f"amount_pieces_{shape.name}")):
            own = Evidence(*counts)
            said = shape.entries[entry].get("decimals")
            found = verdict(own, own)
            if said is not None:
                marks[entry] = said
            elif found == "refuse":
                unclear = self._unclear(shape.name, entry, mixed=own.first > 0)
                mistakes.append(
                    f"{self._where(shape.name, entry)}.decimals: {unclear}; add decimals: {COMMA} or decimals: {POINT}."
                )
            elif found != "neither":
                marks[entry] = COMMA if found == "first" else POINT
        if mistakes:
            raise FixSettingsError("\n".join(mistakes))
        return marks

    def _unclear(self, part: str, entry: int, mixed: bool) -> str:
        one, other = self.run(
            f"select min(cell) filter (where mark in ('{COMMA}', 'either')), min(cell) filter (where mark = '{POINT}') "
            f"from amount_pieces_{part} where entry = {entry}"
        )[0]
        if mixed:
            return f"the amounts have decimal commas and decimal points (as in {one} and {other})"
        return f"an amount such as {one} may be whole, or have three decimals"


def _missing(error: MissingColumnError) -> str:
    names, header = error.wanted.names, [" ".join(c.split()) for c in error.header if c.strip()]
    called = " or ".join(names)
    if any(DATA.search(c) for c in header) and not any(found_in(header, [n]) is not None for n in names):
        # Its cells would be a person's own: none is shown.
        return f"has no header that names {called}; put the names of the columns into its first row."
    there = [c for c in header if c in names or c.strip().lower() in {n.strip().lower() for n in names}]
    if there:
        return f"has the column {there[0]} twice; rename one of the two."
    near = [n for name in names for n in difflib.get_close_matches(name, header, n=1)]
    if near:
        return f"has no column {called}; did you mean {near[0]}?"
    return f"has no column {called}; it has {', '.join(header[:12]) or 'no header'}."


__all__ = ["PARTS", "Exports", "Reading"]
