"""A published plan read back: its rows, and the inputs they were computed from.

Here: reading. Not here: the chain (models/what_if), or what a change does to the rows (models/changed_plan).
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from models.average_deal import AverageDeal
from models.calculator import PlanTables
from models.conversion_rates import ConversionRate
from models.night import Target
from models.open_night import open_night
from models.required_funnel import RequiredFunnel
from models.required_reps import RequiredReps
from models.required_weekly import RequiredWeekly
from models.scenarios import paying_share_of, plan_inputs
from models.settings.account import AccountSettings
from models.what_if import PlanInputs, plan_figures
from pipelines.published_file import open_published, published_nights

Row = TypeVar("Row")
Measured = TypeVar("Measured", AverageDeal, ConversionRate)

# The rows were rounded to doubles on their way; the settings differ from those of the night beyond that.
SAME = 1e-6


@dataclass(frozen=True)
class PublishedPlan:
    """One target's plan of the last published night."""

    tables: PlanTables
    inputs: PlanInputs


def published_plan(path: Path, account: str, settings: AccountSettings, target: str | None) -> PublishedPlan:
    """The plan of a target in the last published night, of the only one by default.

    Raises LookupError, with a plain sentence, for a target that is not there, or settings that are no longer those
    of the night.
    """
    night_day = published_nights(path)[-1]
    with open_published(path) as con:
        funnel = rows_of(con, "required_funnel", RequiredFunnel, night_day)
        reps = rows_of(con, "required_reps", RequiredReps, night_day)
        weekly = rows_of(con, "required_weekly", RequiredWeekly, night_day)
        deals = rows_of(con, "average_deal", AverageDeal, night_day)
    opened = open_night(
        account, settings, now=datetime.now(UTC), as_of=night_day, full_refresh=False, earlier_cut_off_at=None
    )
    chosen = _chosen(opened.targets, {r.target for r in reps}, target)
    scope = (chosen.target, chosen.segment)
    own = PlanTables(
        sorted((f for f in funnel if (f.target, f.segment) == scope), key=lambda f: f.position),
        [r for r in reps if (r.target, r.segment) == scope],
        [w for w in weekly if (w.target, w.segment) == scope],
    )
    row = own.required_reps[0]
    weeks_open = None
    if row.reps_by_open_sqls is not None and row.sqls_per_week and opened.night.open_sqls_per_rep:
        weeks_open = row.reps_by_open_sqls * opened.night.open_sqls_per_rep / row.sqls_per_week
    paying = paying_share_of(deals, chosen.segment)
    inputs = plan_inputs(opened.night, chosen, own.required_funnel, paying, row.rounds_per_mql, weeks_open)
    exact = plan_figures(inputs).reps_exact
    if (exact is None) != (row.reps_exact is None) or abs((exact or 0) - (row.reps_exact or 0)) > SAME:
        raise LookupError(
            f"The settings of {account} have changed since its last published night; run: sla run --account {account}"
        )
    return PublishedPlan(own, inputs)


def _chosen(targets: list[Target], published: set[str], name: str | None) -> Target:
    known = [t for t in targets if t.target in published]
    names = ", ".join(t.target for t in known)
    if name is None and len(known) == 1:
        return known[0]
    if name is None:
        raise LookupError(f"--target: which one? The last published night has {names or 'none of the settings'}.")
    found = next((t for t in known if t.target == name), None)
    if found is None:
        raise LookupError(f"--target: there is no target {name}; the last published night has {names}.")
    return found


def rows_of(con: duckdb.DuckDBPyConnection, table: str, row: type[Row], night: Any) -> list[Row]:
    """A night's rows of a published table as instances of the dataclass `row`, in order."""
    listed = ", ".join(f'"{f.name}"' for f in fields(row))  # type: ignore[arg-type]
    found = con.execute(f"select {listed} from {table} where as_of = $1 order by rowid", [night]).fetchall()
    return [row(*values) for values in found]


def of_segment(rows: list[Measured], segment: str | None) -> list[Measured]:
    """The segment's own rows; those of the whole where it has none, as the plan takes them."""
    return [r for r in rows if r.segment == segment] or [r for r in rows if r.segment is None]
