"""Whole nights of a simulated company in a warehouse in memory: its records as an export shows them at a moment, every
table of the catalog built from them by the product's own SQL and functions.

Here: the export and the building. Not here: what is asked of the tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from models.open_night import OpenNight, open_night
from pipelines.catalog import RAW, RAW_FILES, RUNS, SETTINGS, catalog
from pipelines.table_steps import _arguments
from pipelines.warehouse import CONFIG, build, build_rows, check
from tests.simulated_company import NIGHT, Company, account


def moment(day: int, hour: int = 5) -> datetime:
    """UTC instant on the morning after the night of a day."""
    return datetime.combine(NIGHT + timedelta(days=day + 1), time(hour))


class Nights:
    """A warehouse with every table of the catalog, empty."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        con.execute("set timezone = 'UTC'")
        con.execute("create schema nights; create table nights.open (run_id varchar)")
        con.execute(
            "insert into nights.open values ('test'); create table nights.builds (table_key varchar, run_id varchar)"
        )
        for schema in sorted({t.schema for t in catalog().tables.values()}):
            con.execute(f"create schema {schema}")
        for table in (*RAW, RUNS):
            con.execute(f"create table {table.key} ({', '.join(f'{c.name} {c.type}' for c in table.columns)})")

    def export(self, of: Company, seen_at: datetime) -> None:
        """Fill raw_files with what an export at a moment shows: later moves, and deals made later, are not there."""
        for name, frame in _export(of, seen_at).items():
            table = next(t for t in RAW_FILES if t.name == name)
            self.con.execute(f"delete from {table.key}")
            self.con.register("shown", frame)
            self.con.execute(f"insert into {table.key} by name select * from shown")
            self.con.unregister("shown")

    def settings(self, opened: OpenNight) -> None:
        """Write the settings tables of a night."""
        for table in SETTINGS:
            contents = getattr(opened, table.name)
            build_rows(self.con, table, contents if isinstance(contents, list) else [contents])

    def run(self, day: int, now: datetime, earlier_cut_off: datetime | None = None, **settings: Any) -> OpenNight:
        """Open the night of a day at a moment and build every table of it; grain and checks must hold."""
        opened = open_night(
            "simulated",
            account(**settings),
            now.replace(tzinfo=UTC),
            as_of=NIGHT + timedelta(days=day),
            earlier_cut_off_at=earlier_cut_off,
        )
        self.settings(opened)
        for table in catalog().tables.values():
            if table.sql is not None:
                build(self.con, table, table.sql)
            elif table.function is not None:
                build_rows(self.con, table, table.function(**_arguments(self.con, table, catalog())))
            broken = [f"{c.condition}: {c.broken_rows}" for c in check(self.con, table) if c.broken_rows]
            assert not broken, f"{table.key}: {broken}"
        return opened

    def night(self, table: str, day: int) -> list[tuple[Any, ...]]:
        """The rows of reporting.`table` for the night of a day."""
        as_of = NIGHT + timedelta(days=day)
        return self.con.execute(f"select * from reporting.{table} where as_of = $1 order by all", [as_of]).fetchall()


@contextmanager
def nights() -> Iterator[Nights]:
    """An empty warehouse, closed at the end of the block."""
    with duckdb.connect(config=CONFIG) as con:
        yield Nights(con)


def _export(of: Company, seen_at: datetime) -> dict[str, pd.DataFrame]:
    """Each record keeps its number and its hour of the day; a person's deal is numbered as the person."""
    entered, number, hours = of.entered[0], np.arange(len(of.entered[0])), np.arange(len(of.entered[0])) % 24
    people = pd.DataFrame(
        {
            "id": [f"p{i}" for i in number],
            "created_at": _at(entered, hours),
            "source": pd.Series(of.segment[0], dtype="str"),
        }
    )
    dates, deals = [], pd.DataFrame()
    for i, stage in enumerate(of.stages[:-1]):
        at = _at(of.entered[i], hours)
        if stage != "opportunity":
            dates.append(pd.DataFrame({"id": [f"p{k}" for k in number], "stage": stage, "entered_at": at}))
        else:
            won, lost = of.converted[i], of.lost[i]
            amounts = np.full(len(won), np.nan)
            amounts[np.isfinite(won)] = of.amounts
            deals = pd.DataFrame(
                {
                    "id": [f"d{k}" for k in number],
                    "created_at": at,
                    "closed_at": _at(np.minimum(won, lost), hours),
                    "stage_outcome": np.where(np.isfinite(won), "won", "lost"),
                    "amount": np.where(np.isnan(amounts), 500.0, amounts),
                }
            )
        went_on = np.isfinite(of.converted[i])
        # The records of the next stage are those that went on, in the same order.
        number, hours = number[went_on], hours[went_on]
    seen = pd.Timestamp(seen_at)
    people = people[people["created_at"] < seen]
    stage_dates = pd.concat(dates, ignore_index=True)
    stage_dates = stage_dates[stage_dates["entered_at"] < seen]
    deals = deals[deals["created_at"] < seen].copy()
    is_open = ~(deals["closed_at"] < seen)
    deals.loc[is_open, "closed_at"] = pd.NaT
    deals["stage"] = np.where(is_open, "Open", deals["stage_outcome"].str.capitalize())
    deals["stage_outcome"] = deals["stage_outcome"].where(~is_open, None)
    behind = pd.DataFrame({"deal": deals["id"], "person": "p" + deals["id"].str.slice(1)})
    return {"people": people, "people_stage_dates": stage_dates, "deals": deals, "deal_people": behind}


def _at(days: np.ndarray, hours: np.ndarray) -> pd.Series:
    never = ~np.isfinite(days)
    at = pd.Timestamp(NIGHT) + pd.to_timedelta(np.where(never, 0, days) * 24 + hours, unit="h")
    return pd.Series(at).where(~never, pd.NaT).astype("datetime64[us]")
