"""Conversion of records of which some are still open: curve, horizon, effective entries, interval.

Here: the estimators, on plain counts. Not here: which records are counted, or the table of rates.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HORIZONS_DAYS = (14, 30, 60, 90, 120, 180, 270, 365)
HORIZON_SHARE = 0.95
# Entries this old have had a year to convert; younger ones would make lags look shorter than they are.
SETTLED_AGE_DAYS = 365
# So many entries of an age tell what happens by then; fewer make the horizon hang on the luck of one of them.
WATCHED_RECORDS = 10
# Entries watched for so many times the lags they show have shown them whole. At 2 the rate's bias comes to more than a
# point where the lags shown are just half as long (benchmarks/test_rates_of_known_companies.py).
WATCHED_LAGS = 2.5

# Into so many parts the horizon is split where a variance takes the hazard of each as even. With five the 80 % interval
# holds the truth of companies of known rates in 77 to 84 % of the cases, young or old (benchmarks).
PARTS = 5

# Below any share that counts; keeps a Beta distribution proper where every record converted.
TINY = 1e-9


@dataclass(frozen=True)
class Counts:
    """Records that entered a step, counted by age and lag; arrays of one length."""

    age_days: Ints
    """days from the entry to the night"""
    lag_days: Floats
    """days from the entry to the conversion; NaN: not converted"""
    records: Ints
    """how many"""

    @property
    def entered(self) -> int:
        """Records in all."""
        return int(self.records.sum())

    @property
    def converted(self) -> int:
        """Those that converted, however late."""
        return int(self.records[~np.isnan(self.lag_days)].sum())

    def converted_within(self, horizon_days: int) -> int:
        """Those that converted within the horizon."""
        return int(self.records[self.lag_days <= horizon_days].sum())

    def aged(self, first: int, last: int | None = None) -> Self:
        """The records whose age is from `first` to `last` days, both included."""
        keep = self.age_days >= first
        if last is not None:
            keep &= self.age_days <= last
        return self.where(keep)

    def where(self, keep: npt.NDArray[np.bool_]) -> Self:
        """The records of the places to keep."""
        return type(self)(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})


def horizon(counts: Counts, min_sample: int, lookback_days: int) -> int:
    """Days within which 95 % of the conversions fall, of a short list of horizons, at most the lookback.

    Judged on entries at least a year old, or on all entries where those hold fewer than `min_sample` conversions.
    Without any conversion: the longest.

    Entries of a young company show short lags only, for the long ones are still to come, and a horizon chosen from
    these makes the rate too high wherever one of the oldest happens to convert. It stands where entries were watched
    for several times the lag that 95 % of the conversions took; else the horizon is as long as they were watched.
    """
    settled = counts.aged(SETTLED_AGE_DAYS)
    judged = settled if settled.converted >= min_sample else counts
    if not judged.converted:
        return min(HORIZONS_DAYS[-1], lookback_days)
    enough = HORIZON_SHARE * judged.converted
    chosen = next((h for h in HORIZONS_DAYS if judged.converted_within(h) >= enough), HORIZONS_DAYS[-1])
    return min(watched_too_short(counts) or chosen, lookback_days)


def watched_too_short(counts: Counts) -> int | None:
    """How many days a young company's entries were watched, where that is too short to say how long conversions take.

    None where it is not, where any entry at least a year old converted, where there is hardly any entry, and where
    most conversions came later than that: a few entries that are older were given their time.
    """
    if counts.entered < WATCHED_RECORDS or counts.aged(SETTLED_AGE_DAYS).converted:
        return None
    watched = max(_age_of(counts, WATCHED_RECORDS), HORIZONS_DAYS[0])
    converted = counts.where(~np.isnan(counts.lag_days))
    lag = quantile(converted.lag_days, converted.records, HORIZON_SHARE)
    is_too_short = lag is not None and watched < min(WATCHED_LAGS * lag, SETTLED_AGE_DAYS)
    return watched if is_too_short and 2 * counts.converted_within(watched) >= counts.converted else None


def _age_of(counts: Counts, records: int) -> int:
    """The highest age in days that so many of the records have."""
    oldest_first = np.argsort(-counts.age_days, kind="stable")
    place = np.searchsorted(np.cumsum(counts.records[oldest_first]), records)
    return int(counts.age_days[oldest_first][place])


def conversion_curve(counts: Counts, horizon_days: int) -> Floats:
    """The share converted by each day from 0 to the horizon, by the product-limit estimator.

    A record is at risk until it converts, else until its age; a lost one stays at risk, so the curve is the share
    that will have converted. Source: Kaplan and Meier (1958).
    """
    converting, at_risk = _converting_and_at_risk(counts, horizon_days)
    hazard = np.divide(converting, at_risk, out=np.zeros_like(converting), where=at_risk > 0)
    return np.asarray(1.0 - np.cumprod(1.0 - hazard), dtype=np.float64)


def _converting_and_at_risk(counts: Counts, horizon_days: int) -> tuple[Floats, Floats]:
    """The records that convert on each day from 0 to the horizon, and those still at risk when it begins."""
    events = counts.lag_days <= horizon_days
    time = np.minimum(np.where(events, counts.lag_days, counts.age_days), horizon_days).astype(np.int64)
    # Of no records at all, bincount makes whole numbers.
    leaving = np.bincount(time, weights=counts.records, minlength=horizon_days + 1).astype(np.float64)
    converting = np.bincount(time[events], weights=counts.records[events], minlength=horizon_days + 1)
    return converting.astype(np.float64), np.cumsum(leaving[::-1])[::-1]


def last_watched(counts: Counts, records: int) -> int:
    """The last age in days at which so many records were still unconverted: until then their conversions tell a share.

    0 where there never were so many.
    """
    ages = np.where(np.isnan(counts.lag_days), counts.age_days, counts.lag_days).astype(np.int64)
    at_risk = np.cumsum(np.bincount(ages, weights=counts.records)[::-1])[::-1]
    return max(int((at_risk >= records).sum()) - 1, 0)


def share_due_by_age(curve: Floats, horizon_days: int | None = None) -> Floats:
    """Of the conversions that come within the horizon, the share that has come by each day; more than 1 after it.

    The horizon is the curve's last day unless given. Without any conversion within it nothing is known of the lags;
    they are taken as spread evenly.
    """
    last = len(curve) - 1 if horizon_days is None else horizon_days
    if curve[last] <= 0:
        return np.asarray(np.minimum(np.arange(len(curve)) / last, 1.0)) if last else np.ones(len(curve))
    return np.asarray(curve / curve[last], dtype=np.float64)


def effective_entered(counts: Counts, due: Floats) -> float:
    """Entries, each counted by how much of its time to convert it has had."""
    ages = np.minimum(counts.age_days, len(due) - 1)
    return float((due[ages] * counts.records).sum())


def share_certain(counts: Counts, horizon_days: int) -> float:
    """Of the effective entries, the share whose outcome is worth that of a record watched for the whole horizon.

    Greenwood's variance of the product-limit curve at the horizon, over that of as many records all watched until
    then: open ones make the delays uncertain, too. At most 1; 1 where no conversion says anything. Source: Greenwood
    (1926).
    """
    converting, at_risk = _converting_and_at_risk(counts, horizon_days)
    curve = conversion_curve(counts, horizon_days)
    effective = effective_entered(counts, share_due_by_age(curve))
    if not 0.0 < curve[-1] < 1.0 or effective <= 0.0:
        return 1.0
    watched = effective * (1.0 - np.concatenate(([0.0], curve[:-1])))
    ideal = _greenwood_sum(effective * np.diff(curve, prepend=0.0), watched)
    return min(ideal / _greenwood_sum(converting, at_risk), 1.0)


def _greenwood_sum(converting: Floats, at_risk: Floats) -> float:
    """Greenwood's sum, with the hazard of each fifth of the days after the first as if it were even.

    Day by day, a late stretch in which few are watched, and by luck nobody converts, would count as certain: of young
    companies the 80 % interval then held the truth in 77 % of the cases, and was too low in 15 %.
    """
    found = 0.0
    # What converts on the day it enters is like nothing that comes later.
    for part in (np.array([0]), *np.array_split(np.arange(1, len(at_risk)), PARTS)):
        days = part[at_risk[part] > 0]
        if days.size:
            hazard = min(converting[days].sum() / at_risk[days].sum(), 1.0 - TINY)
            found += float((hazard / (1.0 - hazard) / at_risk[days]).sum())
    return found


@dataclass(frozen=True)
class Estimate:
    """A rate with its equal-tailed interval."""

    rate: float
    low: float
    high: float


def drawn_rate(converted: float, entered: float, toward: float, weight: float, confidence: float) -> Estimate:
    """The share `converted` of `entered`, drawn toward a rate that counts for `weight` entries.

    The mean and the equal-tailed interval of the Beta distribution that these counts make.
    """
    from scipy.special import betaincinv

    entered = max(entered, converted)
    a = max(converted + weight * toward, TINY)
    b = max(entered - converted + weight * (1.0 - toward), TINY)
    tail = (1.0 - confidence) / 2
    rate = (converted + weight * toward) / (entered + weight)
    low, high = float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1.0 - tail))
    # Where both are too small for a float, one may come out as 0 and the other as the smallest there is.
    return Estimate(rate, min(low, high), high)


def quantile(values: Floats, records: Ints, share: float) -> float | None:
    """The quantile of values that each count `records` times, linear between neighbours; None where there are none.

    The same as numpy's default quantile of the values written out.
    """
    total = int(records.sum())
    if total == 0:
        return None
    order = np.argsort(values)
    ends = np.cumsum(records[order])
    place = (total - 1) * share
    lower = values[order][np.searchsorted(ends, np.floor(place), side="right")]
    upper = values[order][np.searchsorted(ends, np.ceil(place), side="right")]
    return float(lower + (upper - lower) * (place - np.floor(place)))
