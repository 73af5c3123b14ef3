"""A first look at a portal: who it is, each scope by name, the fields that are read, and what stands in each stage.

Here: some forty calls that only count. Not here: reading records (`records`), or the day's limits (`limits`).
"""

import math
from collections.abc import Sequence
from typing import Any

from connectors.errors import FixAccessError, FixSettingsError, SourceError, WaitError
from connectors.first_look import FirstLook, SeenPipeline, SeenStage, counted
from connectors.hubspot.budget import ask_usage
from connectors.hubspot.client import SCOPES, HubSpotClient, MissingScopeError, NotThereError
from connectors.hubspot.lists import results
from connectors.hubspot.objects import ACTIVITIES, CONTACTS, DEALS, LEADS, ObjectType
from connectors.hubspot.portal import RATES_LOST, Portal, account, read_portal
from connectors.hubspot.search import Filter, equal, has_no, total

READING = "reading"
CONTACTS_SCOPE = "crm.objects.contacts.read"
# Pages of the list, without and with history; more than these calls are made of a portal whatever it holds.
A_PAGE, A_PAGE_WITH_HISTORY, CALLS_BESIDE = 100, 50, 30


def look(client: HubSpotClient, pipelines: Sequence[str] = ()) -> FirstLook:
    """What the portal shows; deals of other pipelines than these (by id or label) are left out, if any are named.

    Never raises for what the portal refuses: that is a failed check, and the look ends where it must.
    """
    seen = FirstLook("HubSpot", setting="sources.hubspot", quiet_night_calls=CALLS_BESIDE)
    # The share is the night's; a look may use what the portal has.
    share, client = client.budget_share, client.counting_apart()
    client.budget_share = math.inf
    try:
        portal_id, zone, money = account(client)
    except SourceError as e:
        _refused(seen, e)
        return seen
    seen.source, seen.timezone, seen.currency = f"HubSpot portal {portal_id}", zone, money
    seen.ok(
        "credentials", f"{seen.source} ({zone}, {money or 'no currency'}) takes the token in {client.token_setting}"
    )
    totals = _scopes(client, seen)
    seen.clock_off_seconds = client.clock_off_seconds
    if not seen.failed:
        try:
            portal = read_portal(client, pipelines)
            _fields(portal, seen)
            _stages(client, portal, totals, seen)
            _budget(client, share, portal, totals, seen)
        except SourceError as e:
            _refused(seen, e)
    return seen


def _refused(seen: FirstLook, error: SourceError) -> None:
    names = {FixAccessError: "credentials", FixSettingsError: "pipelines", WaitError: "API budget"}
    seen.fail(names.get(type(error), READING), str(error))


def _scopes(client: HubSpotClient, seen: FirstLook) -> dict[str, int]:
    """Try each kind of record once; returns how many there are of those that may be read."""
    totals: dict[str, int] = {}
    for kind in (CONTACTS, DEALS, *ACTIVITIES, LEADS):
        name = f"scope {SCOPES.get(kind.name, CONTACTS_SCOPE)}"
        if kind in ACTIVITIES:
            name += f" ({kind.name})"
        found = _try(client, seen, name, kind.name, kind.scope_lost, lambda k=kind: total(client, k))
        if found is not None:
            totals[kind.name] = found
            seen.ok(name, f"{found:,} {kind.name}")
    owners = _try(
        client,
        seen,
        f"scope {SCOPES['owners']}",
        "owners",
        None,
        lambda: len(results(client.get("owners", {"limit": 500}))),
    )
    if owners is not None:
        seen.ok(f"scope {SCOPES['owners']}", f"{owners:,} owners")
    rates = _try(
        client,
        seen,
        f"scope {SCOPES['rates']}",
        "rates",
        RATES_LOST,
        lambda: len(results(client.get("rates", {"limit": 100}))),
    )
    if rates is not None:
        seen.ok(f"scope {SCOPES['rates']}", f"{rates:,} exchange rates")
    return totals


