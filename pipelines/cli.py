"""The command `sla`: what it can do, and how a refusal ends.

Here: the list of commands and the exit codes. Not here: any command (`commands/`, loaded when it is asked for).
"""

import importlib
import os
import sys
from pathlib import Path

import click
from dotenv import load_dotenv

from pipelines.exit_codes import BAD_INPUT, INTERRUPTED
from pipelines.paths import PROJECT
from pipelines.table import SqlFileError

COMMANDS = {
    "run": "The nightly job: read the CRM, recompute the plan, publish, say what it takes.",
    "plan": "The calculator: typed figures in, required volumes and reps out; no CRM.",
    "whatif": "An account's current plan beside one with other figures.",
    "gaps": "What of the agreement is not kept, worst first; a rep's MQLs to call now.",
    "init": "From a token or export files to an account file, by what the CRM shows.",
    "doctor": "Settings, credentials, permissions, stages, disk, clock: what is wrong, and the remedy.",
    "report": "The page of the last published night, rendered again.",
    "backfill": "The nights of past days of an account, oldest first.",
    "query": "Read-only SQL on an account's published tables.",
    "ui": "The Dagster UI with the lineage, and the nightly schedule.",
}


class _Commands(click.Group):
    """Loads a command's module when it is asked for, so that `sla plan` does not wait for Dagster."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pipelines.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 a run failed, 2 bad input. Each command has its own --help.",
)
@click.version_option(package_name="smarketing-sla", message="%(prog)s %(version)s")
def group() -> None:
    """With what the CRM shows today: how many MQLs must marketing deliver, and how many reps must sales have, to
    reach the revenue target?
    """  # noqa: D205


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _settle_paths()
    try:
        code = group.main(prog_name="sla", standalone_mode=False)
    except click.UsageError as e:
        command = e.ctx.command_path if e.ctx else "sla"
        click.echo(f"{command}: {e.format_message().rstrip('.')}; see {command} --help.", err=True)
        code = e.exit_code
    except click.ClickException as e:
        e.show()
        code = e.exit_code
    except SqlFileError as e:
        click.echo(str(e), err=True)
        code = BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. The last published night stands; the next run takes up from here.", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        sys.stdout = None  # type: ignore[assignment]
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _settle_paths() -> None:
    """Read .env; paths in the environment are the user's, those in .env are relative to the project."""
    given = {name: os.environ[name] for name in ("SLA_ACCOUNTS", "SLA_DATA") if os.environ.get(name)}
    load_dotenv(PROJECT / ".env")
    for name in ("SLA_ACCOUNTS", "SLA_DATA"):
        if os.environ.get(name):
            base = Path.cwd() if name in given else PROJECT
            os.environ[name] = str(base / Path(os.environ[name]).expanduser())


if __name__ == "__main__":
    main()
