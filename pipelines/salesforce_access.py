"""How a run reaches the org: by the account's way to sign in, or the simulated company's face for the time of a step.

Here: from settings and environment to a client. Not here: what is read (`salesforce_step`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.errors import FixAccessError
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.org import account as org_account
from connectors.salesforce.selection import StagesFrom
from connectors.salesforce.signing_in import Credentials, instance_of
from models.settings.account import AccountSettings
from models.settings.sources import Salesforce
from pipelines.environment import variable

if TYPE_CHECKING:
    import duckdb

    from pipelines.account_run import AccountRun

INSTANCE, DOMAIN = "SALESFORCE_INSTANCE_URL", "SALESFORCE_DOMAIN"
WAYS = {
    "access_token": "SALESFORCE_ACCESS_TOKEN",
    "client_id": "SALESFORCE_CLIENT_ID",
    "client_secret": "SALESFORCE_CLIENT_SECRET",
    "username": "SALESFORCE_USERNAME",
    "private_key_file": "SALESFORCE_PRIVATE_KEY_FILE",
    "password": "SALESFORCE_PASSWORD",
    "security_token": "SALESFORCE_SECURITY_TOKEN",
}


def salesforce_settings(settings: AccountSettings) -> Salesforce | None:
    """What the account says of its org; None where it reads none."""
    sandbox = settings.sources.sandbox
    if sandbox is not None and sandbox.as_ == "salesforce":
        return Salesforce(api_budget_share=1.0)
    return settings.sources.salesforce


def credentials_of(account: str) -> Credentials:
    """The account's way into its org. Raises FixAccessError where the environment holds none, or no address."""

    def told(name: str) -> str | None:
        found = variable(account, name)
        return found.value.get_secret_value() if found else None

    instance = instance_of(told(INSTANCE), told(DOMAIN))
    if instance is None:
        raise FixAccessError(
            f"{INSTANCE} is not set: put the org's address into it, in .env, as in https://acme.my.salesforce.com."
        )
    given = Credentials(instance, **{part: told(name) for part, name in WAYS.items()})
    if given.way is None:
        raise FixAccessError(
            "No way to sign in to Salesforce is set: put SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET (client "
            "credentials), or SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY_FILE (JWT) into "
            ".env; .env.example names every way."
        )
    return given


def stages_from(asked: Salesforce) -> StagesFrom:
    """Where the settings say that stages are dated."""
    return StagesFrom(
        {stage: told.field for stage, told in asked.stages_from.items() if told.field is not None},
        {stage: told.campaign for stage, told in asked.stages_from.items() if told.campaign is not None},
    )


def client_of(account: str, asked: Salesforce) -> SalesforceClient:
    """A client of the account's org. Raises FixAccessError where the environment holds no way into it."""
    return SalesforceClient(credentials_of(account), asked.api_version, asked.api_budget_share)


def with_org_defaults(account: str, settings: AccountSettings) -> AccountSettings:
    """The settings with the org's own time zone and currency where they name none; one call, where one is needed.

    Raises FixAccessError without a way to sign in, or where it is refused.
    """
    asked = settings.sources.salesforce
    if asked is None or (settings.timezone is not None and settings.money is not None):
        return settings
    _, zone, money = org_account(client_of(account, asked))
    return settings.model_copy(update={"timezone": settings.timezone or zone, "currency": settings.money or money})


@contextmanager
def reached(
    account_run: "AccountRun", con: "duckdb.DuckDBPyConnection", settings: AccountSettings
) -> Iterator[tuple[SalesforceClient, Salesforce] | None]:
    """A client of the account's org and its settings, for the time of the block; None where it reads none."""
    asked = salesforce_settings(settings)
    if asked is None:
        yield None
        return
    sandbox = settings.sources.sandbox
    if sandbox is None:
        yield client_of(account_run.account, asked), asked
        return
    from pipelines.sandbox_step import salesforce_face_of

    with salesforce_face_of(account_run, con, sandbox) as org:
        given = Credentials(org.url, client_id=org.client_id, client_secret=org.client_secret)
        yield SalesforceClient(given, asked.api_version, asked.api_budget_share, ca_file=str(org.ca_file)), asked
