"""What a portal is like: its zone and money, owners, stages, and which of its properties are read.

Read at the start of every night, in about nine calls. Here: reading and choosing. Not here: records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.errors import FixSettingsError, TryAgainError
from connectors.hubspot.client import HubSpotClient, MissingScopeError, NotThereError
from connectors.hubspot.objects import CALLS, CONTACTS, DEALS, DEFINED, LEADS, ObjectType

# The repeated `properties` of a longer address were refused by HubSpot for some.
LONGEST_PROPERTIES = 6000
OWNERS_A_PAGE = 500
STAMPS = ("entered", "exited", "latest", "cumulative")
# Generations of the properties that hold when a stage was entered, newest first.
ENTERED = ("hs_v2_date_entered_{}", "hs_date_entered_{}")
BECAME = "hs_lifecyclestage_{}_date"


@dataclass(frozen=True)
class StageDates:
    """The properties that hold when a record entered and left a stage."""

    stage: str
    entered: str
    exited: str | None
    latest: str | None
    cumulative: str | None


@dataclass
class Selection:
    """What is read of a type of record."""

    roles: dict[str, str]
    """role → property"""
    stages: list[StageDates] = field(default_factory=list)
    history_instead: bool = False
    """whether the stage dates do not tell every stage, so that history is read for every record"""

    @property
    def properties(self) -> list[str]:
        """The names to ask for: without names, HubSpot sends people's names and addresses."""
        dates = [] if self.history_instead else [p for s in self.stages for p in _stamps(s)]
        return [*dict.fromkeys([*self.roles.values(), *dates])]


@dataclass(frozen=True)
class Option:
    """A value of a property that has labels."""

    kind: str
    """lifecyclestage, dealstage, leadstage, pipeline, lead_source, status, call_disposition, portal or reason"""
    pipeline: str | None
    value: str
    label: str
    position: int
    is_won: bool = False
    is_lost: bool = False


@dataclass(frozen=True)
class Finding:
    """What could not be read."""

    finding: str
    severity: str
    remedy: str


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
        definitions = {d["name"]: d for d in _results(client.get("properties", type=kind.name))}
        options += _options_of(kind, definitions)
        if kind is DEALS:
            options += _pipelines(client, "deals", "dealstage")
            options += _excluded(options, pipelines)
        stages = [o.value for o in options if o.kind == kind.stage]
        selections[kind.name] = select(kind, definitions, stages, findings)
    options += _dispositions(client)
    types = [CONTACTS.name, DEALS.name, "calls", "emails", "meetings", "communications"]
    try:
        options += _pipelines(client, "leads", "leadstage")
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
        rates = _results(client.get("rates", {"limit": 100}))
    except (MissingScopeError, NotThereError) as e:
        rates = []
        if isinstance(e, MissingScopeError):
            findings.append(without_scope("rates", e, "amounts in other currencies than the portal's", "info"))
    return Portal(portal_id, zone, money, owners, options, rates, selections, types, findings)


def without_scope(what: str, error: MissingScopeError, lost: str, severity: str = "warning") -> Finding:
    """The finding that something is not read for lack of a permission."""
    return Finding(
        f"missing_scope:{what}",
        severity,
        f"Grant the token the scope {', '.join(error.scopes)}; without it these are not known: {lost}.",
    )


def pages(client: HubSpotClient, name: str, query: dict[str, Any], **parts: str) -> Iterable[dict[str, Any]]:
    """The records of a small paged list. Raises TryAgainError when a page token comes twice."""
    after, seen = None, set()
    while True:
        said = client.get(name, {**query, "after": after}, **parts)
        yield from _results(said)
        after = next_token(said)
        if after is None:
            return
        if after in seen:
            raise TryAgainError(f"HubSpot handed out the same page of {name} twice; run again later.")
        seen.add(after)


def next_token(said: dict[str, Any]) -> str | None:
    """The token of the page after this one; None: it is the last."""
    after = ((said.get("paging") or {}).get("next") or {}).get("after")
    return str(after) if after not in (None, "") else None


def select(
    kind: ObjectType, definitions: dict[str, dict[str, Any]], stages: list[str], findings: list[Finding]
) -> Selection:
    """Which of the portal's properties are read of a type; what is missing is added to `findings`."""
    roles = {}
    for needed in kind.needed:
        found = next((c for c in needed.candidates if c in definitions), None)
        if found is not None:
            roles[needed.role] = found
        elif needed.lost:
            findings.append(
                Finding(
                    f"missing_property:{kind.name}.{needed.candidates[0]}",
                    "warning",
                    f"The portal has no property {' or '.join(needed.candidates)}: not known is {needed.lost}.",
                )
            )
    dates = [d for s in stages if (d := _stage_dates(s, definitions, kind)) is not None]
    chain = len(dates) == len(stages) and all(d.exited for d in dates)
    too_long = sum(len(p) + 3 for d in dates for p in _stamps(d)) > LONGEST_PROPERTIES
    if stages and (not chain or too_long):
        known = {d.stage for d in dates}
        missing = [s for s in stages if s not in known]
        findings.append(
            Finding(
                f"no_stage_dates:{kind.name}",
                "info",
                f"The portal keeps no dates of entry for {', '.join(missing[:5]) or 'all stages'}; "
                "they are read from the history, at twice the calls.",
            )
        )
    return Selection(roles, dates, history_instead=bool(stages) and (not chain or too_long))