def _try(client: HubSpotClient, seen: FirstLook, name: str, what: str, lost: str | None, ask: Any) -> int | None:
    """The answer; None where it is refused, with a check that says so. Without `lost` nothing can be done without."""
    if any(c.name in (READING, "API budget") for c in seen.failed):
        # Whoever does not answer now will not answer the next question either.
        return None
    try:
        return int(ask())
    except MissingScopeError as e:
        scopes = ", ".join(s for s in e.scopes if s not in name) or "it"
        if lost is None:
            seen.fail(
                name,
                f"not granted, and no night runs without {what}; grant {scopes} to the token in {client.token_setting} "
                "(HubSpot: Settings > Integrations).",
            )
        else:
            seen.warn(name, f"not granted, so not known: {lost}; grant {scopes} if you use them.")
    except NotThereError:
        seen.ok(name, f"the portal has no {what}")
    except SourceError as e:
        _refused(seen, e)
    return None


def _fields(portal: Portal, seen: FirstLook) -> None:
    missing = [f for f in portal.findings if f.finding.startswith("missing_property:")]
    for f in missing:
        seen.warn(f"field {f.finding.partition(':')[2]}", f"{f.remedy} Show it to the token, or add it in HubSpot.")
    if not missing:
        seen.ok("fields", "all that are read of contacts and deals are there")
    for f in portal.findings:
        if f.finding.startswith("no_stage_dates:"):
            seen.ok(f"dates of stages of {f.finding.partition(':')[2]}", f.remedy)


def _stages(client: HubSpotClient, portal: Portal, totals: dict[str, int], seen: FirstLook) -> None:
    left_out = {o.value for o in portal.options if o.kind == "excluded_pipeline"}
    seen.pipelines = [
        SeenPipeline(o.value, o.label)
        for o in portal.options
        if o.kind == "pipeline" and o.pipeline == "deals" and o.value not in left_out
    ]
    seen.lead_sources = [o.label for o in portal.options if o.kind == "lead_source"]
    labels = {(o.pipeline, o.value): o.label for o in portal.options if o.kind == "pipeline"}
    for kind, option_kind in ((CONTACTS, "lifecyclestage"), (DEALS, "dealstage"), (LEADS, "leadstage")):
        by = portal.selections[kind.name].roles.get("stage") if kind.name in portal.selections else kind.stage
        if by is None or kind.name not in totals:
            continue
        in_pipeline = "pipeline" if kind is DEALS else "hs_pipeline"
        for o in portal.options:
            if o.kind == option_kind and o.pipeline not in left_out:
                filters = [equal(by, o.value), *([equal(in_pipeline, o.pipeline)] if o.pipeline else [])]
                place = labels.get((kind.name, o.pipeline or ""))
                seen.stages.append(_seen(client, kind, filters, place, o))
        _beside(client, kind, by, left_out, totals[kind.name], seen)
    seen.people = totals.get(CONTACTS.name, 0)
    seen.deals = counted(seen.stages, DEALS.record_type)


def _seen(client: HubSpotClient, kind: ObjectType, filters: list[Filter], place: str | None, option: Any) -> SeenStage:
    return SeenStage(
        kind.record_type,
        place,
        option.value,
        option.label,
        total(client, kind, [filters]),
        is_won=option.is_won,
        is_lost=option.is_lost,
    )


def _beside(
    client: HubSpotClient, kind: ObjectType, by: str, left_out: set[str], records: int, seen: FirstLook
) -> None:
    """Say how many records stand in no stage, or in one that the portal does not list any more."""
    none = total(client, kind, [[has_no(by)]]) if records else 0
    if none:
        seen.warn(f"{kind.name} without a stage", f"{none:,} of {records:,}; give them one in HubSpot.")
    others = sum(total(client, kind, [[equal("pipeline", p)]]) for p in sorted(left_out)) if kind is DEALS else 0
    unlisted = records - none - others - counted(seen.stages, kind.record_type)
    if unlisted > 0:
        seen.warn(
            f"{kind.name} in stages that are gone",
            f"{unlisted:,} of {records:,} stand in stages the portal does not list; move them, or map the stages that "
            "the next night names in data_quality.",
        )


def _budget(client: HubSpotClient, share: float, portal: Portal, totals: dict[str, int], seen: FirstLook) -> None:
    if client.limits.daily is None:
        ask_usage(client)
    needed = CALLS_BESIDE
    for name, records in totals.items():
        selection = portal.selections.get(name)
        with_history = name == LEADS.name or (selection is not None and selection.history_instead)
        needed += records // (A_PAGE_WITH_HISTORY if with_history else A_PAGE) + 1
    seen.first_load_calls = needed
    daily, left = client.limits.daily, client.limits.daily_remaining
    if daily is not None:
        allowed = int(share * daily)
        seen.calls_allowed = min(allowed, left) if left is not None else allowed
