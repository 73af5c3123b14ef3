"""What a CRM's own stages probably mean in the funnel, and which of them nobody has mapped.

Here: from names and the CRM's own flags to a proposal, and the night's rule for what is unmapped (the tables
data_quality and data_checks). Not here: the meanings CRMs ship with (`stage_mapping`), or asking a CRM.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from models.settings.funnel import Funnel, people_stages
from models.stage_mapping import BUILT_IN, stage_mapping

# Above this share of people and open deals in stages nobody mapped, a night that was below it before is not published.
UNMAPPED_ALLOWED = 0.1

# The first that is found in a stage's name counts. The ends come first: a rejected MQL is no MQL.
_NAMES: tuple[tuple[str, str], ...] = (
    (
        "disqualified",
        r"unqualified|disqualif\w*|(not|non) (a )?(qualifi\w*|fit)|(bad|no|poor) fit|rejected|junk|spam|lost|perdu\w*",
    ),
    ("recycled", r"nurtur\w*|recycl\w*|bad timing"),
    ("mql", r"mqls?|marketing qualified|marketing accepted|sals?|sales accepted"),
    ("sql", r"sqls?|sales qualified"),
    ("opportunity", r"opportunit\w*"),
    ("customer", r"customers?|clients?|(closed )?won|gagne\w*"),
)
# These words mean little within a longer name: a dead lead is no lead.
_WHOLE_NAMES: tuple[tuple[str, str], ...] = (
    ("lead", r"(new |raw |open |inbound |fresh )?leads?"),
    ("prospect", r"(new |raw |open |inbound |cold )?(prospects?|subscribers?|visitors?|newsletter)"),
)
# Of deals, where the CRM has no flag for it.
_WON, _LOST = r"won|gagne\w*|gewonnen", r"lost|perdu\w*|verloren"
_GONE = re.compile(r"\b(former|ex|past|old|churn\w*|ancien\w*)\b")
_NO_SALES = re.compile(
    r"\b(onboarding|implementation|support|tickets?|services?|renewals?|partners?|recruit\w*|hiring|tests?)\b"
)


@dataclass(frozen=True)
class CrmStage:
    """A stage of the CRM, and how many records stand in it."""

    record_type: str
    """person, deal or lead"""
    pipeline: str | None
    """its pipeline, as people know it"""
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

    @property
    def keys(self) -> set[str]:
        """By what a mapping finds it: its id and its label, lower case."""
        return {self.value.strip().lower(), self.label.strip().lower()}


@dataclass(frozen=True)
class Proposal:
    """What a stage of the CRM is proposed to mean."""

    stage: CrmStage
    meaning: str | None
    """a stage of the funnel, disqualified, recycled or ignore; None: not known"""
    because: str
    """why, in a few words; empty: by its name"""


def proposed_mapping(crm_stages: Sequence[CrmStage], stages: Sequence[str]) -> list[Proposal]:
    """A proposal for each stage, in their order; what is not known stays without a meaning.

    The CRM's own flags for won and lost come first, then the meanings CRMs ship with, then words in its name. Two
    stages that a mapping could not tell apart, but that mean different things, are left to a person.
    """
    sales = set(sales_pipelines(crm_stages))
    found: list[Proposal] = []
    taken: dict[str, str] = {}
    for stage in crm_stages:
        meaning, because = _proposed(stage, list(stages), sales)
        key = stage.value.strip().lower()
        if meaning is not None and taken.setdefault(key, meaning) != meaning:
            meaning, because = None, f"another stage of this name means {taken[key]}"
        found.append(Proposal(stage, meaning, because))
    return found


def sales_pipelines(crm_stages: Sequence[CrmStage]) -> list[str]:
    """The deal pipelines, by label, that look like sales: a deal can be won there, and no other use is in the name."""
    there = dict.fromkeys(s.pipeline for s in crm_stages if s.record_type == "deal" and s.pipeline is not None)
    won = {s.pipeline for s in crm_stages if s.record_type == "deal" and s.is_won}
    return [p for p in there if p in won and not _NO_SALES.search(_plain(p))]


def unmapped(crm_stages: Sequence[CrmStage], funnel: Funnel) -> list[CrmStage]:
    """The stages with people or open deals whose meaning neither the CRM, nor the account, nor anybody else gives."""
    return [s for s in crm_stages if s.records and s.record_type != "lead" and _is_unmapped(s, funnel)]


def unmapped_share(crm_stages: Sequence[CrmStage], funnel: Funnel, people: int) -> float:
    """The share of `people` and open deals that stands in unmapped stages, 0..1."""
    lost = sum(s.records for s in unmapped(crm_stages, funnel))
    open_deals = sum(s.records for s in crm_stages if s.record_type == "deal" and not _is_closed(s, funnel))
    return lost / (people + open_deals) if people + open_deals else 0.0


def without_a_crm_stage(crm_stages: Sequence[CrmStage], funnel: Funnel) -> list[str]:
    """The stages of the funnel that nothing in the CRM means, so that no record is ever seen to enter them."""
    people = people_stages(funnel.stages)
    meant = {
        m
        for s in crm_stages
        for m in _meanings(s, funnel)
        if (m in people) == (s.record_type != "deal") or s.record_type == "lead"
    }
    return [s for s in funnel.stages if s not in meant]


def _proposed(stage: CrmStage, stages: list[str], sales: set[str]) -> tuple[str | None, str]:
    if stage.record_type == "deal":
        return _of_deal(stage, stages, sales)
    known = {key: meaning for key, meaning, _ in stage_mapping(stages, {})}
    for key in (stage.value, stage.label):
        if key.strip().lower() in known:
            return known[key.strip().lower()], ""
    name = _plain(stage.label)
    if not _GONE.search(name):
        for meaning, words in _NAMES:
            if re.search(rf"\b({words})\b", name):
                return _fitting(meaning, stages), ""
        for meaning, words in _WHOLE_NAMES:
            if re.fullmatch(words, name):
                return _fitting(meaning, stages), ""
    if stage.is_won:
        # Sales has taken them over.
        return _fitting("sql", stages), "the CRM converts its leads"
    return None, "its name says nothing that is known"


def _of_deal(stage: CrmStage, stages: list[str], sales: set[str]) -> tuple[str | None, str]:
    if stage.pipeline is not None and sales and stage.pipeline not in sales:
        return None, f"the pipeline {stage.pipeline} does not look like sales"
    if stage.is_won:
        return stages[-1], "the CRM calls it won"
    if stage.is_lost:
        return "disqualified", "the CRM calls it lost"
    deals = stages[len(people_stages(stages)) :]
    known = {key: meaning for key, meaning, _ in stage_mapping(stages, {})}
    for key in (stage.value, stage.label):
        meaning = known.get(key.strip().lower())
        if meaning in (*deals, "disqualified", "ignore"):
            return meaning, ""
    for meaning, words in (("disqualified", _LOST), (stages[-1], _WON)):
        if re.search(rf"\b({words})\b", _plain(stage.label)):
            return meaning, ""
    if len(deals) > 1 and (stage.pipeline is None or stage.pipeline in sales):
        return deals[0], "an open deal"
    return None, "its name says nothing that is known"


def _fitting(meaning: str, stages: list[str]) -> str:
    """The meaning, or the nearest earlier one that the funnel has."""
    rows = {key: found for key, found, _ in stage_mapping(stages, {})}
    shipped = next((key for key, known in BUILT_IN.items() if known == meaning), meaning)
    return rows.get(shipped, meaning)


def _is_unmapped(stage: CrmStage, funnel: Funnel) -> bool:
    if stage.record_type == "deal" and _is_closed(stage, funnel):
        return False
    people = people_stages(funnel.stages)
    meanings = [m for key, m, _ in stage_mapping(funnel.stages, funnel.mapping) if key in stage.keys]
    # A stage of people means nothing for a deal.
    return not any(stage.record_type == "person" or m not in people for m in meanings)


def _is_closed(stage: CrmStage, funnel: Funnel) -> bool:
    return any(m in (funnel.stages[-1], "disqualified") for m in _meanings(stage, funnel))


def _meanings(stage: CrmStage, funnel: Funnel) -> list[str]:
    """What a stage means: as the account says, else as the CRM flags it, else as its name says."""
    rows = [(m, built_in) for key, m, built_in in stage_mapping(funnel.stages, funnel.mapping) if key in stage.keys]
    written = [m for m, built_in in rows if not built_in]
    is_flagged = stage.record_type == "deal" and (stage.is_won or stage.is_lost)
    if is_flagged and (stage.is_final or not written):
        return [funnel.stages[-1] if stage.is_won else "disqualified"]
    return written or [m for m, _ in rows]


def _plain(name: str) -> str:
    """Lower case, without accents, signs as blanks."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare.lower()).split())
