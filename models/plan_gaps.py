"""The plan's own gaps: whether the commitments can be kept at all, and whether tonight's figures still bear them.

Here: capacity, feasibility, drift of rates and deal beyond chance, and whose gap how much revenue is. Not here: how
the teams keep their word (`sla_gaps`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.agreed_terms import AgreedTerms
from models.average_deal import AverageDeal
from models.commitments import rate_way
from models.conversion_rates import ConversionRate
from models.forecast import Forecast
from models.gap import SlaGap, filled, judged
from models.night import Night, Stage, Target
from models.required_reps import CapacityObserved, RequiredReps
from models.revenue_at_stake import expected_factors, split_shortfall


@dataclass(frozen=True)
class PlanSide:
    """What tonight knows beside what was agreed."""

    night: Night
    stages: Sequence[Stage]
    target: Target
    terms: AgreedTerms
    rates: Sequence[ConversionRate]
    deals: Sequence[AverageDeal]
    reps: Sequence[RequiredReps]
    forecasts: Sequence[Forecast]
    seen: CapacityObserved

    @property
    def own_rates(self) -> list[ConversionRate]:
        """The target's rates; those of the whole where its segment has none."""
        return [r for r in self.rates if r.segment == self.target.segment] or [
            r for r in self.rates if r.segment is None
        ]

    @property
    def deal(self) -> AverageDeal | None:
        """What a win brings, of the target's segment, else of the whole."""
        by_segment = {d.segment: d for d in self.deals}
        return by_segment.get(self.target.segment) or by_segment.get(None)


def plan_gaps(side: PlanSide, blank: SlaGap) -> Iterator[SlaGap]:
    """The plan's rows of a target, to date; `blank` names target and period."""
    own = replace(blank, side="plan")
    at_risk = side.terms.value("at_risk", blank.period_end) or side.night.at_risk
    reps = next((r for r in side.reps if (r.target, r.segment) == (side.target.target, side.target.segment)), None)
    if reps is not None and reps.reps is not None:
        yield _capacity(side, own, reps, at_risk)
        yield from _feasibility(side, own, reps, at_risk)
    agreed = side.terms.on(blank.period_end)
    for rate in side.own_rates:
        term = agreed.get(("required", rate.from_stage))
        if term is not None and term.rate_to_next is not None:
            yield _rate_drift(own, rate, term.rate_to_next, at_risk)
    yield from _deal_drift(side, own, at_risk)


def _capacity(side: PlanSide, own: SlaGap, reps: RequiredReps, at_risk: float) -> SlaGap:
    row = replace(own, commitment="capacity", unit="reps")
    needed = float(reps.reps or 0)
    if reps.active_reps is None:
        return filled(row, needed, None, "not_computable", f"{needed:g} reps are needed; who is at work is not known.")
    said = f"{reps.active_reps:g} reps are at work; the plan takes {needed:g} ({reps.reps_exact:,.2f})."
    said += _by_sight(side, reps)
    return filled(row, needed, reps.active_reps, judged(reps.active_reps, needed, at_risk), said)


def _by_sight(side: PlanSide, reps: RequiredReps) -> str:
    """What the same plan takes by the calls and e-mails that SQLs are seen to get; empty where none are seen."""
    touches = side.seen.touches_per_sql
    if touches is None or reps.sqls_per_week is None:
        return ""
    by_touches = reps.sqls_per_week * touches / side.night.touches_per_rep_week
    exact = max(by_touches, reps.reps_by_mqls or 0.0, reps.reps_by_open_sqls or 0.0)
    return f" By the {touches:,.1f} calls and e-mails that an SQL is seen to get, it takes {exact:,.2f}."


def _feasibility(side: PlanSide, own: SlaGap, reps: RequiredReps, at_risk: float) -> Iterator[SlaGap]:
    """Whether the agreed reps can carry the agreed MQLs, with the attempts that were promised on each SQL."""
    day = own.period_end
    mqls = side.terms.on(day).get(("mql_volume", side.night.handover)) or side.terms.on(day).get(
        ("required", side.night.handover)
    )
    if mqls is None or not mqls.value or not reps.reps_exact or reps.reps is None:
        return
    night = side.night
    by_touches = reps.reps_by_touches or 0.0
    planned = night.call_attempts_per_sql + night.emails_per_sql
    share = side.terms.value("share", day) or 0.0
    promised = share * ((side.terms.value("call_attempts", day) or 0) + (side.terms.value("emails", day) or 0))
    if reps.sqls_per_week is not None:
        by_touches = reps.sqls_per_week * max(promised, planned) / night.touches_per_rep_week
    # The agreed volume, not tonight's: tonight's ceilings are in its proportion.
    now = mqls.per_week / reps.mqls_per_week if mqls.per_week and reps.mqls_per_week else 1.0
    needed = max(reps.reps_by_mqls or 0.0, by_touches, reps.reps_by_open_sqls or 0.0) * now
    carried = mqls.value * min(1.0, reps.reps / needed) if needed else mqls.value
    row = replace(own, commitment="feasibility", unit="MQLs")
    said = (
        f"The {reps.reps} reps of the plan can take {carried:,.0f} of the {mqls.value:,.0f} MQLs agreed on "
        f"for the period; these take {needed:,.2f} reps."
    )
    yield filled(row, mqls.value, carried, judged(carried, mqls.value, at_risk), said)


