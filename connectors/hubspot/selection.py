"""Which of a portal's properties are read of each type of record, and what is lost for those it has not.

Here: choosing. Not here: reading the definitions (`portal`), or any record.
"""

from dataclasses import dataclass, field
from typing import Any

from connectors.hubspot.objects import CONTACTS, ObjectType

# The repeated `properties` of a longer address were refused by HubSpot for some.
LONGEST_PROPERTIES = 6000
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
class Finding:
    """What could not be read."""

    finding: str
    severity: str
    remedy: str


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
