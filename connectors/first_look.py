"""A first look at a CRM, before anything is read: what it is, what may be read of it, and what stands in its stages.

Here: the shapes that every connector's look has. Not here: any CRM, or what a stage means for the funnel.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    """failed: the next night cannot be right, or will not run; warning: it runs, and something is lost or bent"""
    said: str
    """what was found and, unless it is ok, the remedy: one line"""


@dataclass(frozen=True)
class SeenPipeline:
    """A pipeline, or a record type, of the CRM's deals."""

    value: str
    """as the CRM knows it"""
    label: str
    """as people know it"""


@dataclass(frozen=True)
class SeenStage:
    """A stage of the CRM, and how many records stand in it."""

    record_type: str
    """person, deal or lead"""
    pipeline: str | None
    """its pipeline's label; None: it belongs to none"""
    value: str
    """as the CRM knows it"""
    label: str
    """as people know it"""
    records: int
    is_won: bool = False
    """whether the CRM calls its deals won; of leads: converted"""
    is_lost: bool = False
    is_final: bool = False
    """whether its deals stay won or lost whatever the account says of the stage"""


@dataclass
class FirstLook:
    """What a source showed; where a check failed, only what it showed until then."""

    source: str
    """what was looked at, as in: HubSpot portal 123"""
    setting: str = "sources.files"
    """the group of settings it is read by"""
    checks: list[Check] = field(default_factory=list)
    timezone: str | None = None
    """IANA name of the CRM's own zone"""
    currency: str | None = None
    """ISO code of the CRM's own money"""
    pipelines: list[SeenPipeline] = field(default_factory=list)
    stages: list[SeenStage] = field(default_factory=list)
    lead_sources: list[str] = field(default_factory=list)
    """where people come from, as people know them"""
    date_fields: dict[str, str] = field(default_factory=dict)
    """label → name of the dates that people have, where the CRM keeps no history of their stages"""
    people: int = 0
    deals: int = 0
    clock_off_seconds: float | None = None
    """how far this machine's clock is ahead of the CRM's; None: the CRM did not tell"""
    first_load_calls: int | None = None
    """calls that reading everything takes, about; None: they are not counted"""
    quiet_night_calls: int = 0
    """calls of a night that finds little new, about"""
    calls_allowed: int | None = None
    """calls that a run may make today; None: not limited, or not told"""

    @property
    def failed(self) -> list[Check]:
        """What would keep the next night from running."""
        return [c for c in self.checks if c.state == "failed"]

    def ok(self, name: str, said: str) -> None:
        """Note what is as it should be."""
        self.checks.append(Check(name, "ok", said))

    def warn(self, name: str, said: str) -> None:
        """Note what bends or hides a number."""
        self.checks.append(Check(name, "warning", said))

    def fail(self, name: str, said: str) -> None:
        """Note what keeps the next night from running."""
        self.checks.append(Check(name, "failed", said))


def counted(stages: Iterable[SeenStage], record_type: str) -> int:
    """Records of a type in the stages."""
    return sum(s.records for s in stages if s.record_type == record_type)
