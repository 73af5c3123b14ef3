"""Rows and settings for the tests of models/, with defaults that a test changes where it matters."""

import itertools
from datetime import date, datetime, timedelta

import pandas as pd

from models.average_deal import AverageDeal
from models.calculator import PlanTables, TypedPlan, typed_plan
from models.conversion_rates import ConversionRate
from models.night import Night, Stage, Target
from models.required_funnel import RequiredFunnel, required_funnel
from models.required_reps import Effort
from models.settings.account import AccountSettings
from models.settings.funnel import people_stages
from models.step_delays import StepDelay

AS_OF = date(2026, 6, 30)
STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def instant(utc: str) -> datetime:
    """A moment in UTC as the tables hold it, without a time zone; written as `2026-06-30 22:00`."""
    return datetime.fromisoformat(utc)


def settings(**keys) -> AccountSettings:
    target = {"revenue": 100000, "start": "2026-01-01", "end": "2026-12-31"}
    return AccountSettings.model_validate({"sources": {"hubspot": {}}, "target": target, **keys})


def night(**changes) -> Night:
    values = {
        "account": "acme",
        "as_of": AS_OF,
        "day_end_at": instant("2026-07-01 00:00"),
        "cut_off_at": instant("2026-07-01 05:00"),
        "is_replay": False,
        "full_refresh": False,
        "timezone": "UTC",
        "currency": "EUR",
        "language": "en",
        "handover": "mql",
        "segment_by": None,
        "lookback_days": 365,
        "horizon_days": None,
        "min_sample": 30,
        "confidence": 0.8,
        "working_weeks": 47.0,
        "assumed_average_deal": 1000.0,
        "mqls_per_rep_week": 8.0,
        "touches_per_rep_week": 20.0,
        "call_attempts_per_sql": 2.0,
        "emails_per_sql": 3.0,
        "open_sqls_per_rep": None,
        "rounding": "nearest",
        "at_risk": 0.9,
    }
    return Night(**{**values, **changes})


def stages(
    *names: str, assumed=0.5, weight=1.0, unmapped: tuple[str, ...] = (), handover: str | None = "mql"
) -> list[Stage]:
    """The stages; `assumed` is one rate, or one a step in order."""
    chain = names or STAGES
    rates = assumed if isinstance(assumed, list | tuple) else [assumed] * (len(chain) - 1)
    people = people_stages(list(chain))
    return [
        Stage(
            stage=name,
            position=i + 1,
            unit="people" if name in people else "deals",
            next_stage=chain[i + 1] if i + 1 < len(chain) else None,
            is_handover=name == handover,
            is_mapped=name not in unmapped,
            assumed_rate=rates[i] if i + 1 < len(chain) else None,
            assumed_weight=weight,
        )
        for i, name in enumerate(chain)
    ]


def step_outcomes(*rows: dict) -> pd.DataFrame:
    """The frame that funnel.step_outcomes is read as: DOUBLE lag with NaN where NULL, segment None where NULL."""
    values = {
        "from_stage": "mql",
        "to_stage": "sql",
        "segment": None,
        "age_days": 100,
        "lag_days": None,
        "is_lost": False,
        "is_from_explicit": True,
        "is_to_explicit": None,
        "records": 1,
        "deals_weight": 0.0,
    }
    filled = [{**values, **r} for r in rows]
    for row in filled:
        if row["is_to_explicit"] is None:
            row["is_to_explicit"] = row["lag_days"] is not None
    kinds = {
        "age_days": "int64",
        "lag_days": "float64",
        "is_lost": "bool",
        "is_from_explicit": "bool",
        "is_to_explicit": "bool",
        "records": "int64",
        "deals_weight": "float64",
    }
    return pd.DataFrame(filled, columns=list(values)).astype(kinds)


def rate(from_stage: str, to_stage: str, value: float = 0.5, **changes) -> ConversionRate:
    values = {
        "as_of": AS_OF,
        "segment": None,
        "from_stage": from_stage,
        "to_stage": to_stage,
        "unit": "people" if from_stage in ("prospect", "lead", "mql", "sql") else "deals",
        "window_start": AS_OF - timedelta(days=364),
        "window_end": AS_OF,
        "horizon_days": 90,
        "entered": 1000,
        "converted": round(1000 * value),
        "lost": 0,
        "still_open": 1000 - round(1000 * value),
        "effective_entered": 1000.0,
        "observed_rate": value,
        "mature_rate": value,
        "rate": value,
        "rate_low": value,
        "rate_high": value,
        "deals_per_person": 1.0,
        "median_days": 10.0,
        "p90_days": 30.0,
        "status": "ok",
        "method": "typed",
    }
    return ConversionRate(**{**values, **changes})


def article_rates(**changes_of_step: dict) -> list[ConversionRate]:
    """The five steps at 50 %; `mql={"status": …}` changes the step that starts there."""
    return [rate(a, b, **changes_of_step.get(a, {})) for a, b in itertools.pairwise(STAGES)]


