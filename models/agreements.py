"""The table `agreements`: what both teams agreed to, frozen, so that no team is judged by last night's results.

Here: when a plan is agreed on, and what of it is written down. Not here: the plan (`required_funnel`), or how either
team keeps its word (`sla_gaps`).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, ClassVar

from models.average_deal import AverageDeal
from models.commitments import RATES, UNITS, VOLUMES, rate_way
from models.conversion_rates import ConversionRate
from models.night import Commitment, Night, RepShare, Stage, Target
from models.required_funnel import Step, carry_back, customers_needed
from models.run_log import Run
from models.target_scope import Scope, scopes
from models.working_calendar import worked_weeks

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A term of the agreed plan: a required volume, a commitment of a team, or a setting they rest on.

    Written on the first published night of a period, on the night after target, sla or capacity changed in the
    settings, and when asked for; never moved by what either team delivers. Every week is judged by the terms in force
    on its first day.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("target", "segment", "valid_from", "side", "commitment", "stage")
    CHECKS: ClassVar[tuple[str, ...]] = ("valid_from <= valid_to", "side in ('marketing', 'sales', 'plan')")

    target: Annotated[str, "the target's name"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    valid_from: Annotated[date, "first day it holds"]
    valid_to: Annotated[date, "last day it holds: the period's last, or the day before the next terms"]
    reason: Annotated[str, "why it was agreed on then"]
    stage: Annotated[str | None, "the stage a volume or a rate is of; NULL: a term without one"]
    rate_to_next: Annotated[float | None, "the plan's rate to the next stage (of a rate: the whole way), 0..1"]
    average_deal: Annotated[float | None, "the plan's average deal, in the account's currency"]
    required_exact: Annotated[float | None, "records of the stage that the plan takes over the period"]
    per_week: Annotated[float | None, "the agreed volume in a worked week; NULL: no volume, or no worked week"]
    side: Annotated[str, "who owes it: marketing or sales; plan: what the agreement rests on"]
    commitment: Annotated[str, "required (the plan's volume of a stage), mql_volume, first_touch_hours, revenue, ..."]
    unit: Annotated[str | None, "what value counts; of a term that is no figure, the term itself"]
    value: Annotated[float | None, "the agreed figure; NULL: a term that is no figure"]
    agreed_on: Annotated[date, "the night that wrote it"]


Term = tuple[float | str | None, str | None]


def agreements(
    night: Night,
    stages: list[Stage],
    targets: list[Target],
    commitments: list[Commitment],
    rep_shares: list[RepShare],
    conversion_rates: list[ConversionRate],
    average_deal: list[AverageDeal],
    runs: list[Run],
    agreements: list[Agreement],
) -> list[Agreement]:
    """What was agreed so far, with what tonight adds; what an unpublished night wrote does not count."""
    published = {r.as_of for r in runs if r.status == "succeeded"}
    kept = [a for a in agreements if a.agreed_on in published]
    all_scopes = scopes(night, targets, conversion_rates, average_deal)
    rows = [a for a in kept if a.target not in {t.target for t in targets}]
    for target in targets:
        own = [a for a in kept if a.target == target.target]
        wanted = [s for s in all_scopes if s.target == target]
        rows += _of_target(night, stages, target, wanted, commitments, rep_shares, own)
    return rows


def in_force(rows: Iterable[Agreement], day: date) -> list[Agreement]:
    """The terms of one target that hold on a day; before the first ones, those."""
    rows = list(rows)
    if not rows:
        return []
    days = sorted({a.valid_from for a in rows})
    start = max((d for d in days if d <= day), default=days[0])
    return [a for a in rows if a.valid_from == start]


def _of_target(
    night: Night,
    stages: Sequence[Stage],
    target: Target,
    of_target: Sequence[Scope],
    commitments: Sequence[Commitment],
    rep_shares: Sequence[RepShare],
    before: list[Agreement],
) -> list[Agreement]:
    # Until its period begins, tonight's plan stands in; nobody has agreed on it.
    held = [a for a in before if a.agreed_on >= target.period_start]
    if any(a.agreed_on > night.as_of for a in held):
        return before
    cut = max(night.as_of + DAY, target.period_start)
    if not held:
        cut, reason = target.period_start, "first night of the period"
    elif cut > target.period_end:
        return held
    elif night.agree:
        reason = "agreed on anew"
    else:
        changed = _changed(target, held, cut, commitments, night, rep_shares)
        if not changed:
            return held
        reason = f"settings changed: {', '.join(changed)}"
    starts = [cut, *(d for d in _block_starts(commitments) if cut < d <= target.period_end)]
    new = []
    for start in starts:
        said = reason if start == cut else "terms dated in the settings"
        terms = _terms(target, start, commitments, night, rep_shares)
        for scope in of_target:
            new += _rows(night, stages, scope, start, said, terms)
    return _dated([a for a in held if a.valid_from < cut] + new, target)


def _dated(rows: list[Agreement], target: Target) -> list[Agreement]:
    """The rows with each version ending the day before the next one begins."""
    days = sorted({a.valid_from for a in rows})
    ends = {a: b - DAY for a, b in pairwise(days)}
    return [replace(a, valid_to=ends.get(a.valid_from, target.period_end)) for a in rows]


def _block_starts(commitments: Iterable[Commitment]) -> list[date]:
    return sorted({c.valid_from for c in commitments})


def _terms(
    target: Target, day: date, commitments: Sequence[Commitment], night: Night, rep_shares: Sequence[RepShare]
) -> dict[tuple[str, str], Term]:
    """What the settings say for a day: (side, commitment) → figure, `required` or None, and an option's word."""
    days = _block_starts(commitments)
    start = max((d for d in days if d <= day), default=days[0] if days else None)
    terms: dict[tuple[str, str], Term] = {}
    for c in commitments:
        if c.valid_from == start:
            is_own = c.value is None and c.option is None and c.commitment in (*VOLUMES, *RATES)
            terms[c.side, c.commitment] = ("required" if is_own else c.value, c.option)
    terms["plan", "revenue"] = (target.revenue, None)
    terms["plan", "marketing_share"] = (target.marketing_share, None)
    terms["plan", "last_day"] = (None, target.period_end.isoformat())
    for field in (
        "mqls_per_rep_week",
        "touches_per_rep_week",
        "call_attempts_per_sql",
        "emails_per_sql",
        "open_sqls_per_rep",
    ):
        value: float | None = getattr(night, field)
        if value is not None:
            terms["plan", field] = (value, None)
    terms["plan", "rounding"] = (None, night.rounding)
    for r in rep_shares:
        terms["plan", f"rep:{r.owner_key}:{r.share_from}"] = (r.share, None)
    return terms


