"""`sla init`: from a token, or from export files, to an account file and a first plan."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from models.proposed_mapping import Proposal
from models.settings.fields import CURRENCY, NO_STAGE, zone
from models.settings.funnel import DEFAULT_STAGES
from models.settings.promises import SalesPromise
from models.settings.read import ACCOUNT_NAME, SettingsError, read_settings
from models.settings.team import Capacity
from pipelines.account_text import SCHEMA, NewAccount, account_text
from pipelines.commands.choices import BadInput, Day, Number, print_rows
from pipelines.commands.questions import POSITIVE, Questions
from pipelines.environment import variable
from pipelines.new_account import CannotBeginError, Found, found_in_crm, found_in_files, unmet
from pipelines.paths import accounts_folder, shown

SOURCES = ("hubspot", "salesforce", "files")
# Whoever has set it means that CRM.
OPENED_BY = {"hubspot": "HUBSPOT_ACCESS_TOKEN", "salesforce": "SALESFORCE_INSTANCE_URL"}
# Key of sla.sales → what is asked.
PROMISES = {
    "first_touch_hours": "Working hours within which sales first touches an MQL",
    "call_attempts": "Call attempts sales owes on each SQL",
    "emails": "E-mails sales owes on each SQL",
    "within_days": "Days within which those are owed",
    "share": "Share of the MQLs and SQLs the promise is for, 0 to 1",
}
MQLS_A_REP = "MQLs one rep can take a week"
LEAVE = "leave"
# None of them may be agreed on as well.
MAY_BE_NONE = ("call_attempts", "emails")


def _kind(promise: str) -> Number:
    return Number(min=0, min_open=promise not in MAY_BE_NONE, max=1 if promise == "share" else None)


def _promises(command: Any) -> Any:
    for key in reversed(PROMISES):
        command = click.option(
            f"--{key.replace('_', '-')}",
            type=_kind(key),
            help=f"{PROMISES[key]}.",
        )(command)
    return command


@click.command(
    name="init",
    short_help="From a token or export files to an account file, by what the CRM shows.",
    epilog="Examples: sla init; sla init --yes --name acme --source hubspot --target 100000; "
    "sla init --yes --name acme --source files --people leads.csv --deals deals.csv --currency EUR --target 100000",
)
@click.option("--name", help="The account's name: a-z, 0-9, _ and -.")
@click.option("--source", type=click.Choice(SOURCES), help="Where the records come from.")
@click.option(
    "--pipeline",
    "pipelines",
    multiple=True,
    help="A deal pipeline (Salesforce: record type) to read, by name; can be repeated.",
)
@click.option("--people", help="The export of people (leads, contacts).")
@click.option("--deals", help="The export of deals.")
@click.option("--touches", help="The export of calls, e-mails and meetings.")
@click.option("--reps", help="The export of the sales team.")
@click.option("--target", type=POSITIVE, help="The revenue to reach in the period.")
@click.option("--period-start", type=Day(), help="First day of the period (default: 1 January of this year).")
@click.option("--period-end", type=Day(), help="Last day of the period (default: 31 December of that year).")
@_promises
@click.option("--mqls-per-rep-week", type=POSITIVE, help=f"{MQLS_A_REP}.")
@click.option("--timezone", help="The account's time zone (default: the CRM's own, else UTC).")
@click.option("--currency", help="The account's money, as in EUR (default: the CRM's own).")
@click.option("--accounts", metavar="DIR", help="Where the file is put (default: accounts/, or SLA_ACCOUNTS).")
@click.option("--yes", is_flag=True, help="Ask nothing: take the options, and the defaults for the others.")
@click.option("--run", "run_it", is_flag=True, help="Run the first night when the file is written.")
@click.pass_context
def command(ctx: click.Context, **given: Any) -> None:
    """Write accounts/NAME.yaml by what the CRM shows: its stages with the records behind each, pipelines, currency
    and zone, and a proposal of what each stage means. What nobody knows stays unmapped, and the file says so.

    The token comes from the environment or .env, never from here. A file that is there is left alone.
    """  # noqa: D205
    if given["accounts"] is not None:
        os.environ["SLA_ACCOUNTS"] = str(Path(given["accounts"]).expanduser().resolve())
    ask = Questions(given["yes"])
    name = _name(ask, given["name"])
    source = _source(ask, name, given)
    # Whoever asks nothing hears of everything that is missing before the CRM is asked.
    revenue = ask.number(given["target"], "--target", "Revenue to reach") if ask.is_silent else 0
    ask.refuse_missing()
    try:
        found = _look(name, source, given)
    except CannotBeginError as e:
        raise BadInput(str(e)) from None
    _show(found)
    proposals = [_settled(ask, p) for p in found.proposals]
    new = _answers(ask, given, name, source, found, revenue)
    file = _write(replace(new, proposals=proposals, unmet=[] if source == "files" else unmet(proposals)))
    where = f" --accounts {given['accounts']}" if given["accounts"] else ""
    click.echo(f"Written: {shown(file)}; see what it says, then: sla run{where} --account {name}")
    if given["run_it"] or ask.yes("Run the first night now?"):
        from pipelines.commands.run import command as run

        ctx.invoke(run, account=name)


def _name(ask: Questions, given: str | None) -> str:
    name = ask.text(given, "--name", "Name of the account", "acme" if not ask.is_silent else None)
    if not name:
        return ""
    if not ACCOUNT_NAME.fullmatch(name):
        raise BadInput(f"--name: {name} may hold a-z, 0-9, _ and - only; choose another, as in acme.")
    there = [f for f in (_file(name), _file(name).with_suffix(".yml")) if f.exists()]
    if there:
        raise BadInput(f"--name: {shown(there[0])} is there and is left alone; choose another name, or edit it.")
    return name


def _file(name: str) -> Path:
    return accounts_folder() / f"{name}.yaml"


def _source(ask: Questions, name: str, given: dict[str, Any]) -> Any:
    exports = [part for part in ("people", "deals") if given[part]]
    likely = "files" if exports else next((s for s, opens in OPENED_BY.items() if variable(name, opens)), None)
    source = ask.one_of(given["source"], "--source", "Where the records come from", SOURCES, likely)
    if source == "files" and not exports:
        if ask.is_silent:
            ask.missing.append("--people or --deals")
        else:
            given["people"] = ask.text(None, "--people", "File of people (leads, contacts), or - for none", "-")
            given["deals"] = ask.text(None, "--deals", "File of deals, or - for none", "-")
            if given["people"] == given["deals"] == "-":
                raise BadInput("--people, --deals: at least one export is needed; name it.")
    return source


def _look(name: str, source: Any, given: dict[str, Any]) -> Found:
    _refuse_impossible(given)
    click.echo("Looking at what is there: what may be read, and how many records stand in each stage", err=True)
    if source != "files":
        return found_in_crm(name, source, given["pipelines"])
    paths = {p: given[p] for p in ("people", "deals", "touches", "reps") if given[p] not in (None, "-")}
    return found_in_files(paths, accounts_folder(), given["timezone"], given["currency"])


def _refuse_impossible(given: dict[str, Any]) -> None:
    if given["timezone"] is not None:
        try:
            zone(given["timezone"])
        except ValueError as e:
            raise BadInput(f"--timezone: {given['timezone']} {e}.") from None
    if given["currency"] is not None and not CURRENCY.fullmatch(given["currency"]):
        raise BadInput(f"--currency: {given['currency']} is no currency code; write three capital letters, as in EUR.")


def _show(found: Found) -> None:
    """What was found: the source, what is lost, and the proposal for each stage."""
    seen = found.seen
    what = [f"{seen.people:,} people", f"{seen.deals:,} deals", seen.timezone or "", seen.currency or ""]
    click.echo(f"{seen.source}: {', '.join(w for w in what if w)}")
    for check in seen.checks:
        if check.state == "warning":
            click.echo(f"{check.name}: {check.said}")
    if found.pipelines:
        others = [p.label for p in seen.pipelines if p.label not in found.pipelines]
        click.echo(f"Deals are read of: {', '.join(found.pipelines)}; not of: {', '.join(others) or 'any other'}")
    for entry, keys in found.files.items():
        columns = ", ".join(f"{k}: {v}" for k, v in keys.items() if isinstance(v, str) and k != "path")
        click.echo(f"{entry}: {columns}")
    if found.proposals:
        rows = [
            (
                p.stage.pipeline or p.stage.record_type,
                p.stage.label,
                p.stage.records,
                p.meaning or "?",
                p.because or None,
            )
            for p in found.proposals
        ]
        print_rows(("of", "stage of the CRM", "records", "means", "because"), rows, "table")


def _settled(ask: Questions, proposal: Proposal) -> Proposal:
    """The proposal with what somebody says of a stage that nobody knows; those without records are left."""
    if proposal.meaning is not None or ask.is_silent or not proposal.stage.records:
        return proposal
    stage = proposal.stage
    said = ask.one_of(
        None,
        "",
        f"{stage.label}: {stage.records:,} records. What does it mean?",
        [*DEFAULT_STAGES, *NO_STAGE, LEAVE],
        LEAVE,
    )
    return proposal if said == LEAVE else replace(proposal, meaning=said, because="")


def _answers(ask: Questions, given: dict[str, Any], name: str, source: Any, found: Found, revenue: float) -> NewAccount:
    """Ask for what is not known yet."""
    seen = found.seen
    currency = given["currency"] or seen.currency
    if currency is None and (source != "files" or "amount" in found.files.get("deals", {})):
        currency = ask.text(None, "--currency", "Currency, as in EUR").upper()
        _refuse_impossible({"timezone": None, "currency": currency or None})
    own_zone = _known_zone(seen.timezone)
    if source == "files":
        # Exports have no zone of their own.
        own_zone = ask.text(given["timezone"], "--timezone", "Time zone of the account", own_zone or "UTC")
        _refuse_impossible({"timezone": own_zone, "currency": None})
    today = datetime.now(UTC).date()
    revenue = revenue or ask.number(given["target"], "--target", f"Revenue to reach, in {currency or 'your money'}")
    start = ask.day(given["period_start"], "--period-start", "First day of the period", date(today.year, 1, 1))
    end = ask.day(given["period_end"], "--period-end", "Last day of the period", date(start.year, 12, 31))
    if end < start:
        raise BadInput(f"--period-end: {end} lies before the period starts on {start}; swap the two, or correct one.")
    promised, taken = SalesPromise(), Capacity()
    sales = {
        key: ask.number(given[key], f"--{key}", question, getattr(promised, key), _kind(key))
        for key, question in PROMISES.items()
    }
    rep = ask.number(given["mqls_per_rep_week"], "--mqls-per-rep-week", MQLS_A_REP, taken.mqls_per_rep_week)
    ask.refuse_missing()
    return NewAccount(
        name=name,
        source=source,
        found=seen.source,
        on=today,
        revenue=revenue,
        start=start,
        end=end,
        sales=sales,
        capacity={"mqls_per_rep_week": rep},
        timezone=given["timezone"] or own_zone,
        currency=currency or None,
        pipelines=found.pipelines,
        left_out=[p.label for p in seen.pipelines if found.pipelines and p.label not in found.pipelines],
        stages_from=found.stages_from,
        files=found.files,
        lead_sources=seen.lead_sources,
        stages=DEFAULT_STAGES,
        has_schema=(accounts_folder() / SCHEMA).exists(),
    )


def _known_zone(name: str | None) -> str | None:
    try:
        return zone(name) if name is not None else None
    except ValueError:
        return None


def _write(new: NewAccount) -> Path:
    """Write the account file and read it back; one that is there, or that could not be read, is not left behind."""
    file = _file(new.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as text:
            text.write(account_text(new))
    except FileExistsError:
        raise BadInput(f"--name: {shown(file)} is there and is left alone; choose another name.") from None
    except OSError as e:
        raise BadInput(f"--accounts: {shown(file)} cannot be written ({e.strerror}); choose another folder.") from None
    try:
        read_settings(file)
    except SettingsError as e:
        file.unlink()
        raise BadInput(f"These answers make no account; nothing was written:\n{e}") from None
    return file
