"""The messages of a night: who is behind, what it costs, what to do; or why there is no night.

Here: the words, and whether there is anything to say. Not here: sending, or where the figures come from. No message
names a person, and none quotes what a record holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from models.alert_words import WORDS, Words

RANK = {"met": 0, "not_computable": 0, "at_risk": 1, "missed": 2}

ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")


@dataclass(frozen=True)
class Message:
    """What is sent."""

    title: str
    body: str


@dataclass(frozen=True)
class Gap:
    """A commitment of the whole, to date."""

    target: str
    side: str
    commitment: str
    unit: str
    committed: float | None
    actual: float | None
    revenue_at_stake: float | None
    status: str


@dataclass(frozen=True)
class NightNews:
    """What a published night has to say."""

    account: str
    as_of: date
    currency: str | None
    gaps: Sequence[Gap]
    gaps_before: Sequence[Gap]
    """of the night published before; none for the first"""
    mqls_to_call: int = 0
    """MQLs without a first touch"""
    mqls_late: int = 0
    """of these, the ones whose deadline has passed"""
    warnings: Sequence[str] = field(default_factory=tuple)
    """data checks that warn"""
    warnings_before: Sequence[str] = field(default_factory=tuple)
    page: str = ""
    """where the report lies"""


def is_worse(news: NightNews) -> bool:
    """Whether a commitment stands worse than in the night before, or a data check warns that did not."""
    before = {(g.target, g.commitment): RANK[g.status] for g in news.gaps_before}
    fell = any(RANK[g.status] > before.get((g.target, g.commitment), 0) for g in news.gaps)
    return fell or bool(set(news.warnings) - set(news.warnings_before))


def night_message(news: NightNews, language: str = "en") -> Message:
    """The message of a published night: the commitments that are behind, worst first, and the MQLs to call."""
    words = WORDS[language]
    behind = sorted((g for g in news.gaps if RANK[g.status]), key=_worst_first)
    sides = [s for s in ("marketing", "sales", "plan") if any(g.side == s for g in behind)]
    state = words.behind(sides) if sides else words.on_track
    several = len({g.target for g in news.gaps}) > 1
    lines = []
    for side in sides:
        lines.append(f"{words.sides[side]}:")
        lines += [f"- {_gap_line(g, news.currency, words, several)}" for g in behind if g.side == side]
    if news.mqls_to_call:
        lines.append(words.to_call(news.mqls_to_call, news.mqls_late))
    if news.warnings:
        lines.append(words.warnings.format(", ".join(news.warnings)))
    if news.page:
        lines.append(words.page.format(news.page))
    return Message(f"{news.account}, {news.as_of}: {state}", "\n".join(lines) or words.nothing)


def failure_message(
    account: str, as_of: date, sentence: str, last_published: date | None, language: str = "en"
) -> Message:
    """The message of a night that failed, with the sentence that says why."""
    words = WORDS[language]
    stands = words.stands.format(last_published) if last_published else words.none_published
    said = ADDRESS.sub(words.an_address, sentence.strip())
    return Message(f"{account}, {as_of}: {words.failed}", f"{said}\n{stands}")


def overdue_message(
    account: str, as_of: date, schedule: str, zone: str, last_published: date | None, language: str = "en"
) -> Message:
    """The message of an account whose night is long due and not published."""
    words = WORDS[language]
    stands = words.stands.format(last_published) if last_published else words.none_published
    said = words.overdue.format(as_of=as_of, schedule=schedule, zone=zone, account=account)
    return Message(f"{account}, {as_of}: {words.is_overdue}", f"{said}\n{stands}")


def _worst_first(gap: Gap) -> tuple[int, float, float]:
    share = (gap.actual or 0.0) / gap.committed if gap.committed else 1.0
    return (-RANK[gap.status], -(gap.revenue_at_stake or 0.0), share)


def _gap_line(gap: Gap, currency: str | None, words: Words, several: bool) -> str:
    label = words.commitments.get(gap.commitment.split(":")[0], gap.commitment)
    step = gap.commitment.partition(":")[2].replace("_to_", " → ")
    name = f"{label} ({step})" if step else label
    if several:
        name += f" [{gap.target}]"
    if gap.actual is None or gap.committed is None:
        return f"{name}: {words.statuses[gap.status]}"
    line = words.of_promised.format(
        name=name,
        actual=_figure(gap.actual, gap.unit, currency, words),
        committed=_figure(gap.committed, gap.unit, currency, words),
        status=words.statuses[gap.status],
    )
    if gap.unit not in ("share", "money"):
        line += f", {words.short.format(_figure(gap.committed - gap.actual, gap.unit, currency, words))}"
    if gap.revenue_at_stake is not None and gap.revenue_at_stake >= 0.5:
        line += f"; {words.at_stake.format(_money(gap.revenue_at_stake, currency, words))}"
    return line


def _figure(value: float, unit: str, currency: str | None, words: Words) -> str:
    if unit == "share":
        return f"{words.number(100 * value, 1)} %"
    if unit == "money":
        return _money(value, currency, words)
    return words.number(value, 0 if abs(value - round(value)) < 0.05 else 1)


def _money(value: float, currency: str | None, words: Words) -> str:
    return f"{words.number(value, 0)} {currency or ''}".strip()
