"""A company whose rates and delays are known, day by day, past and future: what estimates are held against.

Here: its records, and the tables that the SQL would count of them on a night. Not here: any estimate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from models.night import CalendarDay, Target
from models.open_night import OpenNight, open_night
from models.settings.account import AccountSettings
from models.settings.funnel import people_stages

NIGHT = date(2026, 6, 30)
STAGES = ("mql", "sql", "opportunity", "customer")
TARGET = {"revenue": 100000, "start": date(2026, 1, 1), "end": date(2026, 12, 31)}
DEALS = {
    "path": "deals.csv",
    "id": "Id",
    "person": "Person",
    "created": "Created",
    "closed": "Closed",
    "amount": "Amount",
    "stage": "Stage",
    "won": ["Won"],
    "lost": ["Lost"],
}


def account(**settings: object) -> AccountSettings:
    """The company's settings: a date column for each stage of people, deals in a file of their own."""
    funnel: dict[str, object] = {"stages": list(STAGES), **settings.pop("funnel", {})}
    dates = {s: s.upper() for s in people_stages(funnel["stages"])}
    people = {"path": "people.csv", "id": "Id", "created": "Created", "source": "Source", "stages": dates}
    files = {"files": {"people": people, "deals": DEALS}}
    given = {"sources": files, "currency": "EUR", "target": TARGET, "funnel": funnel}
    return AccountSettings.model_validate(given | settings)


@dataclass(frozen=True)
class Law:
    """How a step really goes: conversions and losses come after gamma-distributed days."""

    rate: float
    mean_days: float
    shape: float = 1.5
    loss_mean_days: float = 30.0
    never_lost: float = 0.2
    """share of the unconverted that nobody ever closes"""

    def share_within(self, days: int) -> float:
        """The share of all records that converts within so many whole days."""
        from scipy.stats import gamma

        return self.rate * float(gamma.cdf(days + 0.5, self.shape, scale=self.mean_days / self.shape))


@dataclass
class Company:
    """Records of each stage but the last: entry, conversion and loss days, counted from the night; inf: never."""

    stages: Sequence[str]
    entered: list[np.ndarray]
    converted: list[np.ndarray]
    lost: list[np.ndarray]
    segment: list[np.ndarray]
    amounts: np.ndarray
    """of each customer"""

    @property
    def customers(self) -> np.ndarray:
        """The days on which deals are won."""
        return self.converted[-1][np.isfinite(self.converted[-1])]


def company(
    seed: int,
    laws: Sequence[Law],
    per_day: float,
    first_day: int = -800,
    last_day: int = 0,
    stages: Sequence[str] = STAGES,
    segments: Sequence[tuple[str, float, Sequence[Law]]] = (),
    deal: tuple[float, float] = (1000.0, 0.5),
) -> Company:
    """A company that `per_day` records come into; `deal`: the mean amount, and the sigma of its logarithm.

    `segments`: name, share of the records, laws of its own.
    """
    rng = np.random.default_rng(seed)
    names = [s[0] for s in segments] or [None]
    law_of = [s[2] for s in segments] or [laws]
    days = np.arange(first_day, last_day + 1)
    entry = np.repeat(days, rng.poisson(per_day, len(days))).astype(np.float64)
    place = rng.choice(len(names), len(entry), p=[s[1] for s in segments] or [1.0])
    entered, converted, lost, of = [], [], [], []
    for i in range(len(stages) - 1):
        rates = np.array([law[i].rate for law in law_of])[place]
        means = np.array([law[i].mean_days for law in law_of])[place]
        losing = np.array([law[i].loss_mean_days for law in law_of])[place]
        never = np.array([law[i].never_lost for law in law_of])[place]
        shape = laws[i].shape
        converts = rng.random(len(entry)) < rates
        lag = np.rint(rng.gamma(shape, means / shape))
        loss = np.rint(rng.gamma(shape, losing / shape))
        is_lost = ~converts & (rng.random(len(entry)) >= never)
        entered.append(entry)
        converted.append(np.where(converts, entry + lag, np.inf))
        lost.append(np.where(is_lost, entry + loss, np.inf))
        of.append(np.array(names, dtype=object)[place])
        entry, place = (entry + lag)[converts], place[converts]
    mean, sigma = deal
    amounts = mean * np.exp(sigma * rng.standard_normal(len(entry)) - sigma**2 / 2)
    return Company(stages, entered, converted, lost, of, np.round(amounts, 2))


