"""The nights of past days, one after another: what `sla backfill` and the UI's job `backfill` share, and that job.

Here: a range of nights. Not here: a night (`run_night`), or the command (`commands/backfill`).
"""

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg
from pydantic import Field

from models.settings.read import read_settings
from pipelines.account_lock import AccountBusyError, account_lock
from pipelines.account_run import plain_failures
from pipelines.nightly import ACCOUNT_TAG
from pipelines.paths import AccountFolder, account_files, accounts_folder
from pipelines.run_night import NightOutcome, run_night


def run_past_nights(account: str, first: date, last: date, full_refresh: bool) -> Iterator[NightOutcome]:
    """Run the night of each day from `first` to `last`, telling nobody; the first that fails is the last to run.

    Raises SettingsError, or AccountBusyError when another process runs the account.
    """
    settings = read_settings(account_files()[account])
    # No other run comes between two of them.
    with account_lock(AccountFolder(account)):
        for days in range((last - first).days + 1):
            outcome = run_night(account, settings, first + timedelta(days=days), full_refresh, _unfollowed, quiet=True)
            yield outcome
            if outcome.exit_code:
                return


class BackfillConfig(dg.Config):
    """Which nights to run."""

    account: str = Field(description="the account, as its file is called without .yaml")
    from_date: str = Field(description="the first day, YYYY-MM-DD")
    to_date: str = Field(description="the last day, YYYY-MM-DD; the same for a single night")
    full_refresh: bool = Field(False, description="read the sources whole each time, and replace published nights")


@dg.op(name="past_nights", out=dg.Out(int, description="How many nights were published."))
def past_nights(context: dg.OpExecutionContext, config: BackfillConfig) -> int:
    """Run the night of each day from one to another, oldest first; each is a run of its own of the job `night`.

    A night that fails ends it; those before it are published. Nobody is told of these nights.
    """
    first, last = _day("from_date", config.from_date), _day("to_date", config.to_date)
    if last < first:
        raise _refused(f"to_date: {last} is before from_date ({first}); swap the two.")
    if config.account not in account_files():
        known = ", ".join(account_files()) or "none"
        raise _refused(f"account: there is no account {config.account} in {accounts_folder()}; there are: {known}.")
    # The queue then holds the account's own night back until these are done.
    context.instance.add_run_tags(context.run_id, {ACCOUNT_TAG: config.account})
    published = 0
    try:
        with plain_failures():
            for outcome in run_past_nights(config.account, first, last, config.full_refresh):
                if outcome.exit_code:
                    raise _refused(f"{config.account}, {outcome.night}: {outcome.message}")
                published += 1
                context.log.info(f"{config.account}, {outcome.night}: published")
    except AccountBusyError as e:
        raise _refused(str(e)) from None
    context.add_output_metadata({"nights published": published})
    return published


@dg.job(
    description="The nights of past days of an account, oldest first: fill in the launch form and launch. It and the "
    "night it is at take both places of the queue, so that the nights of other accounts wait for it.",
    # The instance ends runs after the hours of a night; this one is many.
    tags={"dagster/max_runtime": str(7 * 24 * 3600)},
)
def backfill() -> None:
    """Run past nights."""
    past_nights()


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused(f"{name}: {text} is not a day of the calendar; write it as YYYY-MM-DD.") from None


def _refused(sentence: str) -> dg.Failure:
    return dg.Failure(sentence, allow_retries=False)


def _unfollowed(_table: str, _rows: int | None, /) -> None:
    pass