def deal(**changes) -> AverageDeal:
    values = {
        "as_of": AS_OF,
        "segment": None,
        "origin": "all",
        "window_start": AS_OF - timedelta(days=364),
        "window_end": AS_OF,
        "won_deals": 100,
        "revenue": 100000.0,
        "mean": 1000.0,
        "mean_low": 900.0,
        "mean_high": 1100.0,
        "trimmed_mean": 1000.0,
        "median": 1000.0,
        "paying_share": 1.0,
        "without_amount": 0,
        "without_rate": 0,
        "status": "ok",
    }
    return AverageDeal(**{**values, **changes})


def target(**changes) -> Target:
    values = {
        "target": "2026",
        "segment": None,
        "revenue": 100000.0,
        "period_start": YEAR[0],
        "period_end": YEAR[1],
        "marketing_share": 1.0,
    }
    return Target(**{**values, **changes})


def deliveries(*rows: tuple[str, date, str, int]) -> pd.DataFrame:
    """Rows of (target, week_start, stage, entered)."""
    frame = pd.DataFrame(list(rows), columns=["target", "week_start", "stage", "entered"])
    return frame.astype({"week_start": "datetime64[us]", "entered": "int64"})


def deliveries_by_segment(*rows: tuple[str, str | None, date, str, int]) -> pd.DataFrame:
    """Rows of (target, segment, week_start, stage, entered)."""
    frame = pd.DataFrame(list(rows), columns=["target", "segment", "week_start", "stage", "entered"])
    return frame.astype({"segment": "str", "week_start": "datetime64[us]", "entered": "int64"})


def won_deals(*rows: tuple[date, float | None], segment: str | None = None, origin: str = "all") -> pd.DataFrame:
    """Rows of (booked_on, amount), in the account's currency."""
    return pd.DataFrame(
        {
            "deal_id": [f"d{i}" for i in range(len(rows))],
            "segment": pd.Series([segment] * len(rows), dtype="str"),
            "origin": origin,
            "booked_on": [r[0] for r in rows],
            "amount": pd.Series([r[1] for r in rows], dtype="float64"),
            "amount_in_currency": pd.Series([r[1] for r in rows], dtype="float64"),
        }
    )


def step_delays(*names: str, **due: list[float]) -> list[StepDelay]:
    """The delays of the steps, by the stage they start from: the share due by each day; unknown where not given."""
    return [
        StepDelay(name, day, share, 1.0, name in due)
        for name in (names or STAGES)[:-1]
        for day, share in enumerate(due.get(name, [1.0]))
    ]


def open_records(*rows: tuple[str, int, int, int], segment: str | None = None) -> pd.DataFrame:
    """Rows of (stage, age_days, entered, still_open)."""
    frame = pd.DataFrame(list(rows), columns=["stage", "age_days", "entered", "still_open"])
    frame.insert(1, "segment", pd.Series([segment] * len(rows), dtype="str"))
    return frame.astype({"age_days": "int64", "entered": "int64", "still_open": "int64"})


def new_records(*rows: tuple[str, int], segment: str | None = None) -> pd.DataFrame:
    """Rows of (stage, records), of the last 13 weeks."""
    frame = pd.DataFrame(list(rows), columns=["stage", "records"]).astype({"records": "int64"})
    frame.insert(1, "segment", pd.Series([segment] * len(rows), dtype="str"))
    return frame


def funnel_rows(
    calendar,
    *,
    of_night=None,
    of_stages=None,
    targets=None,
    rates=None,
    deals=None,
    delivered=None,
    by_segment=None,
    won=None,
    delays=None,
    opened=None,
    new=None,
    agreed=None,
) -> list[RequiredFunnel]:
    """required_funnel of the article's figures, but for what is given."""
    funnel_stages = of_stages or stages()
    return required_funnel(
        night=of_night or night(),
        stages=funnel_stages,
        targets=targets or [target()],
        calendar=calendar,
        conversion_rates=article_rates() if rates is None else rates,
        average_deal=[deal()] if deals is None else deals,
        deliveries=deliveries() if delivered is None else delivered,
        deliveries_by_segment=deliveries_by_segment() if by_segment is None else by_segment,
        won_deals=won_deals() if won is None else won,
        step_delays=step_delays(*(s.stage for s in funnel_stages)) if delays is None else delays,
        open_records=open_records() if opened is None else opened,
        new_records=new_records() if new is None else new,
        agreements=pd.DataFrame() if agreed is None else agreed,
    )


def effort(**changes) -> Effort:
    values = {
        "mqls_per_rep_week": 8.0,
        "touches_per_rep_week": 20.0,
        "call_attempts_per_sql": 2.0,
        "emails_per_sql": 3.0,
    }
    return Effort(**{**values, **changes})


def plan(chain=STAGES, rates=0.5, **changes) -> PlanTables:
    """The typed plan of the article, but for what is given; `rates` is one, or one a step."""
    if not isinstance(rates, list | tuple):
        rates = [rates] * (len(chain) - 1)
    values = {"revenue": 100000.0, "average_deal": 1000.0, "effort": effort()}
    return typed_plan(TypedPlan(**{**values, "stages": chain, "rates": rates, **changes}))
