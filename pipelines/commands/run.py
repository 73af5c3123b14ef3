"""`sla run`: the night of one account or of all, one after another, with what it takes at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

import click

from models.settings.read import SettingsError, read_settings
from pipelines.commands.choices import BadInput, Day, account_file, use_accounts
from pipelines.exit_codes import BAD_INPUT, FAILED, MISSED
from pipelines.paths import AccountFolder, account_files, accounts_folder, is_shipped


class _Follow(Protocol):
    def __call__(self, table: str, rows: int | None, /) -> None: ...


def _ignore(_table: str, _rows: int | None, /) -> None:
    pass


@click.command(
    name="run",
    short_help="The nightly job: read the CRM, recompute the plan, publish, say what it takes.",
    epilog="Examples: sla run; sla run --account acme --as-of 2026-06-30",
)
@click.option("--account", metavar="NAME", help="Only this account; without it all of them, one after another.")
@click.option(
    "--accounts", metavar="DIR", help="The folder of the account files (default: accounts/, or SLA_ACCOUNTS)."
)
@click.option("--as-of", type=Day(), help="The day the night speaks for (default: yesterday, in the account's zone).")
@click.option("--full-refresh", is_flag=True, help="Read the sources whole, and replace the night if it is published.")
@click.option(
    "--agree", is_flag=True, help="Agree on tonight's plan anew: both teams are judged by it from tomorrow on."
)
@click.option("--fail-on-gap", is_flag=True, help="End with exit code 3 when a commitment of the period is missed.")
def command(
    account: str | None,
    accounts: str | None,
    as_of: date | None,
    full_refresh: bool,
    agree: bool,
    fail_on_gap: bool,
) -> None:
    """Run the night: read what changed in the CRM, recompute the plan, publish the tables, and say what it takes.

    Results: data/NAME/reporting.duckdb (what you query) and data/NAME/run.log. An account that fails never stops the
    others; its last published night stays readable. Exit codes: 0 done, 1 a run failed, 2 bad input; with
    --fail-on-gap 3 where a commitment is missed.
    """
    use_accounts(accounts)
    files = dict([account_file(account)]) if account else account_files()
    if not files:
        raise BadInput(f"{accounts_folder()} holds no account files; put a file NAME.yaml there (see README.md).")
    codes = {_run_one(name, file, as_of, full_refresh, agree, fail_on_gap) for name, file in files.items()}
    # What failed says more than what was missed.
    raise SystemExit(next((code for code in (FAILED, BAD_INPUT, MISSED) if code in codes), 0))


def _run_one(name: str, file: Path, as_of: date | None, full_refresh: bool, agree: bool, fail_on_gap: bool) -> int:
    """Run an account's night and print what came of it; returns its exit code."""
    if is_shipped(file):
        click.echo(f"accounts/ holds no account of yours, so this runs the shipped one: {file}", err=True)
    try:
        settings = read_settings(file)
    except SettingsError as e:
        click.echo(str(e), err=True)
        return BAD_INPUT
    from pipelines.account_lock import AccountBusyError
    from pipelines.commands.console import console

    try:
        began = time.monotonic()
        with _progress(name) as follow:
            from pipelines.instance import ensure_instance
            from pipelines.run_night import run_night

            ensure_instance()
            outcome = run_night(name, settings, as_of, full_refresh, follow, agree=agree)
        if outcome.exit_code:
            click.echo(f"{name}: {outcome.message}", err=True)
            _say_what_stands(name)
            return outcome.exit_code
        from pipelines.commands.night_summary import night_summary

        out = console()
        out.print(night_summary(name, settings, outcome.night))
        out.print(f"Done in {time.monotonic() - began:.0f} s.", style="dim")
    except AccountBusyError as e:
        click.echo(str(e), err=True)
        return FAILED
    return MISSED if fail_on_gap and _is_behind(name, outcome.night) else 0


def _is_behind(name: str, night: date) -> bool:
    from pipelines.commands.gaps import missed_commitments

    missed = missed_commitments(AccountFolder(name).published, night)
    if missed:
        click.echo(f"{name}: {len(missed)} commitments are missed; see: sla gaps --account {name}", err=True)
    return bool(missed)


def _say_what_stands(name: str) -> None:
    from pipelines.published_file import published_nights

    nights = published_nights(AccountFolder(name).published)
    if nights:
        click.echo(f"{name}: the night of {nights[-1]} stays published and readable.", err=True)


@contextmanager
def _progress(name: str) -> Iterator[_Follow]:
    """A bar that fills as tables are built; without a terminal, one line as the night begins."""
    from pipelines.commands.console import console

    screen = console(to_stderr=True)
    if not screen.is_terminal:
        click.echo(f"{name}: the night begins", err=True)
        yield _ignore
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[table]}"),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(name, total=None, table="starting")

        def follow(table: str, rows: int | None) -> None:
            from pipelines.run_night import tables_of_a_night

            if rows is None:
                bar.update(task, total=tables_of_a_night(), table=table)
                return
            bar.update(task, advance=1, total=tables_of_a_night(), table=f"{table}: {rows:,} rows")

        yield follow
