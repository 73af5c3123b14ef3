"""The company as a DuckDB database: schema `company` is everything that happened or will, `visible` what its CRM shows.

Here: running the SQL beside this file. Not here: what is drawn (truths.py, the .sql files), or any export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import exp
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from connectors.sandbox.company.truths import Truths, truths_of

SQL = Path(__file__).parent

# The order in which the tables are drawn; each reads those before it.
DRAWN = (
    "owners",
    "people",
    "journeys",
    "deals",
    "deal_moves",
    "person_moves",
    "person_outcomes",
    "person_owners",
    "deal_people",
    "deal_owners",
    "touches",
    "exchange_rates",
    "stages",
)

# A Monday. A person is the n-th since then, so that the company of the next day is the same with one day more.
EPOCH = date(2000, 1, 3)
HISTORY_DAYS = 728
CYCLE_DAYS = 364
SPELL_DAYS = 364

# People who arrive, by day of the week and by week of the year's 52, in any unit.
WEEKDAYS = (18, 20, 20, 18, 14, 5, 5)
SEASON = (*(10,) * 2, *(12,) * 11, *(11,) * 11, *(9,) * 3, *(7,) * 5, *(10,) * 2, *(13,) * 14, *(9,) * 2, *(6,) * 2)

CONFIG: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@dataclass(frozen=True)
class Company:
    """A simulated company and the database that holds it."""

    con: duckdb.DuckDBPyConnection
    people: int
    seed: int
    timezone: str
    ends_on: date
    truths: Truths

    @classmethod
    @contextmanager
    def generate(
        cls,
        path: Path | None,
        *,
        people: int,
        seed: int,
        timezone: str = "UTC",
        ends_on: date,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Iterator[Company]:
        """The company with `people` people created in the 104 weeks up to `ends_on`, for the time of the block.

        In a new database at `path`, or in memory. `timezone` decides its days and working hours. `progress` is
        called with the name of each table that is about to be drawn.
        """
        spill = {} if path is None else {"temp_directory": f"{path}.spill"}
        with duckdb.connect(config=CONFIG | spill) as con:
            if path is not None:
                # Under a name of our own: a database called as one of its schemas is ambiguous.
                con.execute(f"attach {_literal(str(path))} as simulation")
                con.execute("use simulation")
            con.execute("set timezone = 'UTC'")
            con.execute("set preserve_insertion_order = false")
            company = cls(con, people, seed, timezone, ends_on, truths_of(people))
            company._draw(progress)
            yield company

    def view(self, at: datetime) -> None:
        """Make the schema `visible`: the company's tables as its CRM stood just before the UTC instant `at`."""
        _run(self.con, "visible.sql", {"at": at.isoformat(sep=" "), "zone": self.timezone})

    def midnight_after(self, day: date) -> datetime:
        """The UTC instant that ends `day`."""
        start = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(self.timezone))
        return start.astimezone(UTC).replace(tzinfo=None)

    def _draw(self, progress: Callable[[str], None]) -> None:
        self.con.execute("create schema company")
        _run(self.con, "chance.sql", {"seed": str(self.seed), "zone": self.timezone, "epoch": EPOCH.isoformat()})
        self._write_truths()
        for table in DRAWN:
            progress(table)
            _run(self.con, f"{table}.sql", {"zone": self.timezone})
        for table in ("arrivals", "clock_changes", "sources", "efforts", "tails", "currencies", "journeys", "plain"):
            self.con.execute(f"drop table if exists drawn.{table}")

    def _write_truths(self) -> None:
        con, truths = self.con, self.truths
        con.execute("create schema drawn")
        _table(con, "arrivals", "day date, first_no bigint, next_no bigint", self._arrivals())
        _table(con, "clock_changes", "change_at timestamp", [(c,) for c in self._clock_changes()])
        below, rows = 0.0, []
        for s in truths.sources:
            rows.append((s.name, below, below + s.share, s.mql_to_sql))
            below += s.share
        _table(con, "sources", "name varchar, above double, below double, mql_to_sql double", rows)
        efforts = [(e.slot, e.response_median_hours, e.response_sigma, e.touched_share) for e in truths.reps]
        _table(con, "efforts", "slot bigint, median_hours double, sigma double, touched_share double", efforts)
        tails = [
            (e.slot, kind, k, p)
            for e in truths.reps
            for kind, mean in (("call", e.calls_per_sql), ("email", e.emails_per_sql))
            for k, p in _poisson_tails(mean)
        ]
        _table(con, "tails", "slot bigint, kind varchar, attempt bigint, share double", tails)
        below, money = 0.0, []
        for code, share, rate in truths.currencies:
            money.append((code, below, below + share, rate))
            below += share
        _table(con, "currencies", "code varchar, above double, below double, rate double", money)
        one = {
            "reps": len(truths.reps),
            **{k: v for k, v in vars(truths).items() if isinstance(v, float)},
            "sales_source": truths.sales_source,
            "import_source": truths.import_source,
            **{
                f"{k}_{part}": value
                for k, v in vars(truths).items()
                if k.startswith("to_")
                for part, value in (("median", v.median_days), ("sigma", v.sigma))
            },
        }
        for name, value in one.items():
            con.execute(f"set variable {name} = {_literal(value)}")
        con.execute(f"set variable ends_on = date '{self.ends_on.isoformat()}'")

    def _arrivals(self) -> list[tuple[date, int, int]]:
        """Each day of the history with the first of its people and the first of the next day's."""
        first = self.ends_on - timedelta(days=HISTORY_DAYS - 1)
        days = [first + timedelta(days=i) for i in range(HISTORY_DAYS)]
        return [(d, self._people_before(d), self._people_before(d + timedelta(days=1))) for d in days]

    def _people_before(self, day: date) -> int:
        cycle, place = divmod((day - EPOCH).days, CYCLE_DAYS)
        weights = [SEASON[i // 7] * WEEKDAYS[i % 7] for i in range(CYCLE_DAYS)]
        return self.people * (cycle * sum(weights) + sum(weights[:place])) // (2 * sum(weights))

    def _clock_changes(self) -> list[datetime]:
        """The UTC instants around the history at which the company's clocks are changed."""
        zone, changes = ZoneInfo(self.timezone), []
        hour = datetime.combine(self.ends_on, time(), tzinfo=UTC) - timedelta(days=HISTORY_DAYS)
        for _ in range((HISTORY_DAYS + CYCLE_DAYS) * 24):
            following = hour + timedelta(hours=1)
            if hour.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
                changes.append(following.replace(tzinfo=None))
            hour = following
        return changes


def _poisson_tails(mean: float) -> list[tuple[int, float]]:
    """k → the probability of at least k, up to eight."""
    tails, below, term = [], 0.0, exp(-mean)
    for k in range(1, 9):
        below += term
        term *= mean / k
        tails.append((k, 1 - below))
    return tails


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    con.execute(f"create table drawn.{name} ({columns})")
    if rows:
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in rows)
        con.execute(f"insert into drawn.{name} values {marks}", [v for row in rows for v in row])


def _run(con: duckdb.DuckDBPyConnection, file: str, words: dict[str, str]) -> None:
    sql = (SQL / file).read_text(encoding="utf-8")
    for word, value in words.items():
        sql = sql.replace("{" + word + "}", value)
    con.execute(sql)
