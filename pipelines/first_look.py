"""A first look at what an account reads: the portal or org it opens, its export files, or the simulated company.

Here: from settings and environment to the looks. Not here: how a source is looked at (connectors), or what is made of
it (`doctor`, `commands/init`). Nothing is written, but for copies in a temporary folder while exports are read.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.errors import SourceError
from connectors.first_look import FirstLook
from models.open_night import latest_night, zone_of
from models.settings.account import AccountSettings
from models.settings.sources import Files, HubSpot, Salesforce, Sandbox
from models.working_calendar import local_midnight

# Somebody waits for the answer: a portal that does not answer is said so within seconds.
TRIES = 3


def first_looks(account: str, file: Path, settings: AccountSettings) -> list[FirstLook]:
    """A look at each source of the account whose settings `file` holds. Raises nothing for what a source refuses."""
    sources = settings.sources
    if sources.sandbox is not None:
        return [_of_sandbox(settings, sources.sandbox)]
    looks = []
    if sources.hubspot is not None:
        looks.append(look_at_hubspot(account, sources.hubspot))
    if sources.salesforce is not None:
        looks.append(look_at_salesforce(account, sources.salesforce))
    if sources.files is not None:
        looks.append(look_at_exports(sources.files, file, settings))
    return looks


def look_at_hubspot(account: str, asked: HubSpot) -> FirstLook:
    """A look at the portal that the account's token opens."""
    from connectors.hubspot.look import look
    from pipelines.hubspot_access import client_of

    try:
        client = client_of(account, asked)
    except SourceError as e:
        return _closed("HubSpot", e)
    client.tries = TRIES
    return look(client, asked.pipelines)


def look_at_salesforce(account: str, asked: Salesforce) -> FirstLook:
    """A look at the org that the account signs in to."""
    from connectors.salesforce.look import look
    from pipelines.salesforce_access import client_of, stages_from

    try:
        client = client_of(account, asked)
    except SourceError as e:
        return _closed("Salesforce", e)
    return look(client, asked.record_types, stages_from(asked))


def _closed(source: str, error: SourceError) -> FirstLook:
    seen = FirstLook(source)
    seen.fail("credentials", str(error))
    return seen


def look_at_exports(files: Files, file: Path, settings: AccountSettings) -> FirstLook:
    """A look at the export files that `file` names."""
    from pipelines.look_at_files import look_at_files

    return look_at_files(files, file.name, file.parent, zone_of(settings).key, settings.money)


def _of_sandbox(settings: AccountSettings, sandbox: Sandbox) -> FirstLook:
    with _days_lived(settings, sandbox) as company:
        if sandbox.as_ == "files":
            return _of_its_exports(settings, **company)
        if sandbox.as_ == "hubspot":
            import connectors.hubspot.look as hubspot
            from connectors.hubspot.client import HubSpotClient
            from connectors.sandbox.hubspot_face.serving import served

            with served(**company) as url:
                return hubspot.look(HubSpotClient("sandbox", "the sandbox", base_url=url, budget_share=1.0))
        import connectors.salesforce.look as salesforce
        from connectors.salesforce.client import SalesforceClient
        from connectors.salesforce.signing_in import Credentials
        from connectors.sandbox.salesforce_face.serving import served as served_org

        with served_org(**company) as org:
            given = Credentials(org.url, client_id=org.client_id, client_secret=org.client_secret)
            return salesforce.look(SalesforceClient(given, budget_share=1.0, ca_file=str(org.ca_file)))


def _of_its_exports(settings: AccountSettings, at: datetime, folder: Path | None, **company: Any) -> FirstLook:
    from connectors.sandbox.company import Company
    from connectors.sandbox.files_face import files_settings, write_files
    from pipelines.look_at_files import look_at_files

    database = folder / "company.duckdb" if folder is not None else None
    with tempfile.TemporaryDirectory(prefix="sla-look-") as name, Company.generate(database, **company) as lived:
        exports = Path(name)
        write_files(lived, min(at, lived.midnight_after(lived.ends_on)), exports)
        given = Files.model_validate(files_settings(exports, settings.funnel.stages))
        return look_at_files(given, "the sandbox", exports, zone_of(settings).key, settings.money)


@contextmanager
def _days_lived(settings: AccountSettings, sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """What a face of the simulated company is served with, as the next night will find it."""
    zone = zone_of(settings)
    as_of = latest_night(settings, datetime.now(UTC))
    with tempfile.TemporaryDirectory(prefix="sla-look-") as folder:
        yield {
            "people": sandbox.people,
            "seed": sandbox.seed,
            "timezone": zone.key,
            "ends_on": sandbox.last_day or as_of,
            "at": local_midnight(as_of + timedelta(days=1), zone),
            "folder": Path(folder) if sandbox.people > 100_000 else None,
        }
