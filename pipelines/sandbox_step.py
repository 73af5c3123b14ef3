"""What the source `sandbox` hands over: the simulated company's CRM as it stood when the night's day ended.

Here: from the settings to the company and its export files. Not here: the step that reads them (`files_step`).
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from connectors.sandbox.company import Company
from connectors.sandbox.files_face import files_settings, write_files
from models.settings.account import AccountSettings
from models.settings.sources import Files, Sandbox
from pipelines.account_run import AccountRun

if TYPE_CHECKING:
    from connectors.sandbox.salesforce_face.serving import Served


@contextmanager
def files_of(
    account_run: AccountRun, settings: AccountSettings, con: duckdb.DuckDBPyConnection
) -> Iterator[Files | None]:
    """The exports that the account reads, the simulated company's included; those are gone after the block.

    None where the account reads no exports.
    """
    sandbox = settings.sources.sandbox
    if sandbox is None or sandbox.as_ != "files":
        yield settings.sources.files
        return
    folder = account_run.folder.landing / "sandbox"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        as_of, day_end_at, timezone = _night(con)
        account_run.doing(f"a company of {sandbox.people:,} people lives through its days")
        with Company.generate(
            # In memory while it is small: a file costs more than it saves.
            folder / "company.duckdb" if sandbox.people > 100_000 else None,
            people=sandbox.people,
            seed=sandbox.seed,
            timezone=timezone,
            ends_on=sandbox.last_day or as_of,
            progress=lambda table: account_run.doing(f"the simulated company's {table.replace('_', ' ')}"),
        ) as company:
            account_run.doing("the simulated company's CRM is exported")
            write_files(company, min(day_end_at, company.midnight_after(company.ends_on)), folder)
        yield Files.model_validate(files_settings(folder, settings.funnel.stages))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _night(con: duckdb.DuckDBPyConnection) -> tuple[date, datetime, str]:
    found = con.execute("select as_of, day_end_at, timezone from settings.night").fetchall()
    return found[0][0], found[0][1], found[0][2]


@contextmanager
def hubspot_face_of(account_run: AccountRun, con: duckdb.DuckDBPyConnection, sandbox: Sandbox) -> Iterator[str]:
    """The address of the simulated company as a HubSpot portal, as it stood when the night's day ended."""
    from connectors.sandbox.hubspot_face.serving import served

    with _days_lived(account_run, con, sandbox) as company, served(**company) as url:
        yield url


@contextmanager
def salesforce_face_of(account_run: AccountRun, con: duckdb.DuckDBPyConnection, sandbox: Sandbox) -> Iterator["Served"]:
    """The simulated company as a Salesforce org, as it stood when the night's day ended: where, and what opens it."""
    from connectors.sandbox.salesforce_face.serving import served

    with _days_lived(account_run, con, sandbox) as company, served(**company) as org:
        yield org


@contextmanager
def _days_lived(account_run: AccountRun, con: duckdb.DuckDBPyConnection, sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """What a face is served with; a folder for a large company is there for the time of the block."""
    folder = account_run.folder.landing / "sandbox"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    as_of, day_end_at, timezone = _night(con)
    account_run.doing(f"a company of {sandbox.people:,} people lives through its days")
    try:
        yield {
            "people": sandbox.people,
            "seed": sandbox.seed,
            "timezone": timezone,
            "ends_on": sandbox.last_day or as_of,
            "at": day_end_at,
            "folder": folder if sandbox.people > 100_000 else None,
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