def _rate_drift(own: SlaGap, rate: ConversionRate, agreed: float, at_risk: float) -> SlaGap:
    step = f"{rate.from_stage} to {rate.to_stage}"
    row = replace(own, commitment=f"rate_drift:{rate.from_stage}_to_{rate.to_stage}", unit="share")
    if rate.status in ("not_mapped", "no_denominator", "immature"):
        return filled(row, agreed, None, "not_computable", f"{step} is not measured tonight: {rate.method}.")
    return _drift(row, rate.rate, rate.rate_high, agreed, at_risk, f"{step} converts at {rate.rate:.1%} tonight",
                  f"{agreed:.1%} was agreed")  # fmt: skip


def _drift(row: SlaGap, now: float, high: float, agreed: float, at_risk: float, tonight: str, said: str) -> SlaGap:
    """Below what was agreed, but with that within tonight's interval: chance, and no gap."""
    if agreed <= high:
        why = "" if now >= agreed else ", which lies within chance"
        return filled(row, agreed, now, "met", f"{tonight}; {said}{why}.")
    return filled(row, agreed, now, judged(now, agreed, at_risk), f"{tonight}; {said}: less, and beyond chance.")


def _deal_drift(side: PlanSide, own: SlaGap, at_risk: float) -> Iterator[SlaGap]:
    last = side.stages[-1].stage
    term = side.terms.on(own.period_end).get(("required", last))
    if term is None or term.average_deal is None:
        return
    row, deal = replace(own, commitment="average_deal", unit="money"), side.deal
    if deal is not None and deal.status == "mixed_currency":
        why = f"{deal.without_rate:,} of the {deal.won_deals:,} won deals are in currencies without an exchange rate"
        yield filled(row, term.average_deal, None, "not_computable", f"The average deal cannot be judged: {why}.")
        return
    if deal is None or deal.mean is None or deal.mean_high is None:
        yield filled(row, term.average_deal, None, "not_computable", "The average deal is not measured tonight.")
        return
    tonight = f"A won deal brings {deal.mean:,.2f} tonight"
    yield _drift(row, deal.mean, deal.mean_high, term.average_deal, at_risk, tonight,
                 f"{term.average_deal:,.2f} was agreed")  # fmt: skip


def stakes(side: PlanSide, commitments: set[str]) -> Mapping[str, float]:
    """Commitment → its part of the shortfall between the agreed revenue and the forecast's.

    The revenue is the MQLs × the rate of each step after them × what a customer brings. A step's part is that of the
    rate a team promised over it, else of its own drift.
    """
    names = [s.stage for s in side.stages]
    if side.night.handover not in names:
        return {}
    names = names[names.index(side.night.handover) :]
    agreed = [side.terms.on(min(side.night.as_of, side.target.period_end)).get(("required", n)) for n in names]
    exact = [a.required_exact for a in agreed if a is not None and a.required_exact]
    volumes = {f.stage: f.expected for f in side.forecasts
               if (f.target, f.segment) == (side.target.target, side.target.segment)}  # fmt: skip
    if len(exact) < len(names) or side.deal is None or not side.deal.mean or not side.deal.paying_share:
        return {}
    first = agreed[0]
    volume = first.value if first is not None and first.value else exact[0]
    steps = [b / a for a, b in pairwise(exact)]
    revenue = side.terms.value("revenue", side.night.as_of) or side.target.revenue
    share = side.terms.value("marketing_share", side.night.as_of) or side.target.marketing_share
    committed = [volume, *steps, revenue * share / exact[-1]]
    expected = expected_factors([volumes.get(n) for n in names], steps, side.deal.mean * side.deal.paying_share)
    if expected is None:
        return {}
    parts = split_shortfall(committed, expected)
    found: dict[str, float] = {}
    for commitment, part in zip([*_owners_of(side, names, commitments)], parts, strict=True):
        found[commitment] = found.get(commitment, 0.0) + part
    return {c: v if math.isfinite(v) else 0.0 for c, v in found.items()}


def _owners_of(side: PlanSide, names: list[str], commitments: set[str]) -> Iterator[str]:
    """The commitment each factor belongs to, in order."""
    yield "mql_volume"
    whole = [s.stage for s in side.stages]
    ways = {c: rate_way(c, whole, side.night.handover) for c in ("sql_rate", "win_rate") if c in commitments}
    for a, b in pairwise(names):
        at = whole.index(a)
        own = next((c for c, w in ways.items() if w is not None and w[0] <= at < w[1]), None)
        yield own or f"rate_drift:{a}_to_{b}"
    yield "average_deal"
