"""`sla backfill`: the nights of past days of one account, oldest first."""

from datetime import date, timedelta

import click

from models.settings.read import SettingsError, read_settings
from pipelines.commands.choices import BadInput, Day, account_file
from pipelines.exit_codes import BAD_INPUT, FAILED


@click.command(
    name="backfill",
    short_help="The nights of past days of an account, oldest first.",
    epilog="Example: sla backfill --account acme --from 2026-06-01 --to 2026-06-30",
)
@click.option("--account", metavar="NAME", required=True, help="The account.")
@click.option("--from", "first", type=Day(), required=True, help="The first day.")
@click.option("--to", "last", type=Day(), required=True, help="The last day.")
@click.option(
    "--full-refresh", is_flag=True, help="Read the sources whole each time, and replace nights that are published."
)
def command(account: str, first: date, last: date, full_refresh: bool) -> None:
    """Run the night of each day from one to another; nights that are published stay as they are.

    A night that fails ends it; those before it are published. Nobody is told of these nights. In the UI, one past
    night is run by Launchpad, with `as_of`. Exit codes: 0 done, 1 a run failed, 2 bad input.
    """
    if last < first:
        raise BadInput(f"--to: {last} is before --from ({first}); swap the two.")
    name, file = account_file(account)
    try:
        settings = read_settings(file)
    except SettingsError as e:
        click.echo(str(e), err=True)
        raise SystemExit(BAD_INPUT) from None
    from pipelines.account_lock import AccountBusyError
    from pipelines.instance import ensure_instance
    from pipelines.run_night import run_night

    ensure_instance()
    for days in range((last - first).days + 1):
        night = first + timedelta(days=days)
        try:
            outcome = run_night(name, settings, night, full_refresh, _unfollowed, quiet=True)
        except AccountBusyError as e:
            click.echo(str(e), err=True)
            raise SystemExit(FAILED) from None
        if outcome.exit_code:
            click.echo(f"{name}, {night}: {outcome.message}", err=True)
            raise SystemExit(outcome.exit_code)
        click.echo(f"{name}, {night}: published")


def _unfollowed(_table: str, _rows: int | None, /) -> None:
    pass
