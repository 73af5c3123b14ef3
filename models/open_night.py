"""From an account's settings and a moment to the rows of the `settings` tables.

Here: which day a night speaks for, and every setting as a row. Not here: the shape of the rows (`night`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from models.night import (
    CalendarDay,
    Commitment,
    Night,
    RepShare,
    SalesSource,
    ScenarioChange,
    Stage,
    StageMapping,
    Target,
)
from models.settings.account import AccountSettings
from models.settings.funnel import DEFAULT_STAGES, people_stages
from models.settings.team import RepShare as ShareSetting
from models.stage_mapping import BUILT_IN, stage_mapping
from models.working_calendar import calendar_days, local_midnight

ALWAYS = date(1, 1, 1)
DEFAULT_ZONE = "UTC"

# Entries this much older than the lookback still choose the horizon of the rates.
CALENDAR_PAST_DAYS = 800
CALENDAR_FUTURE_DAYS = 60


class ImpossibleDayError(Exception):
    """A night was asked for a day that is not over yet."""


@dataclass(frozen=True)
class OpenNight:
    """Everything a night knows before it reads the CRM."""

    night: Night
    stages: list[Stage]
    mapping: list[StageMapping]
    sales_sources: list[SalesSource]
    calendar: list[CalendarDay]
    targets: list[Target]
    commitments: list[Commitment]
    rep_shares: list[RepShare]
    scenario_changes: list[ScenarioChange]


def zone_of(settings: AccountSettings, crm_zone: str | None = None) -> ZoneInfo:
    """The zone that decides the account's days: as set, else the CRM's own, else UTC."""
    return ZoneInfo(settings.timezone or crm_zone or DEFAULT_ZONE)


def last_complete_day(now: datetime, zone: ZoneInfo) -> date:
    """Yesterday in `zone`, at the aware moment `now`."""
    return now.astimezone(zone).date() - timedelta(days=1)


def latest_night(settings: AccountSettings, now: datetime) -> date:
    """The day that a night at the aware moment `now` speaks for, unless it is asked for another.

    The last complete day of the account; a simulated company whose history ends on a day of its own has that one.
    """
    sandbox = settings.sources.sandbox
    latest = last_complete_day(now, zone_of(settings))
    return min(sandbox.last_day, latest) if sandbox is not None and sandbox.last_day is not None else latest


def open_night(
    account: str,
    settings: AccountSettings,
    now: datetime,
    as_of: date | None = None,
    full_refresh: bool = False,
    earlier_cut_off_at: datetime | None = None,
    agree: bool = False,
) -> OpenNight:
    """The rows of the `settings` tables for a night that is opened at the aware moment `now`.

    `as_of` defaults to `latest_night`. The cut-off is `now`; for a day before that one it is
    the cut-off that a run of that night had (`earlier_cut_off_at`, UTC), else the midnight that ended the day.
    Raises ImpossibleDayError for a day that is not over.
    """
    zone = zone_of(settings)
    latest, last_complete = latest_night(settings, now), last_complete_day(now, zone)
    as_of = as_of or latest
    if as_of > last_complete:
        raise ImpossibleDayError(
            f"{as_of} is not over yet in {zone.key}; the last complete day is {last_complete}: name that one, "
            "or an earlier."
        )
    day_end_at = local_midnight(as_of + timedelta(days=1), zone)
    is_replay = as_of < latest
    now_utc = now.astimezone(UTC).replace(tzinfo=None)
    cut_off_at = (earlier_cut_off_at or day_end_at) if is_replay else now_utc
    capacity, observe, agreement = settings.capacity, settings.observe, settings.agreement_on(as_of)
    night = Night(
        account=account,
        as_of=as_of,
        day_end_at=day_end_at,
        cut_off_at=cut_off_at,
        is_replay=is_replay,
        full_refresh=full_refresh,
        timezone=zone.key,
        currency=settings.money,
        language=settings.language,
        handover=settings.funnel.handover,
        segment_by=settings.funnel.segment_by,
        lookback_days=observe.lookback_days,
        horizon_days=observe.horizon_days,
        min_sample=observe.min_sample,
        confidence=observe.confidence,
        working_weeks=settings.calendar.working_weeks,
        assumed_average_deal=settings.assume.average_deal,
        mqls_per_rep_week=capacity.mqls_per_rep_week,
        touches_per_rep_week=capacity.touches_per_rep_week,
        call_attempts_per_sql=capacity.call_attempts_per_sql,
        emails_per_sql=capacity.emails_per_sql,
        open_sqls_per_rep=capacity.open_sqls_per_rep,
        rounding=capacity.rounding,
        at_risk=agreement.at_risk,
        agree=agree,
    )
    periods = [(t.start, t.end) for t in settings.target]
    calendar = calendar_days(
        settings.calendar,
        zone,
        first=min([as_of - timedelta(days=observe.lookback_days + CALENDAR_PAST_DAYS), *(s for s, _ in periods)]),
        last=max([as_of + timedelta(days=CALENDAR_FUTURE_DAYS), *(e for _, e in periods)]),
        periods=periods,
    )
    return OpenNight(
        night=night,
        stages=stage_rows(settings),
        mapping=[
            StageMapping(crm_stage_key=key, stage=stage, is_built_in=built_in)
            for key, stage, built_in in stage_mapping(settings.funnel.stages, settings.funnel.mapping)
        ],
        sales_sources=[SalesSource(lead_source_key=s) for s in _keys(settings.funnel.sales_sources)],
        calendar=calendar,
        targets=[
            Target(
                target=t.label,
                segment=t.segment,
                revenue=t.revenue,
                period_start=t.start,
                period_end=t.end,
                marketing_share=t.marketing_share,
            )
            for t in settings.target
        ],
        commitments=_commitments(settings),
        rep_shares=_rep_shares(settings),
        scenario_changes=[
            ScenarioChange(name, lever, value)
            for name, changes in settings.scenarios.items()
            for lever, value in changes.items()
        ],
    )


def _keys(names: Iterable[str]) -> list[str]:
    return sorted({n.strip().lower() for n in names})


def stage_rows(settings: AccountSettings) -> list[Stage]:
    """The funnel's stages in order, each with the rate assumed to the next one."""
    stages, assume = settings.funnel.stages, settings.assume
    people = people_stages(stages)
    named = _named_stages(settings)
    rows = []
    for position, (stage, following) in enumerate(zip_longest(stages, stages[1:]), start=1):
        step = f"{stage}_to_{following}"
        by_step = assume.conversion if isinstance(assume.conversion, dict) else {}
        rate = by_step.get(step, 0.5) if isinstance(assume.conversion, dict) else assume.conversion
        is_written = step in by_step or (
            not isinstance(assume.conversion, dict) and "conversion" in assume.model_fields_set
        )
        rows.append(
            Stage(
                stage=stage,
                position=position,
                unit="people" if stage in people else "deals",
                next_stage=following,
                is_handover=stage == settings.funnel.handover,
                is_mapped=stage in named,
                assumed_rate=rate if following else None,
                assumed_weight=assume.weight if is_written else 1.0,
            )
        )
    return rows


