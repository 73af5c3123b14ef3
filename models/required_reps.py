"""The table `required_reps`: how many reps the required volume takes.

Here: the three ceilings on what a rep can carry, and what a rounded team leaves undone. Not here: the volumes.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from models.night import Night, Stage
from models.required_funnel import IN_FORCE, RequiredFunnel
from models.rounding import ceil_whole, floor_whole, round_reps
from models.status import worst


@dataclass(frozen=True, slots=True)
class CapacityObserved:
    """What the sales team is seen to work with; one row, as `funnel.capacity_observed` counts it."""

    mql_rounds: Annotated[int, "entries into the handover stage over the lookback"]
    mqls: Annotated[int, "people who made them"]
    active_reps: Annotated[float, "reps, by their share of full time"]
    mean_weeks_sql_open: Annotated[float | None, "mean weeks an SQL stays open; NULL: not known"]
    call_attempts_per_sql: Annotated[float | None, "call attempts made on an SQL; NULL: not known"] = None
    emails_per_sql: Annotated[float | None, "e-mails sent to an SQL; NULL: not known"] = None

    @property
    def touches_per_sql(self) -> float | None:
        """Calls and e-mails that an SQL is seen to get; None: not known."""
        if self.call_attempts_per_sql is None or self.emails_per_sql is None:
            return None
        return self.call_attempts_per_sql + self.emails_per_sql


@dataclass(frozen=True, slots=True)
class RequiredReps:
    """How many full-time reps the required volume takes: three ceilings, and the largest need binds."""

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "target", "segment")
    CHECKS: ClassVar[tuple[str, ...]] = ("reps <= reps_to_cover and shortfall_mqls >= 0",)

    PLOTS: ClassVar[tuple[str, ...]] = (
        f"MQLs a week: sum(mqls_per_week) filter ({IN_FORCE})",
        f"reps exact: sum(reps_exact) filter ({IN_FORCE})",
        f"reps: sum(reps) filter ({IN_FORCE})",
        f"reps at work: max(active_reps) filter ({IN_FORCE})",
    )

    as_of: Annotated[date | None, "the day this night speaks for; NULL in the calculator"]
    target: Annotated[str, "the target's name"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    period_start: Annotated[date | None, "first day of the target's period"]
    period_end: Annotated[date | None, "last day of the target's period"]
    mqls_per_week: Annotated[float | None, "MQLs needed in a worked week; NULL: the funnel has no handover"]
    rounds_per_mql: Annotated[float, "times an MQL is handed over, counting those that came back"]
    sqls_per_week: Annotated[float | None, "SQLs needed in a worked week; NULL: the funnel has no SQL"]
    reps_by_mqls: Annotated[float | None, "reps for the MQLs a rep can take a week"]
    reps_by_touches: Annotated[float | None, "reps for the calls and e-mails a rep can make a week"]
    reps_by_open_sqls: Annotated[float | None, "reps for the open SQLs a rep can hold; NULL: no such ceiling is set"]
    reps_exact: Annotated[float | None, "the largest of the three"]
    reps: Annotated[int | None, "reps, rounded as capacity.rounding says"]
    reps_to_cover: Annotated[int | None, "reps that carry the whole volume: rounded up"]
    shortfall_mqls: Annotated[int | None, "MQLs of the period that `reps` reps cannot carry"]
    active_reps: Annotated[float | None, "reps at work, by their share of full time; NULL: not known"]
    gap: Annotated[float | None, "active_reps - reps; below 0: too few"]
    binding_constraint: Annotated[str | None, "what binds: mqls, touches or open_sqls"]
    status: Annotated[str, "the worst status of the volumes it rests on; not_mapped: the funnel has no handover"]


@dataclass(frozen=True)
class Effort:
    """What a rep can do in a week, and what an MQL and an SQL take."""

    mqls_per_rep_week: float
    touches_per_rep_week: float
    call_attempts_per_sql: float
    emails_per_sql: float
    open_sqls_per_rep: float | None = None
    rounds_per_mql: float = 1.0
    mean_weeks_sql_open: float | None = None


@dataclass(frozen=True)
class Ceilings:
    """Reps that each ceiling asks for; None where it does not apply."""

    mqls: float | None
    touches: float | None
    open_sqls: float | None

    @property
    def binding(self) -> tuple[str, float] | None:
        """The ceiling that asks for the most reps, and how many; None where none applies."""
        applying = [(n, v) for n in ("mqls", "touches", "open_sqls") if (v := getattr(self, n)) is not None]
        return max(applying, key=lambda c: c[1], default=None)


def ceilings(mqls_per_week: float | None, sqls_per_week: float | None, effort: Effort) -> Ceilings:
    """Reps, exact, for weekly volumes of MQLs and SQLs; None where a volume or a figure is not known."""
    by_mqls = by_touches = by_open = None
    if mqls_per_week is not None:
        by_mqls = mqls_per_week * effort.rounds_per_mql / effort.mqls_per_rep_week
    if sqls_per_week is not None:
        touches = effort.call_attempts_per_sql + effort.emails_per_sql
        by_touches = sqls_per_week * touches / effort.touches_per_rep_week
        if effort.open_sqls_per_rep is not None and effort.mean_weeks_sql_open is not None:
            by_open = sqls_per_week * effort.mean_weeks_sql_open / effort.open_sqls_per_rep
    return Ceilings(by_mqls, by_touches, by_open)


def shortfall(volume: float, reps_exact: float, reps: int) -> int:
    """Of a period's volume that takes `reps_exact` reps, the part that `reps` cannot carry, rounded up."""
    return ceil_whole(volume * max(0.0, 1.0 - reps / reps_exact)) if reps_exact else 0


