"""Exports broken at random, with what must be read from them all the same.

A case is made of records; each mutation works on records it then marks as touched, so that what the untouched ones
say is known whatever happened around them.
"""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import Read, read

HEADER = ["Id", "Name", "Lead Source", "Owner", "Status", "Created Date", "Comment"]
PEOPLE = {"path": "leads.csv", "id": "Id", "created": "Created Date", "source": "Lead Source", "owner": "Owner"}
PEOPLE = {**PEOPLE, "status": {"column": "Status"}}
SOURCES = ["Web", "Référence", "Trade show, Köln", "", "Partner"]
STATUSES = ["New", "Working", "Qualified", "Unqualified"]
COMMENTS = ["", "call back", "wants a demo,\nthen an offer", 'says "later"', "5 machines", "à rappeler", "; | ,"]
SPECIAL = ['"', ",", ";", "\t", "|", "\n", "\r", "\r\n", "\0", "\\", "'", "é", "\u2028", "\ufeff", "\x1a", "=", " "]
DATE_FORMS = [
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S",
    "%d %B %Y %H:%M:%S",
]


@dataclass
class Record:
    """A row of the export as written, and what it says; None for one that says nothing of its own."""

    text: str
    said: tuple[str, datetime, str | None, str] | None
    touched: bool = False


@dataclass
class Case:
    """An export: its header, its records, and how it is written."""

    rng: random.Random
    header: Record
    records: list[Record]
    delimiter: str
    newline: str
    encoding: str
    done: list[str] = field(default_factory=list)

    def bytes(self) -> bytes:
        text = self.newline.join(r.text for r in [self.header, *self.records]) + self.newline
        return text.encode(self.encoding, errors="replace")

    def untouched(self) -> dict[str, tuple[datetime, str | None, str]]:
        """id → created, source and status, of every record nothing happened to."""
        spoilt = {r.said[0] for r in self.records if r.said and r.touched}
        return {r.said[0]: r.said[1:] for r in self.records if r.said and not r.touched and r.said[0] not in spoilt}


