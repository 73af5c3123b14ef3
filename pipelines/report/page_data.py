"""What the page shows: the rows of one published night, target by target.

Here: reading the published file. Not here: wording and looks (`page.html.j2`), charts (`charts`).
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.required_funnel import RequiredFunnel
from models.required_reps import RequiredReps
from pipelines.commands.gaps import WORST_FIRST
from pipelines.published_file import open_published, published_nights
from pipelines.published_plan import of_segment, rows_of

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class TargetPage:
    """One target's part of the page."""

    target: str
    funnel: list[RequiredFunnel]
    reps: RequiredReps
    weeks: Rows
    """of the handover stage: required and actual, week by week"""
    gaps: Rows
    """of scope whole and period to_date, worst first"""
    rates: list[ConversionRate]
    deal: AverageDeal | None
    forecast: Rows
    changes: Rows
    """plan_changes of the measure `required`"""


@dataclass(frozen=True)
class PageData:
    """Everything the page shows."""

    account: str
    night: date
    published_at: Any
    sources: str
    targets: list[TargetPage]
    scorecard: Rows = field(default_factory=list)
    quality: Rows = field(default_factory=list)


def read_page_data(path: Path, account: str, handover: str | None, night: date | None = None) -> PageData:
    """The rows of a published night, of the last one by default.

    Raises LookupError, with a plain sentence, where no night is published.
    """
    nights = published_nights(path)
    if not nights:
        raise LookupError(f"{account} has no published night yet; run: sla run --account {account}")
    as_of = night or nights[-1]
    with open_published(path) as con:
        run = _rows(
            con,
            "select finished_at, sources from runs where as_of = $1 and status = 'succeeded' order by started_at desc",
            as_of,
        )
        rates = rows_of(con, "conversion_rates", ConversionRate, as_of)
        deals = rows_of(con, "average_deal", AverageDeal, as_of)
        funnels = rows_of(con, "required_funnel", RequiredFunnel, as_of)
        reps = rows_of(con, "required_reps", RequiredReps, as_of)
        return PageData(
            account=account,
            night=as_of,
            published_at=run[0]["finished_at"] if run else None,
            sources=run[0]["sources"] if run else "",
            targets=[_target(con, r, funnels, rates, deals, handover) for r in _of_targets(reps)],
            scorecard=_rows(con, "from rep_scorecard where as_of = $1 order by mqls_received desc, name", as_of),
            quality=_rows(
                con, "from data_quality where as_of = $1 order by severity desc, records desc, finding", as_of
            ),
        )


def _of_targets(reps: list[RequiredReps]) -> list[RequiredReps]:
    """The rows of the targets themselves, the whole first, without each segment's share of a target."""
    whole = {r.target for r in reps if r.segment is None}
    own = [r for r in reps if r.segment is None or r.target not in whole]
    return sorted(own, key=lambda r: (r.segment is not None, r.segment or "", r.target))


def _target(
    con: duckdb.DuckDBPyConnection,
    reps: RequiredReps,
    funnels: list[RequiredFunnel],
    rates: list[ConversionRate],
    deals: list[AverageDeal],
    handover: str | None,
) -> TargetPage:
    as_of, target, segment = reps.as_of, reps.target, reps.segment

    def of_target(table: str, more: str = "") -> Rows:
        return _rows(
            con,
            f"from {table} where as_of = $1 and target = $2 and segment is not distinct from $3 {more}",
            as_of,
            target,
            segment,
        )

    return TargetPage(
        target=target,
        funnel=sorted((f for f in funnels if (f.target, f.segment) == (target, segment)), key=lambda f: f.position),
        reps=reps,
        weeks=[w for w in of_target("required_weekly", "order by week_no") if w["stage"] == handover],
        gaps=_rows(
            con,
            "from sla_gaps where as_of = $1 and target = $2 and scope = 'whole' and period = 'to_date'"
            f" order by {WORST_FIRST}",
            as_of,
            target,
        ),
        rates=of_segment(rates, segment),
        deal=next(iter(of_segment(deals, segment)), None),
        forecast=of_target("forecast"),
        changes=of_target("plan_changes", "and measure = 'required' order by abs(effect_on_mqls) desc, factor"),
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> Rows:
    answer = con.execute(sql, list(values))
    names = [d[0] for d in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