def _named_stages(settings: AccountSettings) -> set[str]:
    """The stages for which the settings name a place in the CRM that dates entries into them."""
    stages, sources = settings.funnel.stages, settings.sources
    named: set[str] = set()
    if sources.hubspot is not None or sources.salesforce is not None:
        named |= set(settings.funnel.mapping.values()) | set(BUILT_IN.values())
    if sources.sandbox is not None:
        named |= set(DEFAULT_STAGES)
    for people in sources.files.people if sources.files else []:
        named |= set(people.stages)
        if people.status is not None and people.status.at is not None:
            named |= set(settings.funnel.mapping.values())
    for deals in sources.files.deals if sources.files else []:
        first_of_deals = stages[len(people_stages(stages))]
        if deals.created and first_of_deals != stages[-1]:
            named.add(first_of_deals)
        if deals.won_at or (deals.stage and deals.closed):
            named.add(stages[-1])
    return named & set(stages)


def _commitments(settings: AccountSettings) -> list[Commitment]:
    rows = []
    for block in settings.sla:
        since = block.since or ALWAYS
        marketing, sales = block.marketing.model_dump(), block.sales.model_dump()
        for side, terms in (("marketing", marketing), ("sales", sales)):
            for commitment, given in terms.items():
                if given is None:
                    continue
                value, option = _term(given)
                rows.append(Commitment(since, side, commitment, value, option))
        rows.append(Commitment(since, "plan", "at_risk", block.at_risk, None))
    return rows


def _term(given: object) -> tuple[float | None, str | None]:
    if isinstance(given, bool):
        return float(given), None
    if isinstance(given, int | float):
        return float(given), None
    if isinstance(given, list):
        return None, ", ".join(given) or None
    return None, None if given == "required" else str(given)


def _rep_shares(settings: AccountSettings) -> list[RepShare]:
    rows = []
    for owner, given in settings.capacity.reps.items():
        for share in given if isinstance(given, list) else [given]:
            if isinstance(share, ShareSetting):
                rows.append(RepShare(owner.strip().lower(), share.share, share.since or ALWAYS))
            else:
                rows.append(RepShare(owner.strip().lower(), share, ALWAYS))
    return rows
