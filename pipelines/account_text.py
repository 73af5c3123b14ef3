"""The text of a new account file: every key that was asked or found, a comment beside each.

Here: the text. Not here: asking (`commands/init`), or what the keys mean (models/settings, whose words these are).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from models.proposed_mapping import Proposal
from models.settings.account import AccountSettings, Target
from models.settings.fields import NO_STAGE
from models.settings.promises import SalesPromise
from models.settings.sources import SourceName
from models.settings.team import Capacity

COMMENTS_FROM = 40
OPENED_BY = {"hubspot": "HUBSPOT_ACCESS_TOKEN", "salesforce": "SALESFORCE_INSTANCE_URL and a way to sign in"}
SHOWN_SOURCES = 12
SCHEMA = "settings.schema.json"

Value = str | float | date | None


@dataclass
class NewAccount:
    """What a new account file is made from."""

    name: str
    source: SourceName
    found: str
    """what was looked at, as in: HubSpot portal 123"""
    on: date
    """the day it was looked at"""
    revenue: float
    start: date
    end: date
    sales: dict[str, float]
    """key of sla.sales → what sales owes"""
    capacity: dict[str, float]
    """key of capacity → figure"""
    timezone: str | None = None
    currency: str | None = None
    pipelines: list[str] = field(default_factory=list)
    """the deal pipelines to read; none: all"""
    left_out: list[str] = field(default_factory=list)
    """the deal pipelines that are not read"""
    stages_from: dict[str, str] = field(default_factory=dict)
    """stage → the field that dates it, where the CRM keeps no history"""
    files: dict[str, Any] = field(default_factory=dict)
    """sources.files, where exports are read"""
    stages: Sequence[str] = ()
    """the funnel's"""
    unmet: Sequence[str] = ()
    """those of them that nothing in the CRM means"""
    lead_sources: Sequence[str] = ()
    """where people come from"""
    proposals: Sequence[Proposal] = ()
    """what each stage of the CRM means; without a meaning it stays unmapped"""
    has_schema: bool = False
    """whether the schema of the settings lies beside the file"""


def account_text(new: NewAccount) -> str:
    """The account file as YAML."""
    return "\n".join(_lines(new)) + "\n"


def _lines(new: NewAccount) -> Iterator[str]:
    if new.has_schema:
        yield f"# yaml-language-server: $schema={SCHEMA}"
    yield f"# The account {new.name}, from {_one_line(new.found)} as it stood on {new.on}."
    yield "# Only sources and target are required; the other keys, with their defaults, are in settings.schema.json."
    yield f"# After a change: sla doctor --account {new.name}"
    yield "sources:"
    yield from _sources(new)
    yield _line(0, "timezone", new.timezone, _said(AccountSettings, "timezone"))
    yield _line(0, "currency", new.currency, _said(AccountSettings, "currency"))
    yield "target:"
    for key, value in (("revenue", new.revenue), ("start", new.start), ("end", new.end)):
        yield _line(2, key, value, _said(Target, key))
    yield from _mapping(new)
    yield "capacity:"
    for key, figure in new.capacity.items():
        yield _line(2, key, figure, _said(Capacity, key))
    yield "sla:"
    yield "  # Marketing owes the MQLs and the quality that the plan requires, sales to work them; and besides:"
    yield "  sales:"
    for key, figure in new.sales.items():
        yield _line(4, key, figure, _said(SalesPromise, key))


def _sources(new: NewAccount) -> Iterator[str]:
    if new.source == "files":
        text = yaml.safe_dump({"files": new.files}, sort_keys=False, allow_unicode=True, width=10_000)
        yield from (f"  {line}" for line in text.splitlines())
        return
    where = f"what opens it comes from the environment or .env: {OPENED_BY[new.source]}"
    if not new.pipelines and not new.stages_from:
        yield _comment(f"  {new.source}: {{}}", where)
        return
    yield _comment(f"  {new.source}:", where)
    if new.pipelines:
        listed = ", ".join(_quoted(p) for p in new.pipelines)
        key = "record_types" if new.source == "salesforce" else "pipelines"
        yield _comment(f"    {key}: [{listed}]", f"left out: {_one_line(', '.join(new.left_out)) or 'none'}")
    if new.stages_from:
        yield _comment("    stages_from:", "the CRM keeps no history of statuses; these fields date the stages")
        yield from (f"      {stage}: {{field: {_quoted(name)}}}" for stage, name in new.stages_from.items())


def _mapping(new: NewAccount) -> Iterator[str]:
    known = [p for p in new.proposals if p.meaning is not None]
    unknown = [p for p in new.proposals if p.meaning is None]
    if not new.proposals:
        return
    yield "funnel:"
    if new.unmet:
        others = ", ".join(s for s in new.stages if s not in new.unmet)
        yield f"  # Nothing in the CRM means {', '.join(new.unmet)}: map a stage to it below, or go without:"
        yield f"  # stages: [{others}]"
    if new.lead_sources:
        listed = ", ".join(_quoted(s) for s in new.lead_sources[:SHOWN_SOURCES])
        yield f"  # Lead sources that are sales' own, and no credit to marketing; the CRM has: {_one_line(listed)}"
        yield "  sales_sources: []"
    yield _comment("  mapping:" if known else "  mapping: {}", "what each stage of the CRM means")
    seen: set[str] = set()
    for proposal in known:
        key = proposal.stage.value.strip().lower()
        if key not in seen:
            yield _line(4, proposal.stage.value, proposal.meaning, _about(proposal))
        seen.add(key)
    if unknown:
        yield f"    # Not mapped: take the # away and name one of {', '.join((*new.stages, *NO_STAGE))}."
        if not known:
            yield "    # Take the {} behind mapping: away as well."
        for proposal in (p for p in unknown if p.stage.value.strip().lower() not in seen):
            yield _line(4, proposal.stage.value, "ignore", f"{_about(proposal)}; {proposal.because}", off=True)


def _about(proposal: Proposal) -> str:
    """The stage as people know it, and how many records stand in it."""
    stage = proposal.stage
    many = "people" if stage.record_type == "person" else f"{stage.record_type}s"
    place = f"{stage.pipeline} > " if stage.pipeline else ""
    label = f"{place}{stage.label}: " if stage.label != stage.value else ""
    return _one_line(f"{label}{stage.records:,} {stage.record_type if stage.records == 1 else many}")


def _line(indent: int, key: str, value: Value, said: str, off: bool = False) -> str:
    """A key with its comment; one that is off is a comment itself."""
    return _comment(f"{' ' * indent}{'# ' if off else ''}{_quoted(key)}: {_quoted(value)}", said)


def _comment(line: str, said: str) -> str:
    return f"{line:<{COMMENTS_FROM}} # {_one_line(said)}"


def _quoted(value: Value) -> str:
    """A value as YAML takes it for what it is: text that looks like a number keeps its quotes."""
    if value is None:
        return "null"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | int):
        return str(int(value)) if value == int(value) else repr(value)
    # What does not show, such as the end of a line, is written as an escape.
    style = None if value.isprintable() else '"'
    return yaml.safe_dump(value, allow_unicode=True, width=10_000, default_style=style).removesuffix("...\n").strip()


def _said(group: Any, key: str) -> str:
    return str(group.model_fields[key].description or "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
