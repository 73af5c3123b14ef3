"""When an account is told something: a night is published, it failed, or it is overdue.

Here: reading the figures of the messages, and the step `notified`. Not here: the words (models/alert), sending
(`alerts`), or the sensors that watch (`watch`).
"""

import logging
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from models.alert import Gap, NightNews, failure_message, is_worse, night_message
from models.settings.account import AccountSettings
from models.settings.read import SettingsError, read_settings
from pipelines.account_run import ACCOUNTS, AccountRun
from pipelines.alerts import Sending, last_language, send
from pipelines.asset_parts import OWNER
from pipelines.nightly import QUIET_TAG
from pipelines.paths import AccountFolder, account_files
from pipelines.published_file import open_published, published_nights
from pipelines.published_step import PUBLISHED
from pipelines.report_step import REPORT

LOGGER = logging.getLogger("pipelines.alerts")

NOTIFIED = dg.AssetKey("notified")

GAPS = """
select target, side, commitment, unit, committed, actual, revenue_at_stake, status
from sla_gaps where as_of = $1 and scope = 'whole' and period = 'to_date' order by all
"""
TO_CALL = """
select count(*), count(*) filter (where first_touch_status = 'missed') from mql_follow_up where is_to_call
"""
WARNINGS = "select check_name from data_checks where as_of = $1 and not passed order by 1"


@dg.multi_asset(
    name="notified",
    specs=[
        dg.AssetSpec(
            NOTIFIED,
            deps=[PUBLISHED, REPORT],
            description="The night's message to those that `notify` of the account file names: who is behind, by how "
            "much, what it costs, the MQLs to call. Each is told once.",
            group_name="published",
            kinds={"python"},
            owners=[OWNER],
            partitions_def=ACCOUNTS,
        )
    ],
)
def notified_step(context: dg.AssetExecutionContext, account_run: AccountRun) -> dg.MaterializeResult[Any]:
    """Tell of the published night; a message that cannot be sent never fails the run."""
    try:
        if QUIET_TAG in context.run.tags:
            said = "nobody is told of nights that are filled in later"
        else:
            said = _tell_of_night(account_run.account, account_run.settings())
    except Exception as e:
        LOGGER.exception("the night's message could not be made")
        said = f"the message could not be made ({type(e).__name__}); see run.log"
    return dg.MaterializeResult(metadata={"said": said})


def _tell_of_night(account: str, settings: AccountSettings) -> str:
    """Send the message of the night last published, where there is something to say; returns what was done."""
    if not settings.notify.to:
        return "nobody is to be told (notify.to is empty)"
    news = night_news(account, settings)
    if news is None:
        return "no night is published"
    if settings.notify.when == "worse" and not is_worse(news):
        return "nothing got worse (notify.when: worse)"
    message = night_message(news, settings.language)
    return f"{message.title}\n{_what_became(send(account, settings, 'night', news.as_of, message))}"


def _what_became(sending: Sending) -> str:
    parts = [
        f"sent to {', '.join(sending.sent)}" if sending.sent else "",
        f"told before: {', '.join(sending.before)}" if sending.before else "",
        *sending.failed,
    ]
    return "; ".join(p for p in parts if p)


def night_news(account: str, settings: AccountSettings) -> NightNews | None:
    """What the last published night has to say, read as anybody would read it; None where there is none."""
    folder = AccountFolder(account)
    nights = published_nights(folder.published)
    if not nights:
        return None
    as_of, before = nights[-1], nights[-2] if len(nights) > 1 else None
    with open_published(folder.published) as con:
        there = {t for (t,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        to_call = con.execute(TO_CALL).fetchall()[0] if "mql_follow_up" in there else (0, 0)
        return NightNews(
            account=account,
            as_of=as_of,
            currency=settings.money,
            gaps=_gaps(con, there, as_of),
            gaps_before=_gaps(con, there, before),
            mqls_to_call=to_call[0],
            mqls_late=to_call[1],
            warnings=_warnings(con, as_of),
            warnings_before=_warnings(con, before),
            page=str(folder.report) if folder.report.exists() else "",
        )


def _gaps(con: duckdb.DuckDBPyConnection, there: set[str], night: date | None) -> list[Gap]:
    if night is None or "sla_gaps" not in there:
        return []
    return [Gap(*row) for row in con.execute(GAPS, [night]).fetchall()]


def _warnings(con: duckdb.DuckDBPyConnection, night: date | None) -> list[str]:
    return [name for (name,) in con.execute(WARNINGS, [night]).fetchall()] if night else []


def tell_of_failure(account: str, night: date, sentence: str) -> Sending:
    """Send the message of a night that failed; never raises."""
    try:
        settings = settings_or_none(account)
        language = settings.language if settings else last_language(account)
        nights = published_nights(AccountFolder(account).published)
        message = failure_message(account, night, sentence, nights[-1] if nights else None, language)
        return send(account, settings, "failed", night, message)
    except Exception as e:
        LOGGER.exception("the message of the failed night could not be sent")
        return Sending(failed=[f"the message could not be made ({type(e).__name__})"])


def settings_or_none(account: str) -> AccountSettings | None:
    """The account's settings; None where its file is gone or cannot be read."""
    file = account_files().get(account)
    try:
        return read_settings(file) if file else None
    except SettingsError:
        return None
