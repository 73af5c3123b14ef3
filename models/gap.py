"""A row of the table `sla_gaps`, and how a figure is judged.

Here: the columns, the statuses and the severity. Not here: which commitments there are (`sla_gaps`, `plan_gaps`).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class SlaGap:
    """A commitment of marketing, of sales or of the plan beside what came of it by the night; more is always better.

    Volumes are judged against what is due, by the terms in force on the first day of each week; promises against
    those that fell due. `to_date` with scope `whole` is what counts; the others say where a gap comes from.
    """

    GRAIN: ClassVar[tuple[str, ...]] = (
        "as_of", "target", "side", "commitment", "scope", "segment", "owner_id", "period", "period_start",
    )  # fmt: skip
    CHECKS: ClassVar[tuple[str, ...]] = (
        "status in ('met', 'at_risk', 'missed', 'not_computable')",
        "status = 'not_computable' or actual is not null and committed is not null",
        "severity in ('info', 'warning', 'critical')",
    )

    as_of: Annotated[date, "the day this night speaks for"]
    target: Annotated[str, "the target's name"]
    side: Annotated[str, "who owes it: marketing or sales; plan: nobody, the plan itself"]
    commitment: Annotated[
        str,
        "mql_volume, sql_rate, mqls_worked, sqls, win_rate, first_touch, attempts; of the plan: capacity, feasibility, "
        "rate_drift:<step>, average_deal",
    ]
    scope: Annotated[str, "whole (all that the target is for), segment or owner"]
    segment: Annotated[str | None, "the segment; NULL: no segment"]
    owner_id: Annotated[str | None, "the owner; NULL: everyone"]
    period: Annotated[str, "week, month or to_date"]
    period_start: Annotated[date, "its first day"]
    period_end: Annotated[date, "its last day; of to_date, the last day judged"]
    unit: Annotated[str, "what committed and actual count: MQLs, SQLs, share, reps or money"]
    committed: Annotated[float | None, "what was due by the night; NULL: not computable"]
    actual: Annotated[float | None, "what came of it; NULL: not computable"]
    gap: Annotated[float | None, "actual - committed; below 0: behind"]
    gap_share: Annotated[float | None, "gap / committed; NULL: nothing was due"]
    revenue_at_stake: Annotated[
        float | None,
        "its part of the forecast's revenue shortfall, in the account's currency; below 0: a gain; NULL: none proven",
    ]
    status: Annotated[str, "met, at_risk, missed or not_computable"]
    severity: Annotated[str, "critical (missed, whole, to date), warning (at risk, or missed elsewhere) or info"]
    explanation: Annotated[str, "the gap in one sentence"]


def judged(actual: float | None, committed: float | None, at_risk: float) -> str:
    """met: actual ≥ committed; at_risk: ≥ at_risk × committed; missed: below; not_computable without either."""
    if actual is None or committed is None:
        return "not_computable"
    tolerance = 1e-9 * max(1.0, abs(committed))
    if actual >= committed - tolerance:
        return "met"
    return "at_risk" if actual >= at_risk * committed - tolerance else "missed"


def severity(status: str, scope: str, period: str) -> str:
    """How loud a row is: critical where it ends `sla run --fail-on-gap`."""
    if status == "missed":
        return "critical" if scope == "whole" and period == "to_date" else "warning"
    return "warning" if status == "at_risk" else "info"


def filled(row: SlaGap, committed: float | None, actual: float | None, status: str, explanation: str) -> SlaGap:
    """The row with its figures; the gap follows from them."""
    gap = actual - committed if actual is not None and committed is not None else None
    return replace(
        row,
        committed=committed,
        actual=actual,
        gap=gap,
        gap_share=gap / committed if gap is not None and committed else None,
        status=status,
        severity=severity(status, row.scope, row.period),
        explanation=explanation,
    )
