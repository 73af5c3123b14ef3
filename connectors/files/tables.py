"""The tables that exports are read into: typed cells, instants in UTC, each id once.

Here: their shape. Not here: what they mean for the funnel (in SQL, sql/files).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class Person:
    """People of the exports: the last row of each id."""

    TABLE: ClassVar[str] = "people"
    GRAIN: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[str, "the id in the export"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    source: Annotated[str | None, "lead source"]
    owner: Annotated[str | None, "owner's id or name"]
    status: Annotated[str | None, "the CRM's own stage"]
    status_at: Annotated[datetime | None, "UTC instant that status was reached"]
    outcome: Annotated[str | None, "what became of the person, as the export says"]
    outcome_at: Annotated[datetime | None, "UTC instant of the outcome"]
    reason: Annotated[str | None, "why"]


@dataclass(frozen=True, slots=True)
class StageDate:
    """Dates on which people of the exports entered stages of the funnel."""

    TABLE: ClassVar[str] = "people_stage_dates"
    GRAIN: ClassVar[tuple[str, ...]] = ("id", "stage")

    id: Annotated[str, "the person's id in the export"]
    stage: Annotated[str, "stage of the funnel, as the settings name the column"]
    entered_at: Annotated[datetime, "UTC instant"]


@dataclass(frozen=True, slots=True)
class Deal:
    """Deals of the exports: the last row of each id; a row with neither a date nor a stage is no deal."""

    TABLE: ClassVar[str] = "deals"
    GRAIN: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[str, "the id in the export"]
    created_at: Annotated[datetime | None, "UTC instant of creation"]
    closed_at: Annotated[datetime | None, "UTC instant of the closing date; a plan while the deal is open"]
    won_at: Annotated[datetime | None, "UTC instant it was won, where the export has such a column"]
    lost_at: Annotated[datetime | None, "UTC instant it was lost, where the export has such a column"]
    amount: Annotated[Decimal | None, "value, in the deal's currency"]
    currency: Annotated[str | None, "ISO code of the amount"]
    owner: Annotated[str | None, "owner's id or name"]
    stage: Annotated[str | None, "the CRM's own deal stage"]
    stage_outcome: Annotated[str | None, "won or lost, where the settings say so of the stage"]


@dataclass(frozen=True, slots=True)
class DealPerson:
    """Which people the exports name behind which deal; every row of a deal counts."""

    TABLE: ClassVar[str] = "deal_people"
    GRAIN: ClassVar[tuple[str, ...]] = ("deal", "person")

    deal: Annotated[str, "the deal's id in the export"]
    person: Annotated[str, "the person's id in the export"]


@dataclass(frozen=True, slots=True)
class Touch:
    """Sales activities of the exports: the last row of each id."""

    TABLE: ClassVar[str] = "touches"
    GRAIN: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[str, "the id in the export"]
    person: Annotated[str | None, "the person's id in the export"]
    touched_at: Annotated[datetime | None, "UTC instant of the activity"]
    kind: Annotated[str | None, "call, email, meeting or message"]
    owner: Annotated[str | None, "who did it, by id or name"]
    direction: Annotated[str | None, "as the export says"]
    is_automated: Annotated[bool | None, "whether a machine did it"]
    outcome: Annotated[str | None, "how it ended, as the export says"]
    logged_at: Annotated[datetime | None, "UTC instant it was recorded"]


@dataclass(frozen=True, slots=True)
class Rep:
    """The sales team of the exports: the last row of each id."""

    TABLE: ClassVar[str] = "reps"
    GRAIN: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[str, "the owner's id, as the other exports name owners"]
    name: Annotated[str | None, "the name shown"]
    team: Annotated[str | None, "the team"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What could not be read of the exports."""

    TABLE: ClassVar[str] = "findings"
    GRAIN: ClassVar[tuple[str, ...]] = ("finding", "setting")

    finding: Annotated[str, "what was found: unreadable_cell, duplicate_id, malformed_row, …"]
    setting: Annotated[str, "the setting that names the column or the file"]
    records: Annotated[int, "cells, rows or files"]
    example_ids: Annotated[str | None, "up to five ids of their rows, or places in the files"]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """The files of the exports, with every row accounted for: it counts, or a finding reports it."""

    TABLE: ClassVar[str] = "export_files"
    GRAIN: ClassVar[tuple[str, ...]] = ("part", "entry", "file")
    CHECKS: ClassVar[tuple[str, ...]] = ("rows_in = rows_counted + rows_reported",)

    part: Annotated[str, "people, deals, touches or reps"]
    entry: Annotated[int, "which entry of the part in the settings names it, from 1"]
    file: Annotated[str, "the file's name"]
    encoding: Annotated[str | None, "how its bytes are characters; NULL for workbooks and Parquet"]
    rows_in: Annotated[int, "rows of the file, without its header and lines that are blank"]
    rows_counted: Annotated[int, "rows that a record or a deal's person is made from"]
    rows_reported: Annotated[int, "rows left out: repeated, replaced by a later one, not whole, without an id"]


TABLES = (Person, StageDate, Deal, DealPerson, Touch, Rep, Finding, ExportFile)
