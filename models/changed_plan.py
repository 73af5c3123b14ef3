"""The rows of a published plan with other figures: what a change does to required_funnel, _reps and _weekly.

Here: carrying a change into rows. Not here: the chain itself (`what_if`).
"""

from collections.abc import Sequence
from dataclasses import replace

from models.calculator import PlanTables
from models.required_funnel import RequiredFunnel
from models.required_reps import reps_row
from models.required_weekly import RequiredWeekly
from models.rounding import ceil_whole, spread
from models.what_if import PlanInputs, plan_figures


def changed_plan(current: PlanTables, inputs: PlanInputs) -> PlanTables:
    """The rows of one target's plan on changed inputs.

    What was delivered and agreed stays; columns that rest on how open records will turn out, or on the spread of the
    measured rates, are None: a typed figure has neither.
    """
    figures = plan_figures(inputs)
    funnel = [_funnel_row(row, inputs, figures.required_exact[row.stage]) for row in current.required_funnel]
    was = current.required_reps[0]
    reps = reps_row({r.stage: r for r in funnel}, inputs.handover, inputs.effort, inputs.rounding, was.active_reps)
    return PlanTables(funnel, [reps], _weekly_rows(current.required_weekly, funnel))


def _funnel_row(row: RequiredFunnel, inputs: PlanInputs, exact: float) -> RequiredFunnel:
    i = inputs.stages.index(row.stage)
    due = row.due_to_date
    return replace(
        row,
        rate_to_next=inputs.rates[i] if i < len(inputs.rates) else None,
        required=ceil_whole(exact),
        required_exact=exact,
        per_week=exact / inputs.worked_weeks if inputs.worked_weeks else None,
        required_safe=None,
        due_to_date=due * exact / row.required_exact if due is not None else None,
        expected_from_open=None,
        remaining_exact=None,
        remaining_per_week=None,
        last_useful_week=None,
    )


def _weekly_rows(weekly: Sequence[RequiredWeekly], funnel: Sequence[RequiredFunnel]) -> list[RequiredWeekly]:
    rows = []
    for need in funnel:
        weeks = sorted((w for w in weekly if w.stage == need.stage), key=lambda w: w.week_no)
        parts = spread(need.required, [float(w.working_days or 0) for w in weeks]) if weeks else []
        rows += [replace(w, required=part, needed=None) for w, part in zip(weeks, parts, strict=True)]
    return rows
