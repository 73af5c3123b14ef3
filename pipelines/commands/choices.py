"""What several commands ask for in the same way: an account, a day, a form of output.

Here: options and the sentences that refuse them. Not here: what a command does.
"""

import csv
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from pipelines.exit_codes import BAD_INPUT
from pipelines.paths import account_files, accounts_folder

WIDEST_CELL = 60


class BadInput(click.ClickException):
    """What the user must correct: one plain sentence, exit code 2."""

    exit_code = BAD_INPUT

    def show(self, file: Any = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), file=file, err=file is None)


class Day(click.ParamType[date]):
    """A day of the calendar, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ARG002
        """The day; refuses what no calendar has."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            name = param.opts[0] if param else "day"
            raise BadInput(f"{name}: {value} is not a day of the calendar; write it as YYYY-MM-DD.") from None


class Number(click.FloatRange):
    """A finite number above `min`, or from it on."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; refuses nan and infinity too."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value} is not a number; write it plainly, as in 1000 or 0.5", param, ctx)
        return float(super().convert(number, param, ctx))


def use_accounts(folder: str | None) -> None:
    """Take the account files of `folder` for this command, where one is given. Raises BadInput where it is none."""
    if folder is None:
        return
    found = Path(folder).expanduser().resolve()
    if not found.is_dir():
        raise BadInput(f"--accounts: {folder} is no folder; name the one that holds your account files.")
    os.environ["SLA_ACCOUNTS"] = str(found)


def account_file(name: str | None) -> tuple[str, Path]:
    """The account called `name` with its file; without a name the only one there is.

    Raises BadInput where there is no such account, or where several stand to choose from.
    """
    files = account_files()
    if name is not None:
        if name not in files:
            raise BadInput(f"--account: there is no account {name} in {accounts_folder()}; {_known(files)}.")
        return name, files[name]
    if len(files) == 1:
        return next(iter(files.items()))
    raise BadInput(f"--account: which one? Name it; {_known(files)}.")


def _known(files: Iterable[str]) -> str:
    names = ", ".join(files)
    return f"there are: {names}" if names else "put a file NAME.yaml there (see README.md)"


def formatted(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --format and --json; the command gets `form`: table, json or csv."""
    command = click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        help="How rows are printed.",
    )(command)
    return click.option("--json", "form", flag_value="json", help="Short for --format json.")(command)


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: str) -> None:
    """Print rows as JSON, CSV or a table that fits the terminal."""
    if form == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, default=plain, indent=2, ensure_ascii=False, allow_nan=False))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if v is None else plain(v) for v in row] for row in rows])
    else:
        _print_table(columns, rows)


def plain(value: Any) -> Any:
    """A value as JSON and CSV can hold it: days and UTC instants in ISO 8601, decimals as numbers."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich import box
    from rich.table import Table

    from pipelines.commands.console import console

    table = Table(box=box.SIMPLE_HEAD)
    for i, name in enumerate(columns):
        is_number = any(isinstance(row[i], int | float | Decimal) and not isinstance(row[i], bool) for row in rows)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold", max_width=WIDEST_CELL)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    # As wide as the rows are: a terminal scrolls or wraps better than a column of three letters reads.
    console(width=WIDEST_CELL * max(1, len(columns))).print(table)
    console().print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", style="dim")


def _cell(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return "[dim]–[/dim]"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.2f}"
    return escape(str(value))
