"""`sla plan`: the calculator, without a CRM."""

from datetime import date
from itertools import pairwise
from typing import Any, get_args

import click

from pipelines.commands.choices import BadInput, Day, Number, formatted

STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
STEPS = [f"{a}_to_{b}" for a, b in pairwise(STAGES)]

RATE = Number(0, 1, min_open=True)
POSITIVE = Number(0, min_open=True)


def _step_options(command: Any) -> Any:
    for step in reversed(STEPS):
        option = "--" + step.replace("_", "-")
        command = click.option(option, type=RATE, metavar="RATE", help=f"Share of {step.replace('_', ' ')}.")(command)
    return command


@click.command(
    name="plan",
    short_help="The calculator: typed figures in, required volumes and reps out.",
    epilog="Example: sla plan --target 100000 --average-deal 1000 --conversion 0.5 --call-attempts 3",
)
@click.option("--target", type=POSITIVE, required=True, help="Revenue to reach in the period.")
@click.option("--average-deal", type=POSITIVE, required=True, help="Mean revenue of a won deal.")
@click.option("--conversion", type=RATE, required=True, help="Rate of every step, 0..1, unless given below.")
@_step_options
@click.option("--marketing-share", type=RATE, default=1.0, show_default=True, help="Share marketing's deals bring.")
@click.option(
    "--working-weeks",
    type=Number(0, 52.18, min_open=True),
    default=47.0,
    show_default=True,
    help="Worked weeks a year.",
)
@click.option("--mqls-per-rep-week", type=POSITIVE, default=8.0, show_default=True, help="MQLs a rep can take a week.")
@click.option(
    "--touches-per-rep-week",
    type=POSITIVE,
    default=20.0,
    show_default=True,
    help="Calls and e-mails a rep can make a week.",
)
@click.option("--call-attempts", type=Number(0), default=2.0, show_default=True, help="Calls an SQL needs.")
@click.option("--emails", type=Number(0), default=3.0, show_default=True, help="E-mails an SQL needs.")
@click.option(
    "--rounding",
    type=click.Choice(["nearest", "up"]),
    default="nearest",
    show_default=True,
    help="How reps become whole ones.",
)
@click.option(
    "--confidence",
    type=Number(0.5, 1, max_open=True),
    default=0.8,
    show_default=True,
    help="Probability that the safe volume speaks of.",
)
@click.option("--start", type=Day(), help="First day of the period; without dates: one year of working weeks.")
@click.option("--end", type=Day(), help="Last day of the period.")
@click.option("--holidays", metavar="CODE", help="A country or region (FR, US-CA) whose holidays lighten a week.")
@click.option("--currency", default="", help="Shown beside amounts.")
@formatted
def command(
    target: float,
    average_deal: float,
    conversion: float,
    marketing_share: float,
    working_weeks: float,
    mqls_per_rep_week: float,
    touches_per_rep_week: float,
    call_attempts: float,
    emails: float,
    rounding: str,
    confidence: float,
    start: date | None,
    end: date | None,
    holidays: str | None,
    currency: str,
    form: str,
    **steps: float | None,
) -> None:
    """What a revenue target requires of every stage, every week and every rep, for figures you type in.

    Computed as every night computes it: carried exactly from the customers back, rounded up once. With --json one
    object with the rows of required_funnel, required_reps and required_weekly.
    """
    from models.calculator import TypedPlan, typed_plan
    from models.required_reps import Effort

    _refuse_period(start, end)
    _refuse_holidays(holidays, start)
    plan = TypedPlan(
        revenue=target,
        average_deal=average_deal,
        stages=STAGES,
        rates=[steps[step] or conversion for step in STEPS],
        effort=Effort(mqls_per_rep_week, touches_per_rep_week, call_attempts, emails),
        rounding=rounding,
        marketing_share=marketing_share,
        working_weeks=working_weeks,
        period=(start, end) if start and end else None,
        holidays=holidays,
        confidence=confidence,
    )
    _print(typed_plan(plan), plan, currency, form)


def _refuse_period(start: date | None, end: date | None) -> None:
    if (start is None) != (end is None):
        given, missing = ("--start", "--end") if start else ("--end", "--start")
        raise BadInput(f"{missing}: is missing, but {given} is given; give both days of the period, or neither.")
    if start and end and end < start:
        raise BadInput(f"--end: {end} is before --start {start}; give a later day.")


def _refuse_holidays(holidays: str | None, start: date | None) -> None:
    if holidays is None:
        return
    if start is None:
        raise BadInput(f"--holidays: {holidays} needs a period to fall in; give --start and --end too.")
    from pydantic import ValidationError

    from models.settings.team import Calendar

    try:
        Calendar(holidays=holidays)
    except ValidationError as e:
        raise BadInput(f"--holidays: {holidays} {e.errors()[0]['ctx']['error']}.") from None


def _print(tables: Any, plan: Any, currency: str, form: str) -> None:
    import json
    from dataclasses import asdict, fields

    from pipelines.commands.choices import plain, print_rows

    if form == "json":
        found = {f.name: [asdict(row) for row in getattr(tables, f.name)] for f in fields(tables)}
        click.echo(json.dumps(found, default=plain, indent=2, allow_nan=False))
        return
    if form == "csv":
        row_type = get_args(tables.__annotations__["required_funnel"])[0]
        names = [f.name for f in fields(row_type)]
        print_rows(names, [[getattr(row, n) for n in names] for row in tables.required_funnel], form)
        return
    from models.required_reps import carried_by
    from pipelines.commands.console import console
    from pipelines.commands.summary import funnel_table, plan_lines
    from pipelines.plan_words import marketing_line, sales_line

    reps, by_stage = tables.required_reps[0], {r.stage: r for r in tables.required_funnel}
    mql, customer = by_stage["mql"], by_stage["customer"]
    carried = carried_by(reps, mql.required_exact, customer.required_exact, plan.revenue * plan.marketing_share)
    weeks = mql.required_exact / mql.per_week if mql.per_week else 0.0
    lines = [
        f"Target: {plan.revenue:,.0f} {currency}".rstrip() + f" at {plan.average_deal:,.0f} a deal.",
        marketing_line(tables.required_funnel, "mql", reps, weeks),
        _weeks_line(tables.required_weekly, by_stage["mql"].stage),
        sales_line(reps, carried, mql.required, currency),
    ]
    console().print(plan_lines(funnel_table(tables.required_funnel, []), lines))


def _weeks_line(weekly: Any, stage: str) -> str:
    """In whole MQLs: how many weeks carry how many."""
    from collections import Counter

    counts = Counter(w.required for w in weekly if w.stage == stage)
    parts = [f"{n} week{'s' if n > 1 else ''} of {size:,}" for size, n in sorted(counts.items(), key=lambda c: -c[1])]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return f"In whole MQLs: {listed}."
