"""What if a rate, the deal, the calendar or the follow-ups change: the plan's chain on changed figures.

Here: the inputs of a plan, the levers that change them, and the volumes and reps that come of them. Not here: which
changes are tried each night (`scenarios`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from models.required_funnel import Step, carry_back, customers_needed
from models.required_reps import Ceilings, Effort, ceilings
from models.rounding import round_reps

# Lever → the field of Effort it sets.
EFFORT_LEVERS = {
    "capacity.mqls_per_rep_week": "mqls_per_rep_week",
    "capacity.touches_per_rep_week": "touches_per_rep_week",
    "capacity.call_attempts_per_sql": "call_attempts_per_sql",
    "capacity.emails_per_sql": "emails_per_sql",
    "capacity.open_sqls_per_rep": "open_sqls_per_rep",
}


class ImpossibleChangeError(Exception):
    """A change that no plan can be made of; the sentence names the lever, the value and the remedy."""


@dataclass(frozen=True)
class PlanInputs:
    """Every figure that the required volumes and reps are computed from."""

    revenue: float
    """to reach in the period, in the account's currency"""
    average_deal: float
    """mean of the won deals with a positive amount"""
    stages: tuple[str, ...]
    rates: tuple[float, ...]
    """share that reaches the next stage, one a step, 0..1"""
    effort: Effort
    worked_weeks: float
    """worked weeks of the period"""
    working_weeks: float = 47.0
    """worked weeks of a year; the period's are a share of them"""
    marketing_share: float = 1.0
    paying_share: float = 1.0
    deals_per_person: tuple[float, ...] = field(default=())
    """one a step; empty: 1 everywhere"""
    handover: str | None = "mql"
    rounding: str = "nearest"


@dataclass(frozen=True)
class PlanFigures:
    """What a plan asks for."""

    required_exact: dict[str, float]
    """records of each stage over the period"""
    mqls: float | None
    """of the handover stage over the period; None: the funnel has no handover"""
    mqls_per_week: float | None
    sqls_per_week: float | None
    ceilings: Ceilings
    reps_exact: float | None
    reps: int | None
    binding_constraint: str | None


def plan_figures(inputs: PlanInputs) -> PlanFigures:
    """Volumes and reps of a plan, by the functions that every night uses."""
    deals_each = inputs.deals_per_person or (1.0,) * len(inputs.rates)
    steps = [Step(rate, deals) for rate, deals in zip(inputs.rates, deals_each, strict=True)]
    customers = customers_needed(inputs.revenue, inputs.marketing_share, inputs.average_deal, inputs.paying_share)
    needed = dict(zip(inputs.stages, carry_back(customers, steps), strict=True))
    weeks = inputs.worked_weeks
    mqls, sqls = needed.get(inputs.handover or ""), needed.get("sql")
    mqls_per_week = mqls / weeks if mqls is not None and weeks else None
    sqls_per_week = sqls / weeks if sqls is not None and weeks else None
    asked = ceilings(mqls_per_week, sqls_per_week, inputs.effort)
    name, exact = asked.binding or (None, None)
    return PlanFigures(
        required_exact=needed,
        mqls=mqls,
        mqls_per_week=mqls_per_week,
        sqls_per_week=sqls_per_week,
        ceilings=asked,
        reps_exact=exact,
        reps=round_reps(exact, inputs.rounding) if exact is not None else None,
        binding_constraint=name,
    )


def levers(inputs: PlanInputs) -> list[str]:
    """The names of what can be changed in this plan, as `scenarios` and `sla whatif` take them."""
    return [
        *(f"conversion.{step}" for step in step_names(inputs.stages)),
        "average_deal",
        "target.revenue",
        "calendar.working_weeks",
        *EFFORT_LEVERS,
    ]


def step_names(stages: Sequence[str]) -> list[str]:
    """`mql_to_sql` and the like, in the order of the funnel."""
    return [f"{a}_to_{b}" for a, b in pairwise(stages)]


def value_of(inputs: PlanInputs, lever: str) -> float | None:
    """What a lever stands at; None where the plan does not use it. Raises ImpossibleChangeError for no lever."""
    if lever.startswith("conversion."):
        return inputs.rates[_step(inputs, lever)]
    if lever in EFFORT_LEVERS:
        found: float | None = getattr(inputs.effort, EFFORT_LEVERS[lever])
        return found
    plain = {
        "average_deal": inputs.average_deal,
        "target.revenue": inputs.revenue,
        "calendar.working_weeks": inputs.working_weeks,
    }
    if lever not in plain:
        raise ImpossibleChangeError(f"{lever}: is nothing that can be changed; use one of {', '.join(levers(inputs))}.")
    return plain[lever]


def changed(inputs: PlanInputs, changes: Mapping[str, float]) -> PlanInputs:
    """The inputs with levers set to new values.

    Raises ImpossibleChangeError for a lever that there is not, or a value that it cannot have.
    """
    for lever, value in changes.items():
        value_of(inputs, lever)
        _refuse_impossible(lever, value)
        if lever.startswith("conversion."):
            i = _step(inputs, lever)
            inputs = replace(inputs, rates=(*inputs.rates[:i], value, *inputs.rates[i + 1 :]))
        elif lever in EFFORT_LEVERS:
            inputs = replace(inputs, effort=replace(inputs.effort, **{EFFORT_LEVERS[lever]: value}))
        elif lever == "average_deal":
            inputs = replace(inputs, average_deal=value)
        elif lever == "target.revenue":
            inputs = replace(inputs, revenue=value)
        else:
            weeks = inputs.worked_weeks * value / inputs.working_weeks
            inputs = replace(inputs, working_weeks=value, worked_weeks=weeks)
    return inputs


def revenue_reached(now: PlanFigures, then: PlanFigures, revenue: float) -> float | None:
    """The revenue that tonight's MQLs and tonight's reps would bring under changed figures.

    The MQLs bring what they can become, or what the reps can carry of them, whichever is less. `revenue` is the
    changed plan's own. None where the funnel has no handover.
    """
    if now.mqls is None or not then.mqls:
        return None
    by_mqls = now.mqls / then.mqls
    if now.reps is None or not then.reps_exact:
        return revenue * by_mqls
    return revenue * min(by_mqls, now.reps / then.reps_exact)


def _step(inputs: PlanInputs, lever: str) -> int:
    names = step_names(inputs.stages)
    name = lever.removeprefix("conversion.")
    if name not in names:
        raise ImpossibleChangeError(f"{lever}: is no step of this funnel; its steps are {', '.join(names)}.")
    return names.index(name)


def _refuse_impossible(lever: str, value: float) -> None:
    if lever.startswith("conversion.") and not 0 < value <= 1:
        raise ImpossibleChangeError(f"{lever}: {value:g} is no rate; give a number above 0, up to 1.")
    may_be_zero = lever in ("capacity.call_attempts_per_sql", "capacity.emails_per_sql")
    if not (value >= 0 if may_be_zero else value > 0) or value == float("inf"):
        raise ImpossibleChangeError(f"{lever}: {value:g} is out of range; give a number above 0.")
