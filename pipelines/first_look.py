"""A first look at what an account reads: the portal its token opens, its export files, or the simulated company.

Here: from settings and environment to the looks. Not here: how a source is looked at (connectors), or what is made of
it (`doctor`, `commands/init`). Nothing is written, but for copies in a temporary folder while exports are read.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.errors import SourceError
from connectors.first_look import FirstLook
from models.open_night import latest_night, zone_of
from models.settings.account import AccountSettings
from models.settings.read import SettingsError
from models.settings.sources import Files, HubSpot, Sandbox
from models.working_calendar import local_midnight

# Somebody waits for the answer: a portal that does not answer is said so within seconds.
TRIES = 3


def first_looks(account: str, file: Path, settings: AccountSettings) -> list[FirstLook]:
    """A look at each source of the account whose settings `file` holds. Raises nothing for what a source refuses."""
    sources = settings.sources
    looks = []
    if sources.sandbox is not None:
        return [_of_sandbox(file, settings, sources.sandbox)]
    if sources.hubspot is not None:
        looks.append(look_at_hubspot(account, sources.hubspot))
    if sources.files is not None:
        looks.append(look_at_exports(sources.files, file, settings))
    looks += [_of_another(file, settings, name) for name in sources.names if name not in ("hubspot", "files")]
    return looks


def look_at_hubspot(account: str, asked: HubSpot) -> FirstLook:
    """A look at the portal that the account's token opens."""
    from connectors.hubspot.look import look
    from pipelines.hubspot_access import client_of

    try:
        client = client_of(account, asked)
    except SourceError as e:
        seen = FirstLook("HubSpot")
        seen.fail("credentials", str(e))
        return seen
    client.tries = TRIES
    return look(client, asked.pipelines)


def look_at_exports(files: Files, file: Path, settings: AccountSettings) -> FirstLook:
    """A look at the export files that `file` names."""
    from pipelines.look_at_files import look_at_files

    return look_at_files(files, file.name, file.parent, zone_of(settings).key, settings.money)


def _of_another(file: Path, settings: AccountSettings, name: str) -> FirstLook:
    """Whether this version reads a source that it cannot look into."""
    # Brings Dagster with it, which takes seconds.
    from pipelines.settings_step import _refuse_sources_not_read_yet

    seen = FirstLook(name)
    try:
        _refuse_sources_not_read_yet(file.name, settings)
        seen.warn(name, "is not looked into here; the next run says what is wrong with it.")
    except SettingsError as e:
        for mistake in e.mistakes:
            seen.fail("settings", mistake)
    return seen


def _of_sandbox(file: Path, settings: AccountSettings, sandbox: Sandbox) -> FirstLook:
    if sandbox.as_ == "hubspot":
        from connectors.hubspot.client import HubSpotClient
        from connectors.hubspot.look import look

        with _portal(settings, sandbox) as url:
            return look(HubSpotClient("sandbox", "the sandbox", base_url=url, budget_share=1.0))
    if sandbox.as_ == "files":
        seen = FirstLook("a simulated company")
        seen.ok("files", "the simulated company is exported anew each night")
        return seen
    return _of_another(file, settings, f"sandbox.as: {sandbox.as_}")


@contextmanager
def _portal(settings: AccountSettings, sandbox: Sandbox) -> Iterator[str]:
    """The address of the simulated company as a portal, as the next night will find it."""
    from connectors.sandbox.hubspot_face.serving import served

    zone = zone_of(settings)
    as_of = latest_night(settings, datetime.now(UTC))
    with (
        tempfile.TemporaryDirectory(prefix="sla-look-") as folder,
        served(
            people=sandbox.people,
            seed=sandbox.seed,
            timezone=zone.key,
            ends_on=sandbox.last_day or as_of,
            at=local_midnight(as_of + timedelta(days=1), zone),
            folder=Path(folder) if sandbox.people > 100_000 else None,
        ) as url,
    ):
        yield url
