"""How a run reaches the portal: by the account's token, or the simulated company's face for the time of a step.

Here: from settings and environment to a client. Not here: what is read (`hubspot_step`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.errors import FixAccessError
from connectors.hubspot.client import PUBLIC_API, HubSpotClient
from connectors.hubspot.portal import account as portal_account
from models.settings.account import AccountSettings
from models.settings.sources import HubSpot
from pipelines.environment import own_name, variable

if TYPE_CHECKING:
    import duckdb

    from pipelines.account_run import AccountRun

TOKEN, BASE_URL = "HUBSPOT_ACCESS_TOKEN", "HUBSPOT_BASE_URL"


def hubspot_settings(settings: AccountSettings) -> HubSpot | None:
    """What the account says of its portal; None where it reads none."""
    sandbox = settings.sources.sandbox
    if sandbox is not None and sandbox.as_ == "hubspot":
        return HubSpot(api_budget_share=1.0)
    return settings.sources.hubspot


def client_of(account: str, asked: HubSpot) -> HubSpotClient:
    """A client with the account's token. Raises FixAccessError where there is none."""
    token, base = variable(account, TOKEN), variable(account, BASE_URL)
    if token is None:
        raise FixAccessError(
            f"{TOKEN} is not set: put the portal's service key or private app token into it, in .env "
            f"(for this account alone: {own_name(account, TOKEN)})."
        )
    return HubSpotClient(
        token.value.get_secret_value(),
        token_setting=token.name,
        base_url=base.value.get_secret_value() if base else PUBLIC_API,
        version=asked.crm_api_version,
        budget_share=asked.api_budget_share,
        ca_file=os.environ.get("REQUESTS_CA_BUNDLE") or None,
    )


def with_portal_defaults(account: str, settings: AccountSettings) -> AccountSettings:
    """The settings with the portal's own time zone and currency where they name none; one call, where one is needed.

    Raises FixAccessError without a token, or where it is refused.
    """
    asked = settings.sources.hubspot
    if asked is None or (settings.timezone is not None and settings.money is not None):
        return settings
    _, zone, money = portal_account(client_of(account, asked))
    return settings.model_copy(update={"timezone": settings.timezone or zone, "currency": settings.money or money})


@contextmanager
def reached(
    account_run: "AccountRun", con: "duckdb.DuckDBPyConnection", settings: AccountSettings
) -> Iterator[tuple[HubSpotClient, HubSpot] | None]:
    """A client of the account's portal and its settings, for the time of the block; None where it reads none."""
    asked = hubspot_settings(settings)
    if asked is None:
        yield None
        return
    sandbox = settings.sources.sandbox
    if sandbox is None:
        yield client_of(account_run.account, asked), asked
        return
    from pipelines.sandbox_step import hubspot_face_of

    with hubspot_face_of(account_run, con, sandbox) as url:
        yield HubSpotClient("sandbox", base_url=url, budget_share=asked.api_budget_share), asked
