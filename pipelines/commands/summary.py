"""The plan on a terminal: the table of the funnel with the sentences under it.

Here: the table. Not here: the sentences (`plan_words`), or where the rows come from (`night_summary`, `plan`).
"""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.conversion_rates import ConversionRate
from models.required_funnel import RequiredFunnel
from pipelines.plan_words import rate_said, sample_said, whole


def funnel_table(funnel: Sequence[RequiredFunnel], rates: Sequence[ConversionRate]) -> Table:
    """Each stage's required and actual volume with the rate to the next; measured columns only with `rates`."""
    by_stage = {r.from_stage: r for r in rates}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("stage")
    table.add_column("required", justify="right")
    has_safe = any(n.required_safe is not None for n in funnel)
    if has_safe:
        table.add_column(f"safe ({funnel[0].confidence:.0%})", justify="right")
    if rates:
        table.add_column("due by now", justify="right")
        table.add_column("actual", justify="right")
    table.add_column("a week", justify="right")
    table.add_column("go on", justify="right")
    if rates:
        table.add_column("measured on")
    for need in funnel:
        cells: list[str] = [need.stage, whole(need.required)]
        if has_safe:
            cells.append(whole(need.required_safe) if need.required_safe is not None else "–")
        if rates:
            due, actual = need.due_to_date, need.actual_to_date
            cells += [whole(due) if due is not None else "–", whole(actual) if actual is not None else "–"]
        cells += [
            f"{need.per_week:,.2f}" if need.per_week is not None else "–",
            rate_said(need, by_stage.get(need.stage)),
        ]
        if rates:
            cells.append(sample_said(by_stage.get(need.stage)))
        table.add_row(*cells)
    return table


def plan_lines(table: Table, lines: Sequence[str]) -> RenderableType:
    """The table with the sentences under it."""
    return Group(table, *(Text(line) for line in lines))
