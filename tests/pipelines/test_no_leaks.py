"""A night on exports salted with names, e-mails, phone numbers and tokens leaves none of them anywhere."""

import csv
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.paths import PROJECT
from tests.pipelines.receivers import web_hook

NAME, MAIL, PHONE, TOKEN = "Xanthippe Quellmarker", "xq.marker@salted.example", "+33 6 98 76 54 32", "tok-s4lt-9f8e7d"
SALT = {"Contact": NAME, "Email": MAIL, "Phone": PHONE, "Notes": f"call {NAME} at {PHONE}, {MAIL}"}
MARKERS = [m.encode() for m in ("Quellmarker", "xq.marker", "salted.example", "98 76 54 32", TOKEN)]


def salt(file: Path, **cells: str) -> None:
    """Add columns that nobody asked for to an export, and put `cells` into its first row."""
    with file.open(newline="") as source:
        rows = list(csv.DictReader(source))
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(dict.fromkeys([*rows[0], *SALT])))
        writer.writeheader()
        writer.writerows(row | SALT | (cells if i == 0 else {}) for i, row in enumerate(rows))


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of every file, and the contents of every database as text, for their pages are compressed."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        yield str(file), file.read_bytes()
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as con:
                for schema, table in con.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                    yield f"{file}: {table}", repr(con.execute(f"from {schema}.{table}").fetchall()).encode()
        elif file.suffix == ".db":
            with sqlite3.connect(file) as con:
                for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
                    yield f"{file}: {table}", repr(con.execute(f"select * from {table}").fetchall()).encode()


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "run", "--account", "small", *options],
        env=os.environ | {"PYTHONPATH": str(PROJECT)} | environment,
        capture_output=True,
        cwd=PROJECT,
    )


def leaks(workplace: Path, *said: bytes) -> list[str]:
    """Where a marker stands that should not."""
    found = [f"what was said: {m!r}" for m in MARKERS for s in said if m in s]
    for part in ("data", "home"):
        found += [f"{where}: {m!r}" for where, held in everything_in(workplace / part) for m in MARKERS if m in held]
    return found


@pytest.fixture
def salted(workplace: Path) -> Path:
    accounts = workplace / "accounts"
    for file in ("people.csv", "deals.csv", "touches.csv", "users.csv"):
        salt(accounts / file)
    settings = accounts / "small.yaml"
    settings.write_text(settings.read_text() + "\nnotify: {to: [OPS_HOOK], when: always}\n")
    return accounts


def test_a_night_leaves_no_personal_data_and_no_secret(workplace: Path, salted: Path):
    with web_hook() as (address, came):
        done = run("--as-of", "2026-06-30", OPS_HOOK=f"{address}-{TOKEN}", HUBSPOT_ACCESS_TOKEN=TOKEN)
        assert done.returncode == 0, done.stderr.decode()
    assert len(came) == 1
    assert leaks(workplace, done.stdout, done.stderr, repr(came).encode()) == []


def test_cells_that_cannot_be_read_are_not_quoted(workplace: Path, salted: Path):
    """A name or an address where a date or an amount should stand is counted, by the record's id."""
    with (salted / "people.csv").open(newline="") as source:
        columns = next(csv.reader(source))
    salt(salted / "people.csv", **{columns[1]: MAIL})
    with (salted / "deals.csv").open(newline="") as source:
        names = next(csv.reader(source))
    amount = next(n for n in names if "mount" in n)
    salt(salted / "deals.csv", **{amount: NAME})
    with web_hook() as (address, came):
        done = run("--as-of", "2026-06-30", OPS_HOOK=f"{address}-{TOKEN}")
        assert done.returncode == 0, done.stderr.decode()
    assert leaks(workplace, done.stdout, done.stderr, repr(came).encode()) == []


def test_a_night_that_fails_quotes_nothing(workplace: Path, salted: Path):
    file = salted / "people.csv"
    file.write_bytes(file.read_bytes() + f'x,"{NAME}\n{MAIL}'.encode() + b"\xff\xfe")
    with web_hook() as (address, came):
        done = run("--as-of", "2026-06-30", OPS_HOOK=f"{address}-{TOKEN}")
    assert b"people.csv" in done.stderr
    assert [m["title"] for m in came] == ["small, 2026-06-30: the night failed"]
    assert leaks(workplace, done.stdout, done.stderr, repr(came).encode()) == []
