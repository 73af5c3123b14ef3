# ruff: noqa: E501 (SQL text, a statement a line or two)
"""What landed records tell before they are loaded, as SQL text for DuckDB: temporary tables over their files.

Here: `stamps` (stage dates), `due` (whose history is needed), `back` (who came back). Not here: the raw tables
(`loading`).
"""

from collections.abc import Sequence

from connectors.hubspot.objects import ObjectType
from connectors.hubspot.selection import Selection, StageDates

SCHEMA = "raw_hubspot"
HISTORY = 'MAP(VARCHAR, STRUCT("value" VARCHAR, "timestamp" VARCHAR, sourceType VARCHAR)[])'


def record(kind: ObjectType, selection: Selection) -> str:
    """What a record looks like in its landing file; a property is text or nothing, whatever its type.

    A struct of the properties asked for is read five times as fast as a map of any.
    """
    names = sorted({*selection.properties, kind.modified, *filter(None, [kind.stage])})
    properties = ", ".join('"' + n.replace('"', '""').replace("'", "''") + '" VARCHAR' for n in names)
    return (
        f"{{id: 'VARCHAR', properties: 'STRUCT({properties})', propertiesWithHistory: '{HISTORY}', "
        "associations: 'STRUCT(contacts STRUCT(results STRUCT(id VARCHAR)[]))'}"
    )


def stamps(selection: Selection) -> str:
    """`stamps`: when each landed record entered and left each stage, by its properties."""
    stages = [] if selection.history_instead else selection.stages
    rows = (
        ", ".join(_stamp(d) for d in stages)
        or "{stage: null, entered: null, exited: null, latest: null, cumulative: null}"
    )
    return (
        "create or replace temp table stamps as select s.id, s.stamp.stage as stage, "
        f"{instant('s.stamp.entered')} as entered_at, {instant('s.stamp.exited')} as exited_at, "
        "try_cast(s.stamp.latest as double) as latest, try_cast(s.stamp.cumulative as double) as cumulative "
        f"from (select l.id, unnest([{rows}]) as stamp from landed as l) as s where s.stamp.entered <> ''"
    )


def _stamp(dates: StageDates) -> str:
    cells = {
        "entered": dates.entered,
        "exited": dates.exited,
        "latest": dates.latest,
        "cumulative": dates.cumulative,
    }
    given = ", ".join(f"{k}: {'cast(null as varchar)' if p is None else property_of(p)}" for k, p in cells.items())
    return f"{{stage: {text(dates.stage)}, {given}}}"


def due(kind: ObjectType, selection: Selection, handover_stages: Sequence[str]) -> str:
    """`due`: the landed records whose dates do not tell their history, or that are for sales."""
    if selection.history_instead:
        return "create or replace temp table due as select id from landed where propertiesWithHistory is null"
    deep = ", ".join(text(s.lower()) for s in handover_stages) or "null"
    stage = f"nullif(l.properties['{selection.roles.get('stage', kind.stage)}'], '')"
    return (
        "create or replace temp table due as "
        "with ordered as (select s.*, lead(s.entered_at) over (partition by s.id order by s.entered_at, s.exited_at) "
        "as next_at, lead(s.stage) over (partition by s.id order by s.entered_at, s.exited_at) as next_stage from stamps as s), "
        "judged as (select o.id, bool_or(lower(o.stage) in "
        f"({deep})) as is_deep, "
        "bool_or(o.exited_at < o.entered_at or o.cumulative is distinct from o.latest and o.latest is not null "
        "and abs(o.cumulative - o.latest) > 1e-6 * abs(o.latest) "
        "or o.next_at is null and o.exited_at is not null "
        "or o.next_at is not null and (o.exited_at is null or abs(epoch_ms(o.exited_at) - epoch_ms(o.next_at)) > 1000)) "
        "as is_broken, max(case when o.next_stage is null then o.stage end) as last_stage from ordered as o group by o.id) "
        "select l.id from landed as l left join judged as j on j.id = l.id where l.propertiesWithHistory is null and "
        f"(coalesce(j.is_deep, false) or coalesce(j.is_broken, false) or coalesce(lower({stage}) in ({deep}), false) "
        f"or {stage} is distinct from j.last_stage)"
    )


def back(selection: Selection, since: str | None) -> str:
    """`back`: contacts that are new here, but not in the portal: restored ones, and what a merge made."""
    if since is None:
        return "create or replace temp table back as select id from landed where false"
    created, merged = (selection.roles.get(r) for r in ("created", "merged_ids"))
    created_at = instant(property_of(created)) if created else "null"
    is_merged = f"{property_of(merged)} <> ''" if merged else "false"
    return (
        "create or replace temp table back as select l.id from landed as l "
        f"where not exists (select 1 from {SCHEMA}.contacts as c where c.contact_id = l.id) "
        f"and (coalesce({created_at} < {instant(text(since))} - interval 1 hour, true) "
        f"or {is_merged}) "
        f"union select c.contact_id from {SCHEMA}.contacts as c join landed as l on l.id = c.contact_id where c.links_due"
    )


def property_of(name: str) -> str:
    """A property of a landed record `l`, as SQL."""
    return f"l.properties[{text(name)}]"


def instant(cell: str) -> str:
    """A cell as a UTC instant, as SQL; NULL where it is none."""
    return f"cast(try_cast({cell} as timestamptz) at time zone 'UTC' as timestamp)"


def money(cell: str) -> str:
    """A cell as an amount, as SQL; NULL where it is none."""
    # Numbers come with up to fifty digits, or as 5E3.
    return f"cast(try_cast({cell} as double) as decimal(18, 2))"


def text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"
