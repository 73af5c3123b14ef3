"""What a portal calls things: stages, pipelines, lead sources, reasons, ends of calls.

Here: labels of internal names. Not here: which properties are read (`selection`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.errors import FixSettingsError
from connectors.hubspot.client import HubSpotClient, MissingScopeError, NotThereError
from connectors.hubspot.lists import results
from connectors.hubspot.objects import CALLS, DEALS, ObjectType


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


def options_of(kind: ObjectType, definitions: dict[str, dict[str, Any]]) -> list[Option]:
    """The labels of a type's stages, sources, reasons and statuses."""
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


def pipelines_of(client: HubSpotClient, object_type: str, kind: str) -> list[Option]:
    """The pipelines of a type and their stages, won and lost by the portal's own flags. Raises a SourceError."""
    found = []
    for place, pipeline in enumerate(results(client.get("pipelines", type=object_type))):
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


def dispositions(client: HubSpotClient) -> list[Option]:
    """How calls can end: HubSpot's own outcomes and those the portal added, by GUID."""
    try:
        definitions = {d["name"]: d for d in results(client.get("properties", type=CALLS.name))}
    except (MissingScopeError, NotThereError):
        # The calls themselves meet it again, and say so.
        return []
    given = definitions.get("hs_call_disposition", {}).get("options") or []
    return [
        Option("call_disposition", None, str(o.get("value")), str(o.get("label") or o.get("value")), place)
        for place, o in enumerate(given)
    ]


def excluded(options: list[Option], pipelines: Sequence[str]) -> list[Option]:
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
