"""From the settings' `sources.files` to SQL that reads the exports.

Here: which file, which column, what a missing one is called. Not here: running the SQL.
"""

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import FixSettingsError
from connectors.files import cells
from connectors.files.tables import Deal, DealPerson, Finding, Person, Rep, StageDate, Touch

# Raised whenever what is made of a file changes, so that unchanged files are read again.
READING_VERSION = 1

CSV, PARQUET, JSON = (".csv", ".tsv", ".txt"), (".parquet", ".pq"), (".json", ".ndjson", ".jsonl")
PARTS = ("people", "deals", "touches", "reps")

# Settings that name no column.
NOT_COLUMNS = ("path", "won", "lost")


@dataclass(frozen=True)
class Reading:
    """How one part of the exports is read, as SQL."""

    part: str
    """people, deals, touches or reps"""
    cells: str
    """a SELECT of every cell as text, with `part` and `row`; to be kept as a table called `cells_table`"""
    tables: Mapping[str, str]
    """table → SELECT of its typed rows from `cells_table`"""
    findings: str
    """a SELECT of what could not be read"""
    paths: Sequence[Path]
    """the files"""

    @property
    def cells_table(self) -> str:
        """The table that `cells` is kept in."""
        return cells_table(self.part)


def cells_table(part: str) -> str:
    """The table that the text cells of a part are kept in while it is read."""
    return f"cells_{part}"


class UnreadableFileError(Exception):
    """The database cannot read a file; the message says why."""