@dataclass(frozen=True)
class Carried:
    """What a whole number of reps brings of what the target asks for."""

    mqls: int
    """MQLs of the period they can take, rounded down"""
    customers: int
    """customers that come of these, rounded down"""
    revenue: float
    """revenue that comes of these"""


def carried_by(reps: RequiredReps, mqls: float, customers: float, revenue: float) -> Carried | None:
    """What `reps.reps` reps bring where the target takes `mqls`, `customers` and `revenue`; None: not known."""
    if not reps.reps_exact or reps.reps is None:
        return None
    share = min(1.0, reps.reps / reps.reps_exact)
    return Carried(floor_whole(mqls * share), floor_whole(customers * share), revenue * share)


def required_reps(
    night: Night,
    stages: list[Stage],
    required_funnel: list[RequiredFunnel],
    capacity_observed: CapacityObserved,
) -> list[RequiredReps]:
    """A row for each target, and for each segment of it that is handed over to sales."""
    seen = capacity_observed
    effort = Effort(
        mqls_per_rep_week=night.mqls_per_rep_week,
        touches_per_rep_week=night.touches_per_rep_week,
        call_attempts_per_sql=night.call_attempts_per_sql,
        emails_per_sql=night.emails_per_sql,
        open_sqls_per_rep=night.open_sqls_per_rep,
        rounds_per_mql=seen.mql_rounds / seen.mqls if seen.mqls else 1.0,
        mean_weeks_sql_open=seen.mean_weeks_sql_open,
    )
    handover = next((s.stage for s in stages if s.is_handover), None)
    targets = dict.fromkeys((r.target, r.segment) for r in required_funnel)
    rows = []
    for target, segment in targets:
        needs = {r.stage: r for r in required_funnel if (r.target, r.segment) == (target, segment)}
        is_part = segment is not None and (target, None) in targets
        if is_part and handover not in needs:
            continue
        # Reps known from nowhere are not none; and who works on which segment is not known.
        active = None if is_part else seen.active_reps or None
        rows.append(reps_row(needs, handover, effort, night.rounding, active))
    return rows


def reps_row(
    needs: dict[str, RequiredFunnel],
    handover: str | None,
    effort: Effort,
    rounding: str,
    active_reps: float | None,
) -> RequiredReps:
    """The row for one target; `needs` holds its required_funnel rows by stage."""
    first = next(iter(needs.values()))
    mql, sql = needs.get(handover or ""), needs.get("sql")
    mqls, sqls = (mql.per_week if mql else None), (sql.per_week if sql else None)
    asked = ceilings(mqls, sqls, effort)
    binding = asked.binding
    exact = binding[1] if binding else None
    reps = round_reps(exact, rounding) if exact is not None else None
    return RequiredReps(
        as_of=first.as_of,
        target=first.target,
        segment=first.segment,
        period_start=first.period_start,
        period_end=first.period_end,
        mqls_per_week=mqls,
        rounds_per_mql=effort.rounds_per_mql,
        sqls_per_week=sqls,
        reps_by_mqls=asked.mqls,
        reps_by_touches=asked.touches,
        reps_by_open_sqls=asked.open_sqls,
        reps_exact=exact,
        reps=reps,
        reps_to_cover=ceil_whole(exact) if exact is not None else None,
        shortfall_mqls=shortfall(mql.required_exact, exact, reps)
        if mql and exact is not None and reps is not None
        else None,
        active_reps=active_reps,
        gap=active_reps - reps if active_reps is not None and reps is not None else None,
        binding_constraint=binding[0] if binding else None,
        status=worst(n.status for n in (mql, sql) if n) if binding else "not_mapped",
    )
