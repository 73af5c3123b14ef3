"""`sla doctor`: whether the next night can run and be published, a line a check, remedy included."""

from pathlib import Path

import click

from connectors.first_look import Check
from pipelines.commands.choices import BadInput, account_file, formatted, print_rows, use_accounts
from pipelines.exit_codes import BAD_INPUT, FAILED
from pipelines.paths import account_files, accounts_folder, is_shipped

COLUMNS = ("account", "check", "state", "said")
STYLES = {"ok": {"fg": "green"}, "warning": {"fg": "yellow"}, "failed": {"fg": "red", "bold": True}}


@click.command(
    name="doctor",
    short_help="Settings, credentials, permissions, stages, disk, clock: what is wrong, and the remedy.",
    epilog="Examples: sla doctor; sla doctor --account acme",
)
@click.option("--account", metavar="NAME", help="Only this account; without it all of them, one after another.")
@click.option(
    "--accounts", metavar="DIR", help="The folder of the account files (default: accounts/, or SLA_ACCOUNTS)."
)
@formatted
def command(account: str | None, accounts: str | None, form: str) -> None:
    """Check what the next night depends on: settings, credentials, each permission by name, the day's API calls,
    fields and what is lost without them, stages that are not mapped, disk and clock. Nothing is written.

    ok is as it should be; warning: the night runs, and something is lost or bent; failed: the night would fail, or
    not be published. Exit codes: 0 no check failed, 1 one did, 2 settings that cannot be used.
    """  # noqa: D205
    use_accounts(accounts)
    files = dict([account_file(account)]) if account else account_files()
    if not files:
        raise BadInput(f"{accounts_folder()} holds no account files; write one with: sla init")
    codes = []
    rows: list[tuple[str, Check]] = []
    for name, file in files.items():
        code, checks = _examined(name, file)
        codes.append(code)
        rows += [(name, c) for c in checks]
        if form == "table":
            _print(name, file, checks, len(files) > 1)
    if form != "table":
        print_rows(COLUMNS, [(name, c.name, c.state, c.said) for name, c in rows], form)
    raise SystemExit(next((code for code in (FAILED, BAD_INPUT) if code in codes), 0))


def _examined(name: str, file: Path) -> tuple[int, list[Check]]:
    from pipelines.doctor import examine

    found = examine(name, file)
    return BAD_INPUT if found.is_bad_input else FAILED if found.has_failed else 0, found.checks


def _print(name: str, file: Path, checks: list[Check], is_one_of_several: bool) -> None:
    if is_shipped(file):
        click.echo("accounts/ holds no account of yours, so this looks at the shipped one", err=True)
    if is_one_of_several:
        click.echo(f"{name}:")
    for check in checks:
        state = click.style(f"{check.state:<8}", **STYLES[check.state])  # type: ignore[arg-type]
        click.echo(f"{state} {check.name}: {' '.join(check.said.split())}")