def case(seed: int, rows: int = 60) -> Case:
    """An export of `rows` people with one to three mutations."""
    rng = random.Random(seed)
    delimiter, newline = rng.choice([",", ";", "\t", "|"]), rng.choice(["\n", "\r\n", "\n", "\r"])
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    form = rng.choice(DATE_FORMS)

    def line(cells: list[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(cells)
        return out.getvalue()

    records = []
    for i in range(rows):
        created = datetime(2026, 1, 1, 8, 30, 15) + timedelta(hours=37 * i)
        source, status = rng.choice(SOURCES), rng.choice(STATUSES)
        cells = [f"L{i:04}", f"Person {i}", source, f"Owner {i % 3}", status, created.strftime(form)]
        records.append(Record(line([*cells, rng.choice(COMMENTS)]), (cells[0], created, source or None, status)))
    made = Case(rng, Record(line(HEADER), None), records, delimiter, newline, encoding)
    for _ in range(rng.randint(1, 3)):
        mutation = rng.choice(MUTATIONS)
        made.done.append(mutation.__name__)
        mutation(made)
    return made


# --- mutations -----------------------------------------------------------------------------------------------------


def _touched(made: Case) -> Record:
    record = made.header if made.rng.random() < 0.03 else made.rng.choice(made.records)
    record.touched = True
    return record


def insert_characters(made: Case) -> None:
    record = _touched(made)
    at = made.rng.randint(0, len(record.text))
    some = "".join(made.rng.choices(SPECIAL, k=made.rng.randint(1, 3)))
    record.text = record.text[:at] + some + record.text[at:]


def delete_characters(made: Case) -> None:
    record = _touched(made)
    at = made.rng.randint(0, len(record.text))
    record.text = record.text[:at] + record.text[at + made.rng.randint(1, 12) :]


def replace_character(made: Case) -> None:
    record = _touched(made)
    if record.text:
        at = made.rng.randrange(len(record.text))
        record.text = record.text[:at] + chr(made.rng.choice([*range(1, 128), 0xE9, 0x20AC])) + record.text[at + 1 :]


def drop_quotes(made: Case) -> None:
    record = _touched(made)
    record.text = record.text.replace('"', "", made.rng.randint(1, 3))


def repeat_record(made: Case) -> None:
    record = made.rng.choice(made.records)
    made.records.insert(made.rng.randint(0, len(made.records)), Record(record.text, record.said, record.touched))


def delete_record(made: Case) -> None:
    made.records.remove(made.rng.choice(made.records))


def swap_records(made: Case) -> None:
    made.rng.shuffle(made.records)


def join_records(made: Case) -> None:
    i = made.rng.randrange(len(made.records) - 1)
    one, other = made.records[i : i + 2]
    one.text, one.touched, other.touched = one.text + other.text, True, True
    made.records[i + 1] = Record("", other.said, touched=True)


def repeat_header(made: Case) -> None:
    made.records.insert(made.rng.randint(0, len(made.records)), Record(made.header.text, None))


def blank_lines(made: Case) -> None:
    blank = made.rng.choice(["", made.delimiter * (len(HEADER) - 1), "   "])
    made.records.insert(made.rng.randint(0, len(made.records)), Record(blank, None))


def title_above(made: Case) -> None:
    made.header.text = made.newline.join(["Leads of this year", "", made.header.text])


def footer_below(made: Case) -> None:
    made.records += [Record("Confidential", None), Record("Copyright 2026, all rights reserved", None)]


def trailing_delimiters(made: Case) -> None:
    for record in made.records:
        if record.said:
            record.text += made.delimiter


def cut_short(made: Case) -> None:
    record = _touched(made)
    record.text = record.text[: made.rng.randint(0, len(record.text))]


def blank_id(made: Case) -> None:
    record = _touched(made)
    record.text = made.delimiter + record.text.partition(made.delimiter)[2]


def other_date(made: Case) -> None:
    record = _touched(made)
    record.text = record.text.replace("2026", made.rng.choice(["0026", "20266", "26", "n/a", "99/99/9999"]))


MUTATIONS = [
    insert_characters,
    insert_characters,
    delete_characters,
    replace_character,
    drop_quotes,
    repeat_record,
    delete_record,
    swap_records,
    join_records,
    repeat_header,
    blank_lines,
    title_above,
    footer_below,
    trailing_delimiters,
    cut_short,
    blank_id,
    other_date,
]


# --- what must hold ------------------------------------------------------------------------------------------------


def outcome(made: Case, folder: Path) -> Read | str:
    """What is read of a case, or the sentence that refuses it."""
    (folder / "leads.csv").write_bytes(made.bytes())
    try:
        return read(folder, people=PEOPLE)
    except FixSettingsError as e:
        return str(e)


def complaints(made: Case, folder: Path) -> list[str]:
    """What is wrong with how a case is read; nothing if all is well."""
    found = outcome(made, folder)
    if isinstance(found, str):
        plain = found.startswith("acme.yaml: sources.files.people") and found.endswith((".", "?"))
        return [] if plain and "\n" not in found and "rror:" not in found else [f"no plain sentence: {found}"]
    wrong = []
    if not found.accounts_for_every_row():
        wrong.append(f"rows unaccounted for: {found.rows('export_files')}")
    people = {p["id"]: p for p in found.rows("people")}
    file = found.rows("export_files")[0]
    if file["rows_counted"] != len(people):
        wrong.append(f"{file['rows_counted']} rows counted, {len(people)} people")
    of_rows = ("not_a_deal", "missing_id", "shortened_id", "duplicate", "malformed", "repeated", "blank", "above")
    reported = sum(n for f, n in found.findings().items() if f.startswith(of_rows))
    if file["rows_reported"] != reported:
        wrong.append(f"{file['rows_reported']} rows reported, but findings name {reported}")
    for person_id, said in made.untouched().items():
        got: dict[str, Any] = people.get(person_id, {})
        if (got.get("created_at"), got.get("source"), got.get("status")) != said:
            wrong.append(f"{person_id} should say {said}, but it is {got}")
    return wrong
