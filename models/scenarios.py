"""The table `scenarios`: what the plan would ask for if one thing changed, each thing in turn.

Here: which changes are tried every night, and the value at which one more rep is needed. Not here: the chain itself
(`what_if`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from models.average_deal import AverageDeal
from models.night import Night, ScenarioChange, Target
from models.required_funnel import RequiredFunnel
from models.required_reps import CapacityObserved, Effort, RequiredReps
from models.what_if import PlanFigures, PlanInputs, changed, plan_figures, revenue_reached, step_names, value_of

ONE_POINT, A_TENTH, ONE_FOLLOW_UP = 0.01, 0.10, 1.0
AS_OBSERVED = "follow-ups as observed"
BISECTIONS = 60


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the plan would ask for if one figure, or the figures of a named scenario, were another.

    The row `tonight` is the plan as it stands. `one more rep` is the value at which the plan asks for another rep.
    `follow-ups as observed` is the plan with the calls and e-mails that an SQL is seen to get, in place of the assumed;
    a scenario of that name in the settings takes its place.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "target", "scenario")
    CHECKS: ClassVar[tuple[str, ...]] = ("mqls_required > 0 and reps >= 0",)

    as_of: Annotated[date, "the day this night speaks for"]
    target: Annotated[str, "the target's name"]
    scenario: Annotated[str, "tonight, a lever with its change, or the name given in the settings"]
    lever: Annotated[str | None, "what is changed, as sla whatif takes it; NULL: nothing, or several things"]
    change: Annotated[str | None, "how: +1 point, -10 %, +1, = value, or one more rep"]
    mqls_required: Annotated[float | None, "MQLs over the whole period, exact; NULL: the funnel has no handover"]
    mqls_per_week: Annotated[float | None, "the same, in a worked week"]
    reps_exact: Annotated[float | None, "full-time reps, exact"]
    reps: Annotated[int | None, "reps, rounded as capacity.rounding says"]
    binding_constraint: Annotated[str | None, "what binds then: mqls, touches or open_sqls"]
    revenue_reached: Annotated[float | None, "what tonight's required MQLs and reps would bring then"]
    status: Annotated[str, "that of the plan it starts from"]


def plan_inputs(
    night: Night,
    target: Target,
    funnel: list[RequiredFunnel],
    paying_share: float,
    rounds_per_mql: float,
    mean_weeks_sql_open: float | None,
) -> PlanInputs:
    """The inputs of a published plan; `funnel` holds the target's rows of required_funnel, in order."""
    customers = funnel[-1].required_exact
    mql = next((f for f in funnel if f.per_week), None)
    return PlanInputs(
        revenue=target.revenue,
        average_deal=target.revenue * target.marketing_share / (customers * paying_share),
        stages=tuple(f.stage for f in funnel),
        rates=tuple(f.rate_to_next for f in funnel if f.rate_to_next is not None),
        deals_per_person=tuple(f.deals_per_person for f in funnel[:-1]),
        effort=Effort(
            mqls_per_rep_week=night.mqls_per_rep_week,
            touches_per_rep_week=night.touches_per_rep_week,
            call_attempts_per_sql=night.call_attempts_per_sql,
            emails_per_sql=night.emails_per_sql,
            open_sqls_per_rep=night.open_sqls_per_rep,
            rounds_per_mql=rounds_per_mql,
            mean_weeks_sql_open=mean_weeks_sql_open,
        ),
        worked_weeks=mql.required_exact / mql.per_week if mql and mql.per_week else 0.0,
        working_weeks=night.working_weeks,
        marketing_share=target.marketing_share,
        paying_share=paying_share,
        handover=night.handover,
        rounding=night.rounding,
    )


def scenarios(
    night: Night,
    targets: list[Target],
    scenario_changes: list[ScenarioChange],
    average_deal: list[AverageDeal],
    required_funnel: list[RequiredFunnel],
    required_reps: list[RequiredReps],
    capacity_observed: CapacityObserved,
) -> list[Scenario]:
    """The rows of every target: tonight, each lever up and down, the next rep's threshold, named scenarios."""
    rows: list[Scenario] = []
    for target in targets:
        scope = (target.target, target.segment)
        funnel = sorted((f for f in required_funnel if (f.target, f.segment) == scope), key=lambda f: f.position)
        reps = next(r for r in required_reps if (r.target, r.segment) == scope)
        inputs = plan_inputs(
            night,
            target,
            funnel,
            paying_share_of(average_deal, target.segment),
            reps.rounds_per_mql,
            capacity_observed.mean_weeks_sql_open,
        )
        rows += _rows_of(night, target, inputs, reps.status, _as_observed(capacity_observed) | _named(scenario_changes))
    return rows