class Exports:
    """The exports of one account.

    `settings` are those under sources.files; `file_name` is the account file's, for messages; paths are relative
    to `folder`; times without an offset are in `zone`; `columns_of` tells the columns of a SQL table function and
    raises UnreadableFileError where it cannot.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        file_name: str,
        folder: Path,
        zone: str,
        columns_of: Callable[[str], list[str]],
    ) -> None:
        self.settings = settings
        self.file_name = file_name
        self.folder = folder
        self.zone = zone
        self.columns_of = columns_of

    def cursor(self, part: str) -> str:
        """A digest of a part's files and settings: while it stays, there is nothing new to read.

        Raises FixSettingsError for a file that is not there.
        """
        digest = hashlib.sha256(
            json.dumps([READING_VERSION, self.zone, self.settings[part]], sort_keys=True, default=str).encode()
        )
        for i, _ in enumerate(self.settings[part]):
            with self._path(part, i).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    def readings(self) -> list[Reading]:
        """How each part is read; a part the account does not have yields no rows.

        Raises FixSettingsError for a missing file or column, or a file that is not what its name says.
        """
        return [self.reading(part) for part in PARTS]

    def reading(self, part: str) -> Reading:
        """How one part is read. Raises as `readings`."""
        build = {"people": self._people, "deals": self._deals, "touches": self._touches, "reps": self._reps}[part]
        return build()

    # --- one part each -------------------------------------------------------------------------------------------

    def _people(self) -> Reading:
        parts = self.settings["people"]
        stages = sorted({s for p in parts for s in p["stages"]})
        columns = ["id", "created", "source", "owner", "status", "status_at", "outcome", "outcome_at", "reason"]

        def column(i: int, key: str) -> tuple[str | None, str]:
            part = parts[i]
            if key.startswith("stages."):
                return part["stages"].get(key.removeprefix("stages.")), key
            if key in ("status", "status_at"):
                inner = "column" if key == "status" else "at"
                return (part["status"] or {}).get(inner), f"status.{inner}"
            return part[key], key

        every = [*columns, *(f"stages.{s}" for s in stages)]
        text = self._cells("people", every, column)
        at = self._instant
        last = _last_row("people", "id is not null")
        stage_dates = " union all ".join(
            f"select id, {cells.text(s)} as stage, {at(f'stages.{s}')} as entered_at from last_rows" for s in stages
        )
        dates = ["created", "status_at", "outcome_at", *(f"stages.{s}" for s in stages)]
        return Reading(
            "people",
            text,
            {
                Person.TABLE: f"{last} select id, {at('created')} as created_at, source, owner, status, "
                f"{at('status_at')} as status_at, outcome, {at('outcome_at')} as outcome_at, reason from last_rows",
                StageDate.TABLE: f"{last} select * from ({stage_dates}) where entered_at is not null"
                if stages
                else _no_rows("id varchar, stage varchar, entered_at timestamp"),
            },
            _findings("people", "true", every, {d: at(d) for d in dates}),
            self._paths("people"),
        )

    def _deals(self) -> Reading:
        parts = self.settings["deals"]
        columns = ["id", "person", "created", "closed", "won_at", "lost_at", "amount", "currency", "owner", "stage"]

        def column(i: int, key: str) -> tuple[str | None, str]:
            return parts[i][key], key

        text = self._cells("deals", columns, column, {"stage_outcome": self._stage_outcome})
        at = self._instant
        is_deal = "coalesce(created, closed, won_at, lost_at, stage) is not null"
        last = _last_row("deals", f"id is not null and {is_deal}")
        typed = {d: at(d) for d in ("created", "closed", "won_at", "lost_at")}
        typed |= {"amount": cells.amount("amount"), "currency": cells.currency("currency")}
        return Reading(
            "deals",
            text,
            {
                Deal.TABLE: f"{last} select id, {typed['created']} as created_at, {typed['closed']} as closed_at, "
                f"{typed['won_at']} as won_at, {typed['lost_at']} as lost_at, {typed['amount']} as amount, "
                f"{typed['currency']} as currency, owner, stage, stage_outcome from last_rows",
                # Exports list several people in one cell, or repeat the deal's row for each.
                DealPerson.TABLE: "select distinct deal, trim(person) as person from ("
                f"select id as deal, unnest(string_split(person, ';')) as person from {cells_table('deals')} "
                f"where id is not null and person is not null and {is_deal}) where trim(person) <> ''",
            },
            _findings("deals", is_deal, [c for c in columns if c != "person"], typed),
            self._paths("deals"),
        )

    def _touches(self) -> Reading:
        parts = self.settings["touches"]
        columns = ["id", "person", "at", "owner", "direction", "automated", "outcome", "logged_at"]

        def column(i: int, key: str) -> tuple[str | None, str]:
            return parts[i][key], key

        text = self._cells("touches", columns, column, {"kind": self._kind})
        last = _last_row("touches", "id is not null")
        typed = {
            "at": self._instant("at"),
            "logged_at": self._instant("logged_at"),
            "automated": cells.yes_no("automated"),
            "kind": cells.kind("kind"),
        }
        return Reading(
            "touches",
            text,
            {
                Touch.TABLE: f"{last} select id, person, {typed['at']} as touched_at, {typed['kind']} as kind, owner, "
                f"direction, {typed['automated']} as is_automated, outcome, {typed['logged_at']} as logged_at "
                "from last_rows"
            },
            _findings("touches", "true", [*columns, "kind"], typed),
            self._paths("touches"),
        )

    def _reps(self) -> Reading:
        parts = self.settings["reps"]
        columns = ["id", "name", "team"]

        def column(i: int, key: str) -> tuple[str | None, str]:
            return parts[i][key], key

        text = self._cells("reps", columns, column)
        last = _last_row("reps", "id is not null")
        return Reading(
            "reps",
            text,
            {Rep.TABLE: f"{last} select id, name, team from last_rows"},
            _findings("reps", "true", columns, {}),
            self._paths("reps"),
        )

    # --- the cells of a part -------------------------------------------------------------------------------------

    def _cells(
        self,
        part: str,
        columns: Sequence[str],
        column: Callable[[int, str], tuple[str | None, str]],
        computed: Mapping[str, Callable[[int, list[str]], str]] | None = None,
    ) -> str:
        """A SELECT of every cell as trimmed text; blank ones are NULL, and so are columns that are not named."""
        computed = computed or {}
        selects = []
        for i, _ in enumerate(self.settings[part]):
            reader, there = self._reader(part, i)
            shown = []
            for key in columns:
                named, setting = column(i, key)
                shown.append(f"{self._cell(part, i, named, setting, there)} as {cells.name(key)}")
            shown += [f"{make(i, there)} as {cells.name(key)}" for key, make in computed.items()]
            selects.append(f"select {i} as part, row_number() over () as row, {', '.join(shown)} from {reader}")
        if selects:
            return " union all ".join(selects)
        return _no_rows(
            ", ".join(["part integer", "row bigint", *(f"{cells.name(c)} varchar" for c in (*columns, *computed))])
        )

    def _cell(self, part: str, i: int, named: str | None, setting: str, there: list[str]) -> str:
        if named is None:
            return "cast(null as varchar)"
        if setting == "currency" and len(named) == 3 and named.isupper() and named not in there:
            return cells.text(named)
        found = next((c for c in there if c == named), None) or next(
            (c for c in there if c.strip().lower() == named.strip().lower()), None
        )
        if found is None:
            near = difflib.get_close_matches(named, there, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(there[:12])}"
            raise FixSettingsError(
                f"{self._where(part, i)}.{setting}: {self._path(part, i).name} has no column {named}; {hint}"
            )
        return f"nullif(trim(cast({cells.name(found)} as varchar)), '')"

    def _stage_outcome(self, i: int, there: list[str]) -> str:
        part = self.settings["deals"][i]
        cell = self._cell("deals", i, part["stage"], "stage", there)
        cases = [
            f"when lower({cell}) in {cells.one_of([v.strip().lower() for v in part[end]])} then '{end}'"
            for end in ("won", "lost")
            if part[end]
        ]
        return f"case {' '.join(cases)} end" if cases else "cast(null as varchar)"

    def _kind(self, i: int, there: list[str]) -> str:
        named = self.settings["touches"][i]["kind"]
        if named in cells.KINDS and named not in there:
            return cells.text(named)
        return self._cell("touches", i, named, "kind", there)

    def _instant(self, key: str) -> str:
        return cells.instant(cells.name(key), self.zone)

    # --- files ---------------------------------------------------------------------------------------------------

    def _where(self, part: str, i: int) -> str:
        place = f".{i}" if len(self.settings[part]) > 1 else ""
        return f"{self.file_name}: sources.files.{part}{place}"

    def _paths(self, part: str) -> list[Path]:
        return [self._path(part, i) for i, _ in enumerate(self.settings[part])]

    def _path(self, part: str, i: int) -> Path:
        given = self.settings[part][i]["path"]
        path = Path(self.folder, Path(given).expanduser())
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise FixSettingsError(
                f"{self._where(part, i)}.path: {given} {what}; name a file, relative to {self.file_name}."
            )
        return path

    def _reader(self, part: str, i: int) -> tuple[str, list[str]]:
        """The table function that reads a file, and the file's columns."""
        path = self._path(part, i)
        suffixes = [s.lower() for s in path.suffixes]
        kind = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] in (".gz", ".zst") else (suffixes or [""])[-1]
        file = cells.text(str(path))
        if kind in CSV:
            reader = f"read_csv({file}, header = true, all_varchar = true)"
        elif kind in PARQUET:
            reader = f"read_parquet({file})"
        elif kind in JSON:
            reader = f"read_json({file})"
        else:
            raise FixSettingsError(
                f"{self._where(part, i)}.path: {path.name} is of no known kind; use .csv, .parquet, .json or .ndjson."
            )
        try:
            there = self.columns_of(reader)
        except UnreadableFileError as e:
            raise FixSettingsError(
                f"{self._where(part, i)}.path: {path.name} cannot be read as {kind[1:].upper()} ({e}); "
                "export it again, as UTF-8."
            ) from None
        if kind in JSON:
            # As text from the start: a guessed type would lose leading zeros and the digits of long ids.
            columns = ", ".join(f"{cells.text(c)}: 'VARCHAR'" for c in there)
            reader = f"read_json({file}, columns = {{{columns}}})"
        return reader, there


