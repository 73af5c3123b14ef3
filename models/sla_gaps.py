"""The table `sla_gaps`: every commitment of the agreement beside what came of it, with a sentence that says so.

Here: which commitments are judged over which scope and period, and the judgement. Not here: what was agreed
(`agreements`, `agreed_terms`), the money (`revenue_at_stake`) or the plan's own gaps (`plan_gaps`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.agreed_terms import AgreedTerms, Period, periods_of
from models.agreements import Agreement
from models.average_deal import AverageDeal
from models.cohort_rates import cohort_rate
from models.commitments import rate_way
from models.conversion_rates import ConversionRate
from models.forecast import Forecast
from models.gap import SlaGap, filled, judged
from models.night import CalendarDay, Night, Stage, Target
from models.plan_gaps import PlanSide, plan_gaps, stakes
from models.required_reps import CapacityObserved, RequiredReps
from models.step_counts import Step, by_step

if TYPE_CHECKING:
    import pandas as pd

SIDE = {"mql_volume": "marketing", "sql_rate": "marketing"}
VOLUMES = {
    "mql_volume": ("Marketing delivered", "MQLs"),
    "mqls_worked": ("Sales worked", "MQLs"),
    "sqls": ("Sales found", "SQLs"),
}
RATES = {"sql_rate": "MQLs became SQLs", "win_rate": "opportunities were won"}
UNRECORDED = "The CRM shows no call, e-mail or meeting of anyone in sales, so this cannot be judged."
PROMISES = {"first_touch": "first touches", "attempts": "follow-ups"}


def sla_gaps(
    night: Night,
    stages: list[Stage],
    targets: list[Target],
    calendar: list[CalendarDay],
    agreements: list[Agreement],
    conversion_rates: list[ConversionRate],
    average_deal: list[AverageDeal],
    required_reps: list[RequiredReps],
    forecast: list[Forecast],
    capacity_observed: CapacityObserved,
    sla_daily: pd.DataFrame,
    step_outcomes: pd.DataFrame,
    reps: pd.DataFrame,
) -> list[SlaGap]:
    """A row for each commitment, scope and period of each target whose period has begun."""
    import pandas as pd

    names = dict(zip(reps["owner_id"], reps["name"], strict=True))
    daily = sla_daily.assign(day=pd.to_datetime(sla_daily["day"]))
    seen = _Seen(night, stages, conversion_rates, daily, by_step(step_outcomes))
    rows: list[SlaGap] = []
    for target in targets:
        periods = periods_of(night, target, calendar)
        if not periods:
            continue
        own = AgreedTerms(agreements, target, target.segment, calendar)
        segments = sorted({a.segment for a in agreements if a.target == target.target and a.segment is not None})
        for period in periods:
            judged = list(_team_gaps(seen, target, own, own, period, target.segment, "whole"))
            if target.segment is None:
                for segment in segments:
                    part = AgreedTerms(agreements, target, segment, calendar)
                    judged += _team_gaps(seen, target, own, part, period, segment, "segment")
                judged += _owner_gaps(seen, target, own, period, names)
            if period.name == "to_date":
                sides = PlanSide(
                    night,
                    stages,
                    target,
                    own,
                    conversion_rates,
                    average_deal,
                    required_reps,
                    forecast,
                    capacity_observed,
                )
                judged += plan_gaps(sides, _row(seen, target, period))
                at_stake = stakes(sides, {g.commitment for g in judged if g.scope == "whole"})
                judged = [
                    replace(g, revenue_at_stake=at_stake.get(g.commitment)) if g.scope == "whole" else g for g in judged
                ]
            rows += judged
    return rows


@dataclass(frozen=True)
class _Seen:
    """What the night knows of how the commitments were kept."""

    night: Night
    stages: list[Stage]
    rates: list[ConversionRate]
    daily: pd.DataFrame
    outcomes: dict[tuple[str, str], Step]

    @property
    def has_touches(self) -> bool:
        """Whether sales' activities are recorded at all; where they are not, none made means nothing."""
        return bool((self.daily["commitment"] == "touches").any())

    def counted(
        self, commitment: str, period: Period, segment: str | None, owner: str | None
    ) -> tuple[int, int, float]:
        """Records due and done in a period, and how many of those due were promised."""
        import pandas as pd

        d = self.daily
        rows = d[
            (d["commitment"] == commitment)
            & (d["day"] >= pd.Timestamp(period.start))
            & (d["day"] <= pd.Timestamp(period.through))
            & (d["owner_id"].isna() if owner is None else d["owner_id"] == owner)
        ]
        if segment is not None:
            rows = rows[rows["segment"] == segment]
        return int(rows["due"].sum()), int(rows["done"].sum()), float(rows["promised"].sum())


