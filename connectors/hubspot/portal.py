"""What a portal is like: its zone and money, owners, stages, and which of its properties are read.

Read at the start of every night, in about ten calls. Here: the reading. Not here: records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.hubspot.client import HubSpotClient, MissingScopeError, NotThereError
from connectors.hubspot.lists import pages, results
from connectors.hubspot.objects import CONTACTS, DEALS, DEFINED, LEADS
from connectors.hubspot.options import Option, dispositions, excluded, options_of, pipelines_of
from connectors.hubspot.selection import Finding, Selection, select

OWNERS_A_PAGE = 500
RATES_LOST = "amounts in other currencies than the portal's"


@dataclass
class Portal:
    """One portal, as it is tonight."""

    portal_id: str
    timezone: str
    currency: str | None
    owners: list[dict[str, Any]]
    options: list[Option]
    rates: list[dict[str, Any]]
    selections: dict[str, Selection]
    types: list[str]
    """the objects that the token may read"""
    findings: list[Finding]


def account(client: HubSpotClient) -> tuple[str, str, str | None]:
    """The portal's id, time zone (IANA, perhaps an alias such as US/Eastern) and currency."""
    said = client.get("account")
    return str(said.get("portalId")), str(said.get("timeZone") or "UTC"), said.get("companyCurrency")


def read_portal(client: HubSpotClient, pipelines: Sequence[str] = ()) -> Portal:
    """What the portal is like tonight; deals of other pipelines than these (by id or label) are left out, if any.

    Raises a SourceError where contacts or deals may not be read, or a pipeline is not there.
    """
    portal_id, zone, money = account(client)
    findings: list[Finding] = []
    options, selections = [Option("portal", None, portal_id, portal_id, 0)], {}
    for kind in DEFINED:
        definitions = {d["name"]: d for d in results(client.get("properties", type=kind.name))}
        options += options_of(kind, definitions)
        if kind is DEALS:
            options += pipelines_of(client, "deals", "dealstage")
            options += excluded(options, pipelines)
        stages = [o.value for o in options if o.kind == kind.stage]
        selections[kind.name] = select(kind, definitions, stages, findings)
    options += dispositions(client)
    types = [CONTACTS.name, DEALS.name, "calls", "emails", "meetings", "communications"]
    try:
        options += pipelines_of(client, "leads", "leadstage")
        types.append(LEADS.name)
    except NotThereError:
        pass
    except MissingScopeError as e:
        findings.append(without_scope(LEADS.name, e, str(LEADS.scope_lost), "info"))
    owners = [
        o
        for archived in ("false", "true")
        for o in pages(client, "owners", {"limit": OWNERS_A_PAGE, "archived": archived})
    ]
    try:
        rates = results(client.get("rates", {"limit": 100}))
    except (MissingScopeError, NotThereError) as e:
        rates = []
        if isinstance(e, MissingScopeError):
            findings.append(without_scope("rates", e, RATES_LOST, "info"))
    return Portal(portal_id, zone, money, owners, options, rates, selections, types, findings)


def without_scope(what: str, error: MissingScopeError, lost: str, severity: str = "warning") -> Finding:
    """The finding that something is not read for lack of a permission."""
    return Finding(
        f"missing_scope:{what}",
        severity,
        f"Grant the token the scope {', '.join(error.scopes)}; without it these are not known: {lost}.",
    )
