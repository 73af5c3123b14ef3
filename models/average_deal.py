"""The table `average_deal`: what a won deal brings.

Here: mean, interval, paying share, status. Not here: which deals are won (in SQL).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from models.night import Night, Target

if TYPE_CHECKING:
    import pandas as pd

TRIMMED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class AverageDeal:
    """What the deals won in the lookback were worth, each at the exchange rate of its close.

    The plan needs the mean; the trimmed mean and the median beside it show how much of it a few large deals carry.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "segment")
    CHECKS: ClassVar[tuple[str, ...]] = (
        "mean > 0 and mean_low <= mean and mean <= mean_high",
        "without_amount + without_rate <= won_deals and paying_share between 0 and 1",
    )

    PLOTS: ClassVar[tuple[str, ...]] = (
        "average deal: max(mean) filter (where segment is null)",
        "won deals: max(won_deals) filter (where segment is null)",
    )

    as_of: Annotated[date, "the day this night speaks for"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    origin: Annotated[str, "whose deals: all, or marketing where a target asks marketing for a share only"]
    window_start: Annotated[date, "first day of the wins"]
    window_end: Annotated[date, "last day of the wins"]
    won_deals: Annotated[int, "deals won in the window"]
    revenue: Annotated[float, "sum of their positive amounts, in the account's currency"]
    mean: Annotated[float | None, "mean of their positive amounts, in the account's currency; NULL: there is none"]
    mean_low: Annotated[float | None, "lower end of its interval at observe.confidence; NULL: fewer than two amounts"]
    mean_high: Annotated[float | None, "upper end of its interval at observe.confidence"]
    trimmed_mean: Annotated[float | None, "mean without the lowest and highest 5 %"]
    median: Annotated[float | None, "median of the positive amounts"]
    paying_share: Annotated[float | None, "share of the wins of known amount whose amount is positive, 0..1"]
    without_amount: Annotated[int, "wins without an amount"]
    without_rate: Annotated[int, "wins in a currency without an exchange rate, left out of every sum"]
    status: Annotated[str, "no_denominator, mixed_currency, low_sample or ok"]


def average_deal(night: Night, targets: list[Target], won_deals: pd.DataFrame) -> list[AverageDeal]:
    """A row for the whole, then one for each segment with wins in the lookback."""
    import pandas as pd

    first = night.as_of - timedelta(days=night.lookback_days - 1)
    origin = "marketing" if any(t.marketing_share < 1 for t in targets) else "all"
    booked = pd.to_datetime(won_deals["booked_on"])
    wins = won_deals[(booked >= pd.Timestamp(first)) & (booked <= pd.Timestamp(night.as_of))]
    if origin == "marketing":
        wins = wins[wins["origin"] == "marketing"]
    rows = [_row(night, None, origin, first, wins)]
    for segment in sorted(wins["segment"].dropna().unique()):
        rows.append(_row(night, segment, origin, first, wins[wins["segment"] == segment]))
    return rows


def _row(night: Night, segment: str | None, origin: str, first: date, wins: pd.DataFrame) -> AverageDeal:
    known = wins[wins["amount"].notna()]
    converted = known["amount_in_currency"].to_numpy(np.float64)
    amounts = np.sort(converted[converted > 0])
    without_rate = int(np.isnan(converted).sum())
    low, high = _interval(amounts, night.confidence)
    cut = int(len(amounts) * TRIMMED_SHARE)
    if len(amounts) == 0:
        status = "no_denominator"
    elif without_rate:
        status = "mixed_currency"
    else:
        status = "low_sample" if len(amounts) < night.min_sample else "ok"
    return AverageDeal(
        as_of=night.as_of,
        segment=segment,
        origin=origin,
        window_start=first,
        window_end=night.as_of,
        won_deals=len(wins),
        revenue=float(amounts.sum()),
        mean=float(amounts.mean()) if len(amounts) else None,
        mean_low=low,
        mean_high=high,
        trimmed_mean=float(amounts[cut : len(amounts) - cut].mean()) if len(amounts) else None,
        median=float(np.median(amounts)) if len(amounts) else None,
        paying_share=float((known["amount"] > 0).mean()) if len(known) else None,
        without_amount=len(wins) - len(known),
        without_rate=without_rate,
        status=status,
    )


def _interval(amounts: npt.NDArray[np.float64], confidence: float) -> tuple[float | None, float | None]:
    """Student's interval of the mean, its lower end kept above nothing; None below two amounts."""
    from scipy.special import stdtrit

    n = len(amounts)
    if n < 2:
        return None, None
    half = float(stdtrit(n - 1, (1 + confidence) / 2) * amounts.std(ddof=1) / np.sqrt(n))
    mean = float(amounts.mean())
    return max(mean - half, 0.0), mean + half
