"""Whether an account's next night can run and be published: every check with its remedy; nothing is written.

Here: the checks that are ours, and what the account's settings make of a source's look. Not here: looking at a source
(`first_look`), or printing (`commands/doctor`).
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from connectors.first_look import Check, FirstLook
from models.open_night import latest_night, zone_of
from models.proposed_mapping import UNMAPPED_ALLOWED, CrmStage, unmapped, unmapped_share, without_a_crm_stage
from models.settings.account import AccountSettings
from models.settings.read import SettingsError, read_settings
from pipelines.environment import variable
from pipelines.first_look import first_looks
from pipelines.paths import AccountFolder, shown
from pipelines.published_file import open_published, published_runs

GB = 1_000_000_000
ROOM_FOR_A_NIGHT = 100_000_000
CLOCK_TOLERANCE_SECONDS = 60
SHOWN_STAGES = 12


@dataclass(frozen=True)
class LastNight:
    """What is known of the last published night."""

    unmapped_share: float | None = None
    """of people and open deals, 0..1"""
    ended_at: datetime | None = None
    """UTC"""


@dataclass(frozen=True)
class Examination:
    """What was found of an account."""

    checks: list[Check]
    is_bad_input: bool = False
    """whether its settings cannot be used, so that nothing else was looked at"""

    @property
    def has_failed(self) -> bool:
        """Whether the next night would fail, or not be published."""
        return any(c.state == "failed" for c in self.checks)


def examine(account: str, file: Path) -> Examination:
    """Look at everything the next night of an account depends on."""
    try:
        settings = read_settings(file)
    except SettingsError as e:
        return Examination([Check("settings", "failed", mistake) for mistake in e.mistakes], is_bad_input=True)
    now = datetime.now(UTC)
    looks = first_looks(account, file, settings)
    folder = AccountFolder(account)
    if settings.timezone is None:
        settings = settings.model_copy(update={"timezone": next((x.timezone for x in looks if x.timezone), None)})
    checks = [*_settings(account, file, settings, looks, now)]
    for seen in looks:
        checks += [*seen.checks, *_budget(seen, folder)]
    try:
        last = _last_night(folder)
    except duckdb.Error:
        last = LastNight()
        said = f"{shown(folder.published)} is no DuckDB file any more; move it away, and the next night writes it anew."
        checks.append(Check("published tables", "failed", said))
    if all(not seen.failed for seen in looks):
        checks += _stages(settings, looks, last)
    return Examination([*checks, _disk(folder), _clock(looks, last, settings, now)])


def _settings(
    account: str, file: Path, settings: AccountSettings, looks: Sequence[FirstLook], now: datetime
) -> list[Check]:
    money = settings.money or next((x.currency for x in looks if x.currency), None)
    in_money = f" {money}" if money else ""
    targets = "; ".join(f"{t.revenue:,.0f}{in_money} from {t.start} to {t.end}" for t in settings.target)
    checks = [Check("settings", "ok", f"{file.name}: {targets}")]
    night = latest_night(settings, now)
    if not any(t.start <= night <= t.end for t in settings.target):
        checks.append(
            Check("target", "warning", f"no target's period holds {night}, the day of the next night; add one.")
        )
    if money is None:
        checks.append(Check("currency", "warning", "neither the settings nor the source name one; add currency: EUR."))
    unset = [name for name in settings.notify.to if variable(account, name) is None]
    if unset:
        checks.append(
            Check("notify", "warning", f"{', '.join(unset)} is not set, so nobody hears of a night; put it into .env.")
        )
    return checks


def _budget(seen: FirstLook, folder: AccountFolder) -> list[Check]:
    if seen.first_load_calls is None:
        return []
    is_first = not folder.warehouse.exists()
    needed = seen.first_load_calls if is_first else seen.quiet_night_calls
    what = f"the first load takes about {needed:,} calls" if is_first else f"a quiet night takes some {needed} calls"
    if seen.calls_allowed is None:
        return [Check("API budget", "ok", f"{what}; {seen.source} does not tell how many are left today")]
    if needed > seen.calls_allowed:
        return [
            Check(
                "API budget",
                "failed",
                f"{what}, but {seen.calls_allowed:,} may be made today; raise {seen.setting}.api_budget_share, "
                "or run it on another day.",
            )
        ]
    return [Check("API budget", "ok", f"{what}; {seen.calls_allowed:,} may be made today")]


def _stages(settings: AccountSettings, looks: Sequence[FirstLook], last: LastNight) -> list[Check]:
    """Each stage with records that is not mapped, and whether they are so many that the night is not published."""
    stages = [CrmStage(**asdict(s)) for seen in looks for s in seen.stages]
    # Exports date stages by columns.
    empty = [] if settings.sources.files or not stages else without_a_crm_stage(stages, settings.funnel)
    checks = [
        Check(
            f"stage {stage}",
            "warning",
            "nothing in the CRM means it, so the rates around it are assumed; map a stage to it, or take it out of "
            "funnel.stages.",
        )
        for stage in empty
    ]
    lost = sorted(unmapped(stages, settings.funnel), key=lambda s: -s.records)
    if not stages:
        return []
    if not lost:
        mapped = sum(s.records > 0 for s in stages)
        return [*checks, Check("stages", "ok", f"all {mapped} stages that hold records are mapped")]
    checks += [
        Check(
            f"stage {s.value}",
            "warning",
            f"{_named(s)}{s.records:,} {'deals' if s.record_type == 'deal' else 'people'} are not mapped; "
            f'funnel.mapping: {{"{s.value}": <a stage of yours, or ignore>}}.',
        )
        for s in lost[:SHOWN_STAGES]
    ]
    if len(lost) > SHOWN_STAGES:
        checks.append(Check("stages", "warning", f"{len(lost) - SHOWN_STAGES} more stages are not mapped."))
    share = unmapped_share(stages, settings.funnel, sum(seen.people for seen in looks))
    if share > UNMAPPED_ALLOWED:
        is_stopped = last.unmapped_share is not None and last.unmapped_share <= UNMAPPED_ALLOWED
        checks.append(
            Check(
                "unmapped stages",
                "failed" if is_stopped else "warning",
                f"{share:.0%} of people and open deals stand in stages that are not mapped, so "
                + ("the next night is not published; map them." if is_stopped else "the plan knows too few; map them."),
            )
        )
    return checks


def _named(stage: CrmStage) -> str:
    """Its label and pipeline, where they say more than its id."""
    label = stage.label if stage.label != stage.value else ""
    return f"{label}{f' ({stage.pipeline})' if stage.pipeline else ''}: " if label else ""


def _last_night(folder: AccountFolder) -> LastNight:
    """What the last published night found; empty where there is none. Raises duckdb.Error for a file that is broken."""
    if not folder.published.exists():
        return LastNight()
    with open_published(folder.published) as con:
        measured = con.execute(
            "select measured from data_checks where check_name = 'unmapped_stages' order by as_of desc limit 1"
        ).fetchall()
    ends = [t for t in published_runs(folder.published).values() if t is not None]
    return LastNight(measured[0][0] if measured else None, max(ends, default=None))


def _disk(folder: AccountFolder) -> Check:
    place = f"{shown(folder.root)}/"
    there = next(p for p in (folder.root, *folder.root.parents) if p.exists())
    if not os.access(there, os.W_OK):
        return Check("disk", "failed", f"{place} cannot be written; give this user the right to, or set SLA_DATA.")
    # A night writes the published file beside the last one, and the warehouse may grow by what it reads.
    held = sum(f.stat().st_size for f in folder.root.rglob("*") if f.is_file()) if folder.root.exists() else 0
    free, needed = shutil.disk_usage(there).free, ROOM_FOR_A_NIGHT + held
    if free < needed:
        return Check(
            "disk",
            "failed",
            f"{free / GB:.2f} GB are free for {place}, and a night may take {needed / GB:.2f}; make room, "
            "or move SLA_DATA.",
        )
    room = "more than 1 GB" if free >= GB else f"{free / GB:.2f} GB"
    return Check("disk", "ok", f"{place} can be written; {room} free")


def _clock(looks: Sequence[FirstLook], last: LastNight, settings: AccountSettings, now: datetime) -> Check:
    remedy = "let the machine set its clock by the network (NTP)."
    for seen in looks:
        off = seen.clock_off_seconds
        if off is not None and abs(off) > CLOCK_TOLERANCE_SECONDS:
            where = "ahead of" if off > 0 else "behind"
            return Check("clock", "warning", f"it is {abs(off):,.0f} s {where} that of {seen.source}; {remedy}")
    if last.ended_at is not None and last.ended_at.replace(tzinfo=UTC) > now:
        return Check(
            "clock", "warning", f"it stands before the last night's end, {last.ended_at:%F %H:%M} UTC; {remedy}"
        )
    told = any(seen.clock_off_seconds is not None for seen in looks)
    night = f"the next night speaks for {latest_night(settings, now)}, in {zone_of(settings).key}"
    return Check("clock", "ok", f"{'as the source has it; ' if told else ''}{night}")
