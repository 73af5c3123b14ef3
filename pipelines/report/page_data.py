"""What the page shows: the rows of one published night, target by target.

Here: reading the published file. Not here: wording and looks (`page.html.j2`), charts (`charts`).
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.commands.gaps import WORST_FIRST
from pipelines.published_file import open_published, published_nights

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class TargetPage:
    """One target's part of the page."""

    target: str
    funnel: Rows
    reps: dict[str, Any]
    weeks: Rows
    """of the handover stage: required and actual, week by week"""
    gaps: Rows
    """of scope whole and period to_date, worst first"""
    rates: Rows
    deal: dict[str, Any] | None
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
    to_call: int = 0
    """MQLs whose first touch is missed or open"""


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
        reps = _rows(con, "from required_reps where as_of = $1 order by segment nulls first, target", as_of)
        return PageData(
            account=account,
            night=as_of,
            published_at=run[0]["finished_at"] if run else None,
            sources=run[0]["sources"] if run else "",
            targets=[_target(con, as_of, r, handover) for r in reps if _is_a_target(con, r)],
            scorecard=_rows(con, "from rep_scorecard where as_of = $1 order by mqls_received desc, name", as_of),
            quality=_rows(
                con, "from data_quality where as_of = $1 order by severity desc, records desc, finding", as_of
            ),
            to_call=_count(
                con,
                "select count(*) from mql_follow_up where first_touch_at is null and first_touch_status <> 'not_owed'",
            ),
        )


def _is_a_target(con: duckdb.DuckDBPyConnection, reps: dict[str, Any]) -> bool:
    """Whether the row is a target's own rather than a segment's share of it."""
    whole = con.execute(
        "select count(*) from required_reps where as_of = $1 and target = $2 and segment is null",
        [reps["as_of"], reps["target"]],
    ).fetchall()[0][0]
    return reps["segment"] is None or not whole


def _target(con: duckdb.DuckDBPyConnection, as_of: date, reps: dict[str, Any], handover: str | None) -> TargetPage:
    target, segment = reps["target"], reps["segment"]

    def of_target(table: str, more: str = "") -> Rows:
        return _rows(
            con,
            f"from {table} where as_of = $1 and target = $2 and segment is not distinct from $3 {more}",
            as_of,
            target,
            segment,
        )

    def of_segment(table: str) -> Rows:
        own = _rows(con, f"from {table} where as_of = $1 and segment is not distinct from $2", as_of, segment)
        return own or _rows(con, f"from {table} where as_of = $1 and segment is null", as_of)

    return TargetPage(
        target=target,
        funnel=of_target("required_funnel", "order by position"),
        reps=reps,
        weeks=[w for w in of_target("required_weekly", "order by week_no") if w["stage"] == handover],
        gaps=_rows(
            con,
            "from sla_gaps where as_of = $1 and target = $2 and scope = 'whole' and period = 'to_date'"
            f" order by {WORST_FIRST}",
            as_of,
            target,
        ),
        rates=of_segment("conversion_rates"),
        deal=next(iter(of_segment("average_deal")), None),
        forecast=of_target("forecast"),
        changes=of_target("plan_changes", "and measure = 'required' order by abs(effect_on_mqls) desc, factor"),
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> Rows:
    answer = con.execute(sql, list(values))
    names = [d[0] for d in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])
