"""Tables whose rows are verdicts: each becomes a check in the UI, named for what it judges.

Here: which tables, and how their rows are read. Not here: any verdict; those are rows (`sql/`, `models/`).
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.table import Table
from pipelines.warehouse import tonight_only

# A check shows so many of its rows: Dagster keeps them for every night.
SHOWN_ROWS = 50


@dataclass(frozen=True)
class RowChecks:
    """How the rows of a table are checks."""

    names: dict[str, str]
    """the checks, each with what it asks"""
    name: str
    """the SQL of a row's check"""
    fails: str
    """the SQL of whether the row breaks its check"""
    is_error: str
    """the SQL of whether that stops the night; else it is a warning"""
    explanation: str
    """the column that says it in words"""
    shown: tuple[str, ...]
    """columns shown as metadata, of the rows that match `shows`"""
    shows: str
    order: str
    blocks: bool = True


@dataclass(frozen=True)
class Verdict:
    """How a check fared."""

    name: str
    passed: bool
    is_error: bool
    explanation: str
    rows: list[dict[str, Any]]


ROW_CHECKS = {
    "reporting.data_checks": RowChecks(
        names={
            "people_dropped": "No third of the people is gone since the last published night.",
            "deals_dropped": "No third of the deals is gone since the last published night.",
            "touches_dropped": "No third of the sales activities is gone since the last published night.",
            "unmapped_stages": "At most a tenth of the records stands in stages that are not mapped.",
            "silent_source": "No source is silent for three times as long as it ever was, a week at least.",
            "clock_skew": "At most 1 % of the records is dated after the moment they were read.",
            "rate_drift": "No rate moved beyond chance in four weeks.",
        },
        name="check_name",
        fails="not passed",
        is_error="severity = 'error'",
        explanation="explanation",
        shown=("measured", "allowed"),
        shows="true",
        order="check_name",
    ),
    "reporting.sla_gaps": RowChecks(
        names={
            "mql_volume": "Marketing delivers the MQLs it committed to.",
            "sql_rate": "As large a share of marketing's MQLs becomes SQLs as it committed to.",
            "mqls_worked": "Sales works the MQLs it committed to.",
            "sqls": "Sales makes the SQLs it committed to.",
            "win_rate": "Sales wins the share of opportunities it committed to.",
            "first_touch": "MQLs are touched within the hours that sales committed to.",
            "attempts": "Calls and e-mails are made as sales committed to.",
            "capacity": "The reps at work can carry the plan.",
            "feasibility": "The rest of the period can still bring what is missing.",
            "rate_drift": "The rates are still those of the agreed plan.",
            "average_deal": "The average deal is still that of the agreed plan.",
        },
        name="split_part(commitment, ':', 1)",
        fails="status = 'missed' and scope = 'whole' and period = 'to_date'",
        is_error="false",
        explanation="explanation",
        shown=(
            *("target", "scope", "segment", "owner_id", "period", "period_start", "period_end"),
            *("unit", "committed", "actual", "gap", "revenue_at_stake", "status"),
        ),
        shows="status in ('missed', 'at_risk')",
        order="case severity when 'critical' then 0 when 'warning' then 1 else 2 end, scope desc, period_start desc",
        blocks=False,
    ),
}


def verdicts(con: duckdb.DuckDBPyConnection, table: Table) -> list[Verdict]:
    """How each check of the table fared tonight; one without a row passes."""
    spec = ROW_CHECKS.get(table.key)
    if spec is None:
        return []
    listed = ", ".join((spec.name, spec.fails, spec.is_error, spec.explanation, spec.shows, *spec.shown))
    found = con.execute(f"select {listed} from {table.key} {tonight_only(table)} order by {spec.order}").fetchall()
    made = []
    for name in spec.names:
        rows = [r for r in found if r[0] == name]
        broken = [r for r in rows if r[1]]
        said = broken or rows
        shown = [dict(zip(spec.shown, map(_plain, r[5:]), strict=True)) for r in rows if r[4]]
        made.append(
            Verdict(
                name,
                passed=not broken,
                is_error=any(r[2] for r in broken),
                explanation=str(said[0][3] or "") if said else "Not computed tonight.",
                rows=shown[:SHOWN_ROWS],
            )
        )
    return made


def _plain(value: Any) -> str | int | float | bool | None:
    """What a table of Dagster's may hold."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
