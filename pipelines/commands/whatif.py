"""`sla whatif`: an account's current plan beside one with other figures."""

import json
from dataclasses import asdict
from typing import Any

import click

from pipelines.commands.choices import BadInput, account_file, formatted, plain, print_rows


@click.command(
    name="whatif",
    short_help="An account's current plan beside one with other figures.",
    epilog="Example: sla whatif --account acme --set conversion.mql_to_sql=0.4 --set capacity.emails_per_sql=4",
)
@click.option("--account", metavar="NAME", help="The account; may be left out where there is one only.")
@click.option("--set", "changes", multiple=True, metavar="LEVER=VALUE", required=True,
              help="What to change; may be given several times. Levers: conversion.<from>_to_<to>, average_deal, "
              "target.revenue, calendar.working_weeks, capacity.mqls_per_rep_week, capacity.touches_per_rep_week, "
              "capacity.call_attempts_per_sql, capacity.emails_per_sql, capacity.open_sqls_per_rep.")  # fmt: skip
@click.option("--target", metavar="NAME", help="The target, where the account has several.")
@formatted
def command(account: str | None, changes: tuple[str, ...], target: str | None, form: str) -> None:
    """What the last published plan would ask for if a rate, the deal, the calendar or the follow-ups were others.

    Volumes and reps are recomputed as every night computes them. Measured figures (what was delivered, what is open)
    stay what they are; columns that a change cannot be carried into are empty.
    """
    from models.changed_plan import changed_plan
    from models.settings.read import SettingsError, read_settings
    from models.what_if import ImpossibleChangeError, changed
    from pipelines.paths import AccountFolder
    from pipelines.published_plan import published_plan

    name, file = account_file(account)
    path = AccountFolder(name).published
    if not path.exists():
        raise BadInput(f"{name} has no published night yet; run: sla run --account {name}")
    try:
        plan = published_plan(path, name, read_settings(file), target)
        now = plan.tables
        then = changed_plan(now, changed(plan.inputs, _parsed(changes)))
    except SettingsError as e:
        raise BadInput(str(e)) from None
    except (ImpossibleChangeError, LookupError) as e:
        raise BadInput(f"{e.args[0]}") from None
    if form == "json":
        both = {"current": asdict(now), "changed": asdict(then)}
        click.echo(json.dumps(both, default=plain, indent=2, allow_nan=False))
        return
    columns, rows = _beside(now, then)
    print_rows(columns, rows, form)


def _parsed(changes: tuple[str, ...]) -> dict[str, float]:
    parsed = {}
    for change in changes:
        lever, _, value = change.partition("=")
        try:
            parsed[lever.strip()] = float(value)
        except ValueError:
            raise BadInput(
                f"--set: {change} is no change; write LEVER=NUMBER, as in conversion.mql_to_sql=0.4."
            ) from None
    return parsed


def _beside(before: Any, after: Any) -> tuple[list[str], list[list[Any]]]:
    """The two plans, figure by figure."""
    rows: list[list[Any]] = [
        [f"{old.stage} required", old.required, new.required, new.required - old.required]
        for old, new in zip(before.required_funnel, after.required_funnel, strict=True)
    ]
    was, then = before.required_reps[0], after.required_reps[0]
    for label, field in [
        ("MQLs a worked week", "mqls_per_week"),
        ("SQLs a worked week", "sqls_per_week"),
        ("reps, exact", "reps_exact"),
        ("reps", "reps"),
        ("reps to cover all", "reps_to_cover"),
        ("MQLs the reps cannot carry", "shortfall_mqls"),
    ]:
        a, b = getattr(was, field), getattr(then, field)
        rows.append([label, a, b, b - a if a is not None and b is not None else None])
    rows.append(["bound by", was.binding_constraint, then.binding_constraint, None])
    return ["figure", "current", "changed", "difference"], rows