def step_outcomes(of: Company, day: int = 0) -> pd.DataFrame:
    """The rows of funnel.step_outcomes on the night of a day."""
    parts = []
    for i in range(len(of.stages) - 1):
        there = of.entered[i] <= day
        frame = pd.DataFrame(
            {
                "from_stage": of.stages[i],
                "to_stage": of.stages[i + 1],
                "segment": pd.Series(of.segment[i][there], dtype="str"),
                "age_days": (day - of.entered[i][there]).astype(np.int64),
                "lag_days": np.where(
                    of.converted[i][there] <= day, of.converted[i][there] - of.entered[i][there], np.nan
                ),
                "is_lost": of.lost[i][there] <= day,
            }
        )
        keys = list(frame.columns)
        parts.append(frame.groupby(keys, dropna=False, as_index=False).size())
    found = pd.concat(parts, ignore_index=True).rename(columns={"size": "records"})
    found["lag_days"] = found["lag_days"].astype("Float64").mask(found["lag_days"].isna())
    found["is_from_explicit"] = True
    found["is_to_explicit"] = found["lag_days"].notna()
    found["deals_weight"] = np.where(
        found["to_stage"].eq("opportunity") & found["lag_days"].notna(), found["records"], 0.0
    ).astype(np.float64)
    return found


def open_records(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The rows of funnel.open_records."""
    is_open = outcomes["lag_days"].isna() & ~outcomes["is_lost"]
    frame = outcomes.assign(still_open=outcomes["records"].where(is_open, 0))
    keys = {"from_stage": "stage", "segment": "segment", "age_days": "age_days"}
    grouped = frame.groupby(list(keys), dropna=False, as_index=False)[["records", "still_open"]].sum()
    return grouped.rename(columns=keys | {"records": "entered"})


def new_records(of: Company, day: int = 0) -> pd.DataFrame:
    """The rows of funnel.new_records: arrivals at the first stage in the last 13 weeks."""
    late = (of.entered[0] > day - 91) & (of.entered[0] <= day)
    counts = pd.Series(of.segment[0][late], dtype="str").value_counts(dropna=False)
    return pd.DataFrame({"stage": of.stages[0], "segment": counts.index.astype("str"), "records": counts.to_numpy()})


def won_deals(of: Company, day: int = 0) -> pd.DataFrame:
    """The rows of funnel.won_deals."""
    won = of.converted[-1]
    is_won = np.isfinite(won)
    known = won[is_won] <= day
    return pd.DataFrame(
        {
            "deal_id": [f"sim:{i}" for i in np.flatnonzero(known)],
            "segment": pd.Series(of.segment[-1][is_won][known], dtype="str"),
            "origin": "marketing",
            "booked_on": [NIGHT + timedelta(days=int(d)) for d in won[is_won][known]],
            "amount": of.amounts[known],
            "amount_in_currency": of.amounts[known],
        }
    )


def deliveries_by_segment(
    of: Company, targets: Sequence[Target], calendar: Sequence[CalendarDay], day: int = 0
) -> pd.DataFrame:
    """The rows of funnel.deliveries_by_segment."""
    week_of = {d.day: d.week_start for d in calendar}
    rows = []
    days = [*of.entered, of.customers]
    segments = [*of.segment, of.segment[-1][np.isfinite(of.converted[-1])]]
    for target in targets:
        first, last = (target.period_start - NIGHT).days, min((target.period_end - NIGHT).days, day)
        for stage, at, segment in zip(of.stages, days, segments, strict=True):
            there = (at >= first) & (at <= last)
            weeks = [week_of[NIGHT + timedelta(days=int(d))] for d in at[there]]
            rows.append(
                pd.DataFrame({"target": target.target, "segment": segment[there], "week_start": weeks, "stage": stage})
            )
    found = pd.concat(rows, ignore_index=True)
    found["segment"] = found["segment"].astype("str")
    found = found.groupby(["target", "segment", "week_start", "stage"], dropna=False, as_index=False).size()
    found["week_start"] = pd.to_datetime(found["week_start"])
    return found.rename(columns={"size": "entered"})


def deliveries(by_segment: pd.DataFrame) -> pd.DataFrame:
    """The rows of funnel.deliveries."""
    return by_segment.groupby(["target", "week_start", "stage"], as_index=False)["entered"].sum()


def opened(day: int = 0, **settings: object) -> OpenNight:
    """The settings of the night of a day, over the defaults of an account with these stages."""
    as_of = NIGHT + timedelta(days=day)
    now = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=5)
    return open_night("simulated", account(**settings), now)