def _row(seen: _Seen, target: Target, period: Period) -> SlaGap:
    """A blank row of a target and a period, whole, owed by sales."""
    return SlaGap(
        as_of=seen.night.as_of, target=target.target, side="sales", commitment="", scope="whole",
        segment=target.segment, owner_id=None, period=period.name, period_start=period.start, period_end=period.end,
        unit="share", committed=None, actual=None, gap=None, gap_share=None, revenue_at_stake=None,
        status="not_computable", severity="info", explanation="",
    )  # fmt: skip


def _team_gaps(
    seen: _Seen, target: Target, own: AgreedTerms, terms: AgreedTerms, period: Period, segment: str | None, scope: str
) -> Iterator[SlaGap]:
    blank = replace(_row(seen, target, period), scope=scope, segment=segment)
    at_risk = own.value("at_risk", period.through) or seen.night.at_risk
    where = f" in {segment}" if scope == "segment" else ""
    span = f"between {period.start} and {period.through}"
    for commitment, (verb, unit) in VOLUMES.items():
        due = terms.due(commitment, period)
        if due is None:
            continue
        done = float(seen.counted(commitment, period, segment, None)[1])
        status = judged(done, due, at_risk)
        said = f"{verb} {done:,.0f} of the {due:,.1f} {unit}{where} due {span}"
        if commitment == "mqls_worked":
            came = seen.counted("mql_volume", period, segment, None)[1]
            said += f"; marketing delivered {came:,}"
        row = replace(blank, side=SIDE.get(commitment, "sales"), commitment=commitment, unit=unit)
        if commitment == "mqls_worked" and not seen.has_touches:
            yield filled(row, due, None, "not_computable", UNRECORDED)
        else:
            yield filled(row, due, done, status, f"{said}.")
    stages = [s.stage for s in seen.stages]
    for commitment, said_of in RATES.items():
        promised, way = terms.mean(commitment, period), rate_way(commitment, stages, seen.night.handover)
        if promised is None or way is None:
            continue
        steps = [r for r in seen.rates if r.segment is None and r.from_stage in stages[way[0] : way[1]]]
        found = cohort_rate(seen.night, steps, seen.outcomes, segment, period.start, period.through)
        row = replace(blank, side=SIDE.get(commitment, "sales"), commitment=commitment)
        said = (
            f"{found.rate:.1%} of the {said_of}{where} of those that came {span}; {promised:.1%} was agreed."
            if found.rate is not None
            else f"{commitment}{where} cannot be judged {span}: {found.reason}."
        )
        yield filled(row, promised, found.rate, judged(found.rate, promised, at_risk), said)
    for commitment in _promised(own, period):
        yield _kept(seen, blank, own, period, commitment, at_risk, where)


def _promised(own: AgreedTerms, period: Period) -> list[str]:
    """The promises on single MQLs that were agreed on at the end of a period."""
    calls, mails = own.value("call_attempts", period.through) or 0, own.value("emails", period.through) or 0
    promised = {
        "first_touch": own.value("first_touch_hours", period.through) is not None,
        "attempts": calls + mails > 0,
    }
    return [c for c, is_agreed in promised.items() if is_agreed]


def _kept(
    seen: _Seen, blank: SlaGap, own: AgreedTerms, period: Period, commitment: str, at_risk: float, who: str
) -> SlaGap:
    if not seen.has_touches:
        row = replace(blank, commitment=commitment)
        return filled(row, own.value("share", period.through), None, "not_computable", UNRECORDED)
    due, done, promised = seen.counted(commitment, period, blank.segment, blank.owner_id)
    committed = promised / due if due else own.value("share", period.through)
    actual = done / due if due else None
    span = f"between {period.start} and {period.through}"
    said = (
        f"{done:,} of the {due:,} {PROMISES[commitment]}{who} that fell due {span} were made in time ({actual:.1%}); "
        f"{committed:.1%} was agreed."
        if due and committed is not None
        else f"No {PROMISES[commitment]}{who} fell due {span}."
    )
    return filled(replace(blank, commitment=commitment), committed, actual, judged(actual, committed, at_risk), said)


def _owner_gaps(
    seen: _Seen, target: Target, own: AgreedTerms, period: Period, names: dict[str, str]
) -> Iterator[SlaGap]:
    """The promises rep by rep; a rep for whom none fell due has no row."""
    at_risk = own.value("at_risk", period.through) or seen.night.at_risk
    for owner in sorted(seen.daily["owner_id"].dropna().unique()):
        blank = replace(_row(seen, target, period), scope="owner", owner_id=str(owner))
        for commitment in _promised(own, period):
            row = _kept(seen, blank, own, period, commitment, at_risk, f" of {names.get(owner, owner)}")
            if row.actual is not None:
                yield row
