"""Whose plan a row is: a target's own, or that of a segment within it; with its rates, its deal and its share.

Here: how a target is split. Not here: what it takes (`required_funnel`) or how it will end (`forecast`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.conversion_with_delay import Floats
from models.night import Night, Target

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Deal:
    """What a won deal brings, as the plan takes it."""

    mean: float
    """of the positive amounts, in the account's currency"""
    paying: float
    """share of the wins whose amount is positive"""
    status: str
    segment: str | None
    """whose wins it was measured on; None: the whole's"""
    origin: str
    """marketing, or all"""
    is_observed: bool

    @property
    def worth(self) -> float:
        """Mean revenue of a win, paying or not."""
        return self.mean * self.paying


@dataclass(frozen=True)
class Scope:
    """A target, or a segment's part of one."""

    target: Target
    segment: str | None
    """whose records count; None: all"""
    share: float
    """part of the target's customers, 0..1; 1 for the target itself"""
    rates: list[ConversionRate]
    """one a step"""
    deal: Deal
    units: tuple[str, ...] = ("people", "deals")
    """what the scope can be planned in"""


def scopes(
    night: Night,
    targets: Sequence[Target],
    rates: Sequence[ConversionRate],
    average_deals: Sequence[AverageDeal],
) -> list[Scope]:
    """Each target, then the segments that split it: by their share of the won deals, with their own rates.

    A segment without a won deal has no share that could be told. Pipelines are segments of deals only.
    """
    found = []
    won = {a.segment: a.won_deals for a in average_deals if a.segment is not None and a.won_deals}
    for target in targets:
        deal = _deal(night, average_deals, target.segment)
        found.append(Scope(target, target.segment, 1.0, _rates_of(rates, target.segment), deal))
        if target.segment is None:
            units = ("deals",) if night.segment_by == "pipeline" else ("people", "deals")
            found += [
                Scope(target, segment, n / sum(won.values()), _rates_of(rates, segment), deal, units)
                for segment, n in won.items()
            ]
    return found


def _rates_of(rates: Sequence[ConversionRate], segment: str | None) -> list[ConversionRate]:
    """The segment's rates, in the order of the funnel; those of the whole where it has none."""
    return [r for r in rates if r.segment == segment] or [r for r in rates if r.segment is None]


def _deal(night: Night, average_deals: Sequence[AverageDeal], segment: str | None) -> Deal:
    deals = {a.segment: a for a in average_deals}
    deal = deals.get(segment) or deals.get(None)
    if deal is None or not deal.mean or not deal.paying_share:
        return Deal(night.assumed_average_deal, 1.0, "no_denominator", None, "all", is_observed=False)
    return Deal(deal.mean, deal.paying_share, deal.status, deal.segment, deal.origin, is_observed=True)


def past_amounts(night: Night, scope: Scope, won_deals: pd.DataFrame) -> Floats:
    """The amounts of the wins that the scope's average deal was measured on; none where it is assumed."""
    import pandas as pd

    if not scope.deal.is_observed:
        return np.empty(0)
    booked = pd.to_datetime(won_deals["booked_on"])
    first = night.as_of - timedelta(days=night.lookback_days - 1)
    is_counted = (booked >= pd.Timestamp(first)) & (booked <= pd.Timestamp(night.as_of))
    if scope.deal.origin == "marketing":
        is_counted &= won_deals["origin"] == "marketing"
    if scope.deal.segment is not None:
        is_counted &= won_deals["segment"] == scope.deal.segment
    amounts = won_deals.loc[is_counted, "amount_in_currency"].to_numpy(np.float64, na_value=np.nan)
    return np.sort(amounts[~np.isnan(amounts)])


def delivered(
    target: str, segment: str | None, deliveries: pd.DataFrame, deliveries_by_segment: pd.DataFrame
) -> pd.DataFrame:
    """What has come towards a target, or in a segment towards it: rows of stage, week_start and entered."""
    if segment is None:
        return deliveries[deliveries["target"] == target]
    of_target = deliveries_by_segment["target"] == target
    return deliveries_by_segment[of_target & (deliveries_by_segment["segment"] == segment)]


def delivered_so_far(rows: pd.DataFrame) -> dict[str, int]:
    """Records delivered, by stage."""
    return {str(stage): int(n) for stage, n in rows.groupby("stage")["entered"].sum().items()}