def _stage_dates(stage: str, definitions: dict[str, dict[str, Any]], kind: ObjectType) -> StageDates | None:
    # Of a stage with a UUID the name is made of letters, digits and _, and a number is put behind it.
    plain = "".join(c if c.isalnum() else "_" for c in stage.lower())
    names = [*dict.fromkeys([stage, stage.lower(), plain])]
    for pattern in ENTERED:
        for name in names:
            entered = _defined(pattern.format(name), definitions)
            if entered is not None:
                end = entered.removeprefix(pattern.format(""))
                v2 = "hs_v2_" if "v2" in pattern else "hs_"
                return StageDates(
                    stage,
                    entered,
                    _defined(f"{v2}date_exited_{end}", definitions),
                    _defined(f"{v2}latest_time_in_{end}", definitions),
                    _defined(f"{v2}cumulative_time_in_{end}", definitions),
                )
    became = BECAME.format(stage)
    if kind is CONTACTS and became in definitions:
        return StageDates(stage, became, None, None, None)
    return None


def _defined(name: str, definitions: dict[str, dict[str, Any]]) -> str | None:
    if name in definitions:
        return name
    found = [d for d in definitions if d.startswith(f"{name}_") and d.removeprefix(f"{name}_").isdigit()]
    # A stage's number may be the beginning of no other's name: with a UUID there is one.
    return found[0] if len(found) == 1 and not name.rsplit("_", 1)[-1].isdigit() else None


def _stamps(dates: StageDates) -> list[str]:
    return [p for p in (dates.entered, dates.exited, dates.latest, dates.cumulative) if p is not None]


def _options_of(kind: ObjectType, definitions: dict[str, dict[str, Any]]) -> list[Option]:
    labelled = {"stage": kind.stage or "", "lead_source": "lead_source", "reason": "reason", "status": "status"}
    if kind is DEALS:
        labelled = {"reason": "reason"}
    found = []
    for needed in kind.needed:
        name = next((c for c in needed.candidates if c in definitions), None)
        if name is None or needed.role not in labelled:
            continue
        for place, option in enumerate(definitions[name].get("options") or []):
            position = option.get("displayOrder")
            found.append(
                Option(
                    labelled[needed.role],
                    None,
                    str(option.get("value")),
                    str(option.get("label") or option.get("value")),
                    position if isinstance(position, int) and position >= 0 else place,
                )
            )
    return found


def _pipelines(client: HubSpotClient, object_type: str, kind: str) -> list[Option]:
    found = []
    for place, pipeline in enumerate(_results(client.get("pipelines", type=object_type))):
        key = str(pipeline["id"])
        found.append(Option("pipeline", object_type, key, str(pipeline.get("label") or key), place))
        for position, stage in enumerate(pipeline.get("stages") or []):
            value, about = str(stage["id"]), stage.get("metadata") or {}
            probability = _share(about.get("probability"))
            closed = str(about.get("isClosed")).lower() == "true"
            found.append(
                Option(
                    kind,
                    key,
                    value,
                    str(stage.get("label") or value),
                    position,
                    is_won=closed and probability == 1,
                    is_lost=closed and probability == 0,
                )
            )
    return found


def _dispositions(client: HubSpotClient) -> list[Option]:
    """How calls can end: HubSpot's own outcomes and those the portal added, by GUID."""
    try:
        definitions = {d["name"]: d for d in _results(client.get("properties", type=CALLS.name))}
    except (MissingScopeError, NotThereError):
        # The calls themselves meet it again, and say so.
        return []
    given = definitions.get("hs_call_disposition", {}).get("options") or []
    return [
        Option("call_disposition", None, str(o.get("value")), str(o.get("label") or o.get("value")), place)
        for place, o in enumerate(given)
    ]


def _excluded(options: list[Option], pipelines: Sequence[str]) -> list[Option]:
    """The deal pipelines that are not wanted, as options of their own."""
    there = [o for o in options if o.kind == "pipeline" and o.pipeline == "deals"]
    wanted = {p.strip().lower() for p in pipelines}
    known = {n.lower() for o in there for n in (o.value, o.label.strip())}
    for name in sorted(wanted - known):
        raise FixSettingsError(
            f"sources.hubspot.pipelines: the portal has no pipeline {name}; "
            f"it has {', '.join(sorted(o.label for o in there))}."
        )
    others = [o for o in there if wanted and not wanted & {o.value.lower(), o.label.strip().lower()}]
    return [replace(o, kind="excluded_pipeline") for o in others]


def _share(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _results(said: Any) -> list[dict[str, Any]]:
    if isinstance(said, list):
        return said
    found = said.get("results")
    return found if isinstance(found, list) else []
