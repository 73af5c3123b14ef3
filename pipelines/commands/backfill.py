"""`sla backfill`: the nights of past days of one account, oldest first."""

from datetime import date

import click

from models.settings.read import SettingsError
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

    A night that fails ends it; those before it are published. Nobody is told of these nights. In the UI the job
    `backfill` does the same. Exit codes: 0 done, 1 a run failed, 2 bad input.
    """
    if last < first:
        raise BadInput(f"--to: {last} is before --from ({first}); swap the two.")
    name, _ = account_file(account)
    from pipelines.account_lock import AccountBusyError
    from pipelines.backfill import run_past_nights
    from pipelines.instance import ensure_instance

    ensure_instance()
    try:
        for outcome in run_past_nights(name, first, last, full_refresh):
            if outcome.exit_code:
                click.echo(f"{name}, {outcome.night}: {outcome.message}", err=True)
                raise SystemExit(outcome.exit_code)
            click.echo(f"{name}, {outcome.night}: published")
    except SettingsError as e:
        click.echo(str(e), err=True)
        raise SystemExit(BAD_INPUT) from None
    except AccountBusyError as e:
        click.echo(str(e), err=True)
        raise SystemExit(FAILED) from None
