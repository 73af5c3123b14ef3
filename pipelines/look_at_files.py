"""A first look at export files: they are read as the night reads them, into memory, and their stages are counted.

Here: running the connector's SQL on nothing that lasts. Not here: what the SQL is (connectors/files).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from connectors.errors import FixSettingsError
from connectors.files.exports import PARTS, Exports
from connectors.files.tables import Deal, Finding, Person, StageDate
from connectors.files.text import as_the_database_said
from connectors.first_look import FirstLook, SeenStage
from models.settings.sources import Files

# No CRM has more: a column with more values holds something else.
MOST_STAGES = 60
# What an export may leave out, and what is lost without it.
LOST = {
    "people": {
        "created": "when people came, so that no prospect or lead is dated",
        "source": "where people came from",
        "owner": "who owns a person, so that no rep is judged by it",
    },
    "deals": {
        "person": "who stands behind a deal, so that marketing gets no credit for it",
        "created": "when a deal was opened, so that no opportunity is dated",
        "amount": "what a deal is worth: the average deal is assumed",
        "owner": "who owns a deal",
    },
    "touches": {"owner": "who called or wrote"},
    "reps": {},
}
PART_LOST = {
    "people": "every stage before the deal",
    "deals": "every deal: the average deal and the last steps are assumed",
    "touches": "calls and e-mails: whether MQLs are followed up in time",
    "reps": "the names and teams of owners",
}


def look_at_files(files: Files, file_name: str, folder: Path, zone: str, money: str | None) -> FirstLook:
    """What the exports hold, or why they cannot be read.

    `file_name` is the account file's, for messages; paths are relative to `folder`; times without an offset are in
    `zone`, amounts without a currency in `money`.
    """
    seen = FirstLook("export files", timezone=zone, currency=money)
    settings = files.model_dump()
    with _read(settings, file_name, folder, zone, money) as (con, exports):
        for part in PARTS:
            if not settings[part]:
                seen.warn(f"files {part}", f"the settings name none, so these are not known: {PART_LOST[part]}.")
                continue
            try:
                exports.cursor(part)
                reading = exports.read(part)
            except FixSettingsError as e:
                for mistake in str(e).splitlines():
                    seen.fail(f"files {part}", mistake)
                continue
            seen.ok(f"files {part}", f"{reading.rows:,} rows")
            _columns(part, settings[part], seen)
            for finding, setting, records in con.execute(
                f"select finding, setting, records from ({reading.tables[Finding.TABLE]})"
            ).fetchall():
                if finding in ("unreadable_cell", "missing_id", "shortened_id", "malformed_row"):
                    seen.warn(
                        f"files {setting}",
                        f"{records:,} × {finding.replace('_', ' ')}; correct them in the export, and see data_quality "
                        "after the next night.",
                    )
            if part == "people":
                _people(con, reading.tables, seen)
            elif part == "deals":
                _deals(con, reading.tables, seen)
    return seen


@contextmanager
def _read(
    settings: dict[str, Any], file_name: str, folder: Path, zone: str, money: str | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Exports]]:
    """A database in memory and the exports over it; both are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="sla-look-") as landing, duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")

        def run(sql: str) -> list[tuple[Any, ...]]:
            try:
                return con.execute(sql).fetchall()
            except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.InternalException):
                # The statement is wrong, not the file that it reads.
                raise
            except duckdb.Error as e:
                raise as_the_database_said(str(e)) from None

        yield con, Exports(settings, file_name, folder, zone, money, run, Path(landing))


def _columns(part: str, entries: list[dict[str, Any]], seen: FirstLook) -> None:
    for key, lost in LOST[part].items():
        if not any(entry.get(key) for entry in entries):
            seen.warn(f"field {part}.{key}", f"sources.files.{part} names no column for it; not known is {lost}.")
    if part == "people" and not any(e["stages"] or e["status"] for e in entries):
        seen.warn(
            "field people.stages",
            "sources.files.people names no stage: add stages: with the columns that date them, or status:.",
        )
    if part == "deals" and not any(e["stage"] or e["won_at"] for e in entries):
        seen.warn("field deals.stage", "sources.files.deals names neither stage nor won_at, so no deal is ever won.")


def _people(con: duckdb.DuckDBPyConnection, tables: Any, seen: FirstLook) -> None:
    # As sql/files/people.sql: where there is no status, the latest stage date stands for it.
    found = con.execute(
        f"""
        select coalesce(p.status, d.stage) as stage, count(*) as records
        from ({tables[Person.TABLE]}) as p
        left join (
            select id, arg_max(stage, entered_at) as stage from ({tables[StageDate.TABLE]}) group by id
        ) as d on d.id = p.id
        group by 1 order by 2 desc, 1"""
    ).fetchall()
    seen.people = sum(records for _, records in found)
    named = [(stage, records) for stage, records in found if stage is not None]
    if _is_no_stage(seen, "people.status", len(named)):
        return
    seen.stages += [SeenStage("person", None, stage, stage, records) for stage, records in named]
    none = sum(records for stage, records in found if stage is None)
    if none:
        seen.warn("people without a stage", f"{none:,} of {seen.people:,} rows have neither a status nor a stage date.")


def _deals(con: duckdb.DuckDBPyConnection, tables: Any, seen: FirstLook) -> None:
    found = con.execute(
        f"""
        select
            d.stage,
            coalesce(d.won_at is not null or d.stage_outcome = 'won', false) as is_won,
            coalesce(d.lost_at is not null or d.stage_outcome = 'lost', false) as is_lost,
            count(*) as records
        from ({tables[Deal.TABLE]}) as d
        group by all order by 4 desc, 1"""
    ).fetchall()
    seen.deals = sum(records for *_, records in found)
    if seen.currency is None:
        seen.currency = _usual_currency(con, tables)
    if _is_no_stage(seen, "deals.stage", len({stage for stage, *_ in found})):
        return
    seen.stages += [
        SeenStage("deal", None, stage, stage, records, is_won, is_lost, is_final=is_won or is_lost)
        for stage, is_won, is_lost, records in found
        if stage is not None
    ]
    if seen.deals and not any(is_won for _, is_won, _, _ in found):
        seen.warn("deals won", "no deal is won: see won: and won_at: in sources.files.deals.")


def _is_no_stage(seen: FirstLook, column: str, values: int) -> bool:
    """Whether a column holds too much to be a stage; none of its values is shown, for they may be anybody's words."""
    if values > MOST_STAGES:
        seen.warn(f"field {column}", f"it holds {values:,} different values, so it is no stage; name another column.")
    return values > MOST_STAGES


def _usual_currency(con: duckdb.DuckDBPyConnection, tables: Any) -> str | None:
    found = con.execute(
        f"select currency from ({tables[Deal.TABLE]}) where currency is not null "
        "group by 1 order by count(*) desc, 1 limit 1"
    ).fetchall()
    return found[0][0] if found else None