def _last_row(part: str, condition: str) -> str:
    """A CTE `last_rows`: of each id the last row that meets the condition."""
    return (
        f"with last_rows as (select * from {cells_table(part)} where {condition} "
        "qualify row_number() over (partition by id order by part desc, row desc) = 1)"
    )


def _findings(part: str, condition: str, compared: Sequence[str], typed: Mapping[str, str]) -> str:
    """What could not be read of a part: rows without an id, ids with differing rows, cells that hold no value."""
    table = cells_table(part)
    found = [
        _finding("missing_id", f"{part}.id", "row", f"select row from {table} where id is null and {condition}"),
        _finding(
            "duplicate_id",
            f"{part}.id",
            "id",
            f"select id from {table} where id is not null and {condition} group by id "
            f"having count(distinct concat_ws(chr(31), {', '.join(_compared(c) for c in compared)})) > 1",
        ),
    ]
    for key, value in typed.items():
        cell = cells.name(key)
        found.append(
            _finding(
                "unreadable_cell",
                f"{part}.{key}",
                "id",
                f"select id from {table} where {condition} and {cell} is not null and ({value}) is null",
            )
        )
    return " union all ".join(found)


def _compared(column: str) -> str:
    return f"coalesce({cells.name(column)}, chr(30))"


def _finding(finding: str, setting: str, key: str, rows: str) -> str:
    label = "'row ' || cast(row as varchar)" if key == "row" else "id"
    return (
        f"select {cells.text(finding)} as finding, {cells.text(setting)} as setting, count(*) as records, "
        f"string_agg({label}, ', ' order by {key}) filter (where place <= 5) as example_ids "
        f"from (select {key}, row_number() over (order by {key}) as place from ({rows})) having count(*) > 0"
    )


def _no_rows(columns: str) -> str:
    """A SELECT of no rows with `columns`, given as `name type, …`."""
    typed = [c.rsplit(" ", 1) for c in columns.split(", ")]
    return f"select {', '.join(f'cast(null as {kind}) as {column}' for column, kind in typed)} where false"


__all__ = ["PARTS", "Exports", "Finding", "Reading", "UnreadableFileError", "cells_table"]