def paying_share_of(average_deal: list[AverageDeal], segment: str | None) -> float:
    """The paying share that the plan of a segment rests on; 1 where the average deal is assumed."""
    deals = {a.segment: a for a in average_deal}
    deal = deals.get(segment) or deals.get(None)
    return deal.paying_share if deal is not None and deal.mean and deal.paying_share else 1.0


def _as_observed(seen: CapacityObserved) -> dict[str, dict[str, float]]:
    """The scenario of the effort that sales is seen to make; none where no attempt is known."""
    if seen.call_attempts_per_sql is None or seen.emails_per_sql is None:
        return {}
    follow_ups = {
        "capacity.call_attempts_per_sql": seen.call_attempts_per_sql,
        "capacity.emails_per_sql": seen.emails_per_sql,
    }
    return {AS_OBSERVED: follow_ups}


def _named(changes: list[ScenarioChange]) -> dict[str, dict[str, float]]:
    named: dict[str, dict[str, float]] = {}
    for change in changes:
        named.setdefault(change.scenario, {})[change.lever] = change.value
    return named


def _rows_of(
    night: Night, target: Target, inputs: PlanInputs, status: str, named: Mapping[str, Mapping[str, float]]
) -> Iterator[Scenario]:
    now = plan_figures(inputs)

    def row(scenario: str, lever: str | None, change: str | None, changes: Mapping[str, float]) -> Scenario:
        then_inputs = changed(inputs, changes)
        then = plan_figures(then_inputs)
        return Scenario(
            as_of=night.as_of,
            target=target.target,
            scenario=scenario,
            lever=lever,
            change=change,
            mqls_required=then.mqls,
            mqls_per_week=then.mqls_per_week,
            reps_exact=then.reps_exact,
            reps=then.reps,
            binding_constraint=then.binding_constraint,
            revenue_reached=revenue_reached(now, then, then_inputs.revenue),
            status=status,
        )

    yield row("tonight", None, None, {})
    for lever, change, value in _tried(inputs):
        yield row(f"{lever} {change}", lever, change, {lever: value})
    for lever in _levers_tried(inputs):
        value_there = next_rep_at(inputs, now, lever)
        if value_there is not None:
            yield row(f"{lever} one more rep", lever, f"= {value_there:.4g}: one more rep", {lever: value_there})
    for name, changes in named.items():
        only = next(iter(changes)) if len(changes) == 1 else None
        said = ", ".join(f"{lever} = {value:g}" for lever, value in changes.items())
        yield row(name, only, said, changes)


def _levers_tried(inputs: PlanInputs) -> list[str]:
    follow_ups = ["capacity.call_attempts_per_sql", "capacity.emails_per_sql"]
    steps = [f"conversion.{step}" for step in step_names(inputs.stages)]
    return [*steps, "average_deal", *follow_ups]


def _tried(inputs: PlanInputs) -> Iterator[tuple[str, str, float]]:
    """Each lever with its changes: rates by a point and a tenth, the deal by a tenth, follow-ups by one."""
    for lever in _levers_tried(inputs):
        stands_at = value_of(inputs, lever) or 0.0
        moves: list[tuple[str, float]]
        if lever.startswith("conversion."):
            moves = [
                ("+1 point", stands_at + ONE_POINT),
                ("-1 point", stands_at - ONE_POINT),
                ("+10 %", stands_at * (1 + A_TENTH)),
                ("-10 %", stands_at * (1 - A_TENTH)),
            ]
            moves = [(said, value) for said, value in moves if 0 < value <= 1]
        elif lever == "average_deal":
            moves = [("+10 %", stands_at * (1 + A_TENTH)), ("-10 %", stands_at * (1 - A_TENTH))]
        else:
            moves = [("+1", stands_at + ONE_FOLLOW_UP), ("-1", stands_at - ONE_FOLLOW_UP)]
            moves = [(said, value) for said, value in moves if value >= 0]
        for said, value in moves:
            yield lever, said, value


def next_rep_at(inputs: PlanInputs, now: PlanFigures, lever: str) -> float | None:
    """The value of a lever at which the plan asks for one rep more; None where no value of it does.

    Rates and the deal are lowered, follow-ups raised, until the rounded reps step up; found by bisection.
    """
    stands_at = value_of(inputs, lever)
    if now.reps is None or stands_at is None:
        return None
    raises = lever in ("capacity.call_attempts_per_sql", "capacity.emails_per_sql")
    far = max(1.0, stands_at) * 1000 if raises else stands_at / 1000

    def asks_for_more(value: float) -> bool:
        reps = plan_figures(changed(inputs, {lever: value})).reps
        return reps is not None and now.reps is not None and reps > now.reps

    if not asks_for_more(far):
        return None
    near = stands_at
    for _ in range(BISECTIONS):
        middle = (near + far) / 2
        if asks_for_more(middle):
            far = middle
        else:
            near = middle
    return far
