"""What a cohort of the funnel really converted, open records corrected for, and whether that can be judged yet.

Here: one period's cohort, not drawn toward anything: a promise is judged by what happened. Not here: the plan's own
rates (`conversion_rates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.conversion_rates import ConversionRate
from models.conversion_with_delay import conversion_curve, effective_entered, share_due_by_age
from models.night import Night
from models.step_counts import NO_STEP, Step


@dataclass(frozen=True)
class CohortRate:
    """A rate, or the reason why there is none."""

    rate: float | None
    reason: str = ""


def cohort_rate(
    night: Night,
    steps: Sequence[ConversionRate],
    counted: Mapping[tuple[str, str], Step],
    segment: str | None,
    start: date,
    through: date,
) -> CohortRate:
    """The share of the records of a period that goes all the way over `steps`.

    `steps` are the whole account's rows; `counted`, the records by step.
    """
    product = 1.0
    for step in steps:
        if step.entered is None or step.status in ("not_mapped", "no_denominator"):
            return CohortRate(None, f"the CRM does not show both ends of {step.from_stage} to {step.to_stage}")
        records = counted.get((step.from_stage, step.to_stage), NO_STEP)
        due = share_due_by_age(conversion_curve(records.whole.aged(0, night.lookback_days - 1), step.horizon_days))
        cohort = records.of(segment).aged((night.as_of - through).days, (night.as_of - start).days)
        effective = effective_entered(cohort, due)
        name = f"{step.from_stage} records"
        if effective < cohort.entered / 2:
            return CohortRate(None, f"most of the {cohort.entered:,} {name} are too young to tell")
        if effective < night.min_sample:
            return CohortRate(None, f"{effective:,.0f} {name} are too few to tell; {night.min_sample} are needed")
        product *= min(cohort.converted_within(step.horizon_days) / effective, 1.0)
    return CohortRate(product)