def _said(rows: Iterable[Agreement], target: Target) -> dict[tuple[str, str], Term]:
    """The terms as rows hold them, in the form of the settings'."""
    terms: dict[tuple[str, str], Term] = {}
    for a in rows:
        if a.segment != target.segment or a.commitment == "required":
            continue
        if a.commitment in VOLUMES or a.commitment in RATES:
            plans = a.required_exact if a.commitment in VOLUMES else a.rate_to_next
            terms[a.side, a.commitment] = ("required" if _same(a.value, plans) else a.value, None)
        else:
            terms[a.side, a.commitment] = (a.value, a.unit if a.value is None else None)
    return terms


def _changed(
    target: Target,
    held: list[Agreement],
    cut: date,
    commitments: Sequence[Commitment],
    night: Night,
    rep_shares: Sequence[RepShare],
) -> list[str]:
    """The terms in which the settings have left what was agreed, from `cut` on."""
    days = {cut, *(d for d in _block_starts(commitments) if cut < d <= target.period_end)}
    days |= {a.valid_from for a in held if a.valid_from > cut}
    changed: dict[str, None] = {}
    for day in sorted(days):
        asked = _terms(target, day, commitments, night, rep_shares)
        agreed = _said(in_force(held, day), target)
        for key in sorted(asked.keys() | agreed.keys()):
            a, b = asked.get(key, (None, None)), agreed.get(key, (None, None))
            if not (_same(a[0], b[0]) and (a[1] or None) == (b[1] or None)):
                changed[key[1]] = None
    return list(changed)


def _same(a: float | str | None, b: float | str | None) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-12)
    return a == b


def _rows(
    night: Night,
    stages: Sequence[Stage],
    scope: Scope,
    start: date,
    reason: str,
    terms: dict[tuple[str, str], Term],
) -> list[Agreement]:
    target, names = scope.target, [s.stage for s in stages]
    customers = customers_needed(
        target.revenue, target.marketing_share * scope.share, scope.deal.mean, scope.deal.paying
    )
    needed = carry_back(customers, [Step(r.rate, r.deals_per_person) for r in scope.rates])
    weeks = worked_weeks(target.period_start, target.period_end, night.working_weeks)
    blank = Agreement(
        target=target.target,
        segment=scope.segment,
        valid_from=start,
        valid_to=target.period_end,
        reason=reason,
        stage=None,
        rate_to_next=None,
        average_deal=None,
        required_exact=None,
        per_week=None,
        side="plan",
        commitment="required",
        unit=None,
        value=None,
        agreed_on=night.as_of,
    )
    places = {
        "mql_volume": night.handover,
        "mqls_worked": night.handover,
        "sqls": "sql" if "sql" in names else None,
    }
    figures = dict(zip(names, needed, strict=True))
    given = {places[c]: f for (_, c), (f, _) in terms.items() if c in ("mql_volume", "sqls") and isinstance(f, float)}
    rows = []
    for i, stage in enumerate(stages):
        if stage.unit not in scope.units:
            continue
        value = given[stage.stage] * scope.share if stage.stage in given else needed[i]
        rows.append(
            replace(
                blank,
                stage=stage.stage,
                rate_to_next=scope.rates[i].rate if i < len(scope.rates) else None,
                average_deal=scope.deal.mean,
                required_exact=needed[i],
                per_week=value / weeks if weeks else None,
                unit=stage.unit,
                value=value,
            )
        )
    is_own = scope.segment == target.segment
    for (side, commitment), (figure, option) in terms.items():
        term = replace(blank, side=side, commitment=commitment)
        if commitment in VOLUMES:
            stage_of = places[commitment]
            if stage_of is not None and "people" in scope.units:
                exact = figures[stage_of]
                value = exact if figure == "required" else float(figure or 0) * scope.share
                per_week = value / weeks if weeks else None
                rows.append(
                    replace(term, stage=stage_of, required_exact=exact, per_week=per_week, unit=VOLUMES[commitment],
                            value=value)
                )  # fmt: skip
        elif commitment in RATES:
            way = rate_way(commitment, names, night.handover)
            if way is not None and names[way[0]] in {s.stage for s in stages if s.unit in scope.units}:
                rate = math.prod(r.rate for r in scope.rates[way[0] : way[1]])
                rows.append(
                    replace(term, stage=names[way[0]], rate_to_next=rate, unit="share",
                            value=rate if figure == "required" else float(figure or 0))
                )  # fmt: skip
        elif is_own:
            rows.append(
                replace(term, unit=option if figure is None else UNITS.get(commitment), value=None if figure is None
                        else float(figure))
            )  # fmt: skip
    return rows
