# ruff: noqa: E501, ISC004 (SQL text, a statement a line or two)
"""How landing files become rows of the raw tables, as SQL text for DuckDB.

Here: one `Load` for each kind of landing file. Not here: running it, in what transaction (the rail does that).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.hubspot.objects import CONTACTS, DEALS, LEADS, TYPES, ObjectType
from connectors.hubspot.portal import Selection, StageDates

SCHEMA = "raw_hubspot"

HISTORY = 'MAP(VARCHAR, STRUCT("value" VARCHAR, "timestamp" VARCHAR, sourceType VARCHAR)[])'
WITH_HISTORY = f"{{id: 'VARCHAR', propertiesWithHistory: '{HISTORY}'}}"
LINKED = "{id: 'VARCHAR', \"to\": 'VARCHAR[]'}"
GONE = "{id: 'VARCHAR'}"

ROLES = {"lifecyclestage": "stage", "dealstage": "stage", "hs_pipeline_stage": "stage"}
ROLES |= {"hubspot_owner_id": "owner", "hs_lead_status": "status"}


@dataclass(frozen=True)
class Load:
    """What is done with some files of one kind, statement by statement; `{files}` stands for their paths."""

    kind: str
    statements: tuple[str, ...]


def table_of(kind: ObjectType) -> tuple[str, str]:
    """The raw table of a type and its id column."""
    return {
        CONTACTS.name: (f"{SCHEMA}.contacts", "contact_id"),
        DEALS.name: (f"{SCHEMA}.deals", "deal_id"),
        LEADS.name: (f"{SCHEMA}.leads", "lead_id"),
    }.get(kind.name, (f"{SCHEMA}.activities", "activity_id"))


def rows_of(kind: ObjectType) -> str:
    """The condition that holds for the rows of a type in its table."""
    return "true" if kind.name in (CONTACTS.name, DEALS.name, LEADS.name) else f"kind = '{kind.record_type}'"


def forget_all(kind: ObjectType) -> tuple[str, ...]:
    """Before a whole load: every row of the type goes, and what hangs on it."""
    table, _ = table_of(kind)
    found = [f"delete from {table} where {rows_of(kind)}"]
    if kind.stage:
        found.append(f"delete from {SCHEMA}.changes where record_type = '{kind.record_type}'")
    if kind.linked:
        found.append(f"delete from {SCHEMA}.links where record_type = '{kind.record_type}'")
    return tuple(found)


def load_records(kind: ObjectType, selection: Selection, handover_stages: Sequence[str], since: str | None) -> Load:
    """Records as listed or searched; `since` is the moment of the last night, None in a whole load.

    A record's stage dates tell its history when each stage's exit is the next one's entry and no stage was stayed in
    twice; otherwise, and at or beyond the handover, it waits for its history.
    """
    table, key = table_of(kind)
    statements = [
        "create or replace temp table landed as "
        f"select * from read_json({{files}}, format = 'newline_delimited', columns = {_record(kind, selection)}) "
        f"qualify row_number() over (partition by id order by properties['{kind.modified}'] desc) = 1",
    ]
    if kind.stage:
        statements += [_stamps(selection), _due(kind, selection, handover_stages)]
    if kind is CONTACTS:
        statements.append(_back(selection, since))
    statements.append(f"delete from {table} where {rows_of(kind)} and {key} in (select id from landed)")
    statements.append(_insert(kind, selection))
    if kind.stage:
        statements += _changes(kind)
    if kind.linked:
        statements += _listed_links(kind, whole=since is None)
    if "merged_ids" in selection.roles:
        merged = (
            "select trim(unnest(string_split(properties['"
            + selection.roles["merged_ids"]
            + "'], ';'))) as id from landed"
        )
        statements.append(f"create or replace temp table gone as {merged}")
        statements += _forget(kind)
    return Load("records", tuple(statements))


def load_links(kind: ObjectType) -> Load:
    """All links of some records, in place of those known."""
    return Load(
        "links",
        (
            f"create or replace temp table linked as select * from read_json({{files}}, format = 'newline_delimited', "
            f"columns = {LINKED})",
            f"delete from {SCHEMA}.links where record_type = '{kind.record_type}' and record_id in (select id from linked)",
            f"insert into {SCHEMA}.links select distinct '{kind.record_type}', id, unnest(\"to\") from linked",
        ),
    )


def load_links_of_contacts(kind: ObjectType) -> Load:
    """All links of some contacts to activities of a kind, in place of those known."""
    return Load(
        f"links_{kind.name}",
        (
            f"create or replace temp table linked as select * from read_json({{files}}, format = 'newline_delimited', "
            f"columns = {LINKED})",
            f"delete from {SCHEMA}.links where record_type = '{kind.record_type}' and contact_id in (select id from linked)",
            f"insert into {SCHEMA}.links select distinct '{kind.record_type}', unnest(\"to\"), id from linked",
            f"update {SCHEMA}.contacts set links_due = false where contact_id in (select id from linked)",
        ),
    )


def load_history(kind: ObjectType) -> Load:
    """Histories of some records, in place of what was known of them."""
    table, key = table_of(kind)
    return Load(
        "history",
        (
            f"create or replace temp table landed as select * from read_json({{files}}, format = 'newline_delimited', "
            f"columns = {WITH_HISTORY})",
            # Of a record without any history, the dates it has remain.
            f"delete from {SCHEMA}.changes where record_type = '{kind.record_type}' and record_id in "
            "(select id from landed where len(map_keys(propertiesWithHistory)) > 0)",
            _history(kind),
            f"update {table} set history_due = false where {key} in (select id from landed)",
        ),
    )


def load_gone(kind: ObjectType) -> Load:
    """Records that are gone."""
    return Load(
        "gone",
        (
            f"create or replace temp table gone as select * from read_json({{files}}, format = 'newline_delimited', "
            f"columns = {GONE})",
            *_forget(kind),
        ),
    )


def _record(kind: ObjectType, selection: Selection) -> str:
    """What a record looks like in its landing file; a property is text or nothing, whatever its type.

    A struct of the properties asked for is read five times as fast as a map of any.
    """
    names = sorted({*selection.properties, kind.modified, *filter(None, [kind.stage])})
    properties = ", ".join('"' + n.replace('"', '""').replace("'", "''") + '" VARCHAR' for n in names)
    return (
        f"{{id: 'VARCHAR', properties: 'STRUCT({properties})', propertiesWithHistory: '{HISTORY}', "
        "associations: 'STRUCT(contacts STRUCT(results STRUCT(id VARCHAR)[]))'}"
    )


def _forget(kind: ObjectType) -> list[str]:
    table, key = table_of(kind)
    found = [f"delete from {table} where {rows_of(kind)} and {key} in (select id from gone)"]
    if kind.stage:
        found.append(
            f"delete from {SCHEMA}.changes where record_type = '{kind.record_type}' and record_id in (select id from gone)"
        )
    if kind.linked:
        found.append(
            f"delete from {SCHEMA}.links where record_type = '{kind.record_type}' and record_id in (select id from gone)"
        )
    else:
        found.append(f"delete from {SCHEMA}.links where contact_id in (select id from gone)")
    return found


def _stamps(selection: Selection) -> str:
    """`stamps`: when each landed record entered and left each stage, by its properties."""
    stages = [] if selection.history_instead else selection.stages
    rows = (
        ", ".join(_stamp(d) for d in stages)
        or "{stage: null, entered: null, exited: null, latest: null, cumulative: null}"
    )
    return (
        "create or replace temp table stamps as select s.id, s.stamp.stage as stage, "
        f"{_instant('s.stamp.entered')} as entered_at, {_instant('s.stamp.exited')} as exited_at, "
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
    given = ", ".join(f"{k}: {'cast(null as varchar)' if p is None else _property(p)}" for k, p in cells.items())
    return f"{{stage: {_text(dates.stage)}, {given}}}"


def _due(kind: ObjectType, selection: Selection, handover_stages: Sequence[str]) -> str:
    """`due`: the landed records whose dates do not tell their history, or that are for sales."""
    if selection.history_instead:
        return "create or replace temp table due as select id from landed where propertiesWithHistory is null"
    deep = ", ".join(_text(s.lower()) for s in handover_stages) or "null"
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


def _back(selection: Selection, since: str | None) -> str:
    """`back`: contacts that are new here, but not in the portal: restored ones, and what a merge made."""
    if since is None:
        return "create or replace temp table back as select id from landed where false"
    created, merged = (selection.roles.get(r) for r in ("created", "merged_ids"))
    created_at = _instant(_property(created)) if created else "null"
    is_merged = f"{_property(merged)} <> ''" if merged else "false"
    return (
        "create or replace temp table back as select l.id from landed as l "
        f"where not exists (select 1 from {SCHEMA}.contacts as c where c.contact_id = l.id) "
        f"and (coalesce({created_at} < {_instant(_text(since))} - interval 1 hour, true) "
        f"or {is_merged}) "
        f"union select c.contact_id from {SCHEMA}.contacts as c join landed as l on l.id = c.contact_id where c.links_due"
    )


def _insert(kind: ObjectType, selection: Selection) -> str:
    table, _ = table_of(kind)

    def role(name: str) -> str:
        found = selection.roles.get(name)
        return f"nullif({_property(found)}, '')" if found else "cast(null as varchar)"

    stamps = f"l.id, {_instant(role('created'))}, {_instant(role('modified'))}"
    due = "l.id in (select id from due)"
    if kind is CONTACTS:
        cells = (
            f"{stamps}, {role('lead_source')}, {role('owner')}, {_instant(role('owner_since'))}, {role('stage')}, "
            f"{role('status')}, {role('reason')}, {role('merged_ids')}, {due}, l.id in (select id from back)"
        )
    elif kind is DEALS:
        cells = (
            f"{stamps}, {role('pipeline')}, {role('stage')}, {_money(role('amount'))}, upper({role('currency')}), "
            f"{_money(role('home_amount'))}, {_instant(role('closed'))}, {role('owner')}, {role('reason')}, {due}"
        )
    elif kind is LEADS:
        cells = f"{stamps}, {role('pipeline')}, {role('stage')}, {role('owner')}, {role('reason')}, {due}"
    else:
        happened = f"coalesce({_instant(role('starts'))}, {_instant(role('happened'))})"
        status = f"coalesce({role('status')}, {role('channel')})"
        cells = (
            f"'{kind.record_type}', {stamps}, {happened}, {role('owner')}, {role('direction')}, {status}, "
            f"{role('outcome')}, {role('made_by')}"
        )
    return f"insert into {table} select {cells} from landed as l"


def _changes(kind: ObjectType) -> list[str]:
    return [
        f"delete from {SCHEMA}.changes where record_type = '{kind.record_type}' and record_id in (select id from landed)",
        f"insert into {SCHEMA}.changes select '{kind.record_type}', s.id, 'stage', s.stage, s.entered_at, 'stage_date', "
        "null from stamps as s join landed as l on l.id = s.id "
        "where s.entered_at is not null and l.propertiesWithHistory is null",
        _history(kind),
    ]


def _history(kind: ObjectType) -> str:
    cases = " ".join(f"when '{p}' then '{ROLES[p]}'" for p in kind.history)
    changed_at = _instant('v.version."timestamp"')
    return (
        f"insert into {SCHEMA}.changes select '{kind.record_type}', h.id, case h.entry.\"key\" {cases} end, "
        f"nullif(v.version.\"value\", ''), {changed_at}, 'history', v.version.sourceType "
        "from (select id, unnest(map_entries(propertiesWithHistory)) as entry from landed) as h, "
        'unnest(h.entry."value") as v(version) where v.version."timestamp" is not null'
    )


def _listed_links(kind: ObjectType, whole: bool) -> list[str]:
    """Links that came with a list; a search brings none, and says nothing of them."""
    if not whole:
        return []
    of = f"record_type = '{kind.record_type}' and record_id in (select id from landed)"
    return [
        f"delete from {SCHEMA}.links where {of}",
        f"insert into {SCHEMA}.links select distinct '{kind.record_type}', l.id, c.contact.id from landed as l, "
        "unnest(l.associations['contacts'].results) as c(contact)",
    ]


def _property(name: str) -> str:
    return f"l.properties[{_text(name)}]"


def _instant(cell: str) -> str:
    return f"cast(try_cast({cell} as timestamptz) at time zone 'UTC' as timestamp)"


def _money(cell: str) -> str:
    # Numbers come with up to fifty digits, or as 5E3.
    return f"cast(try_cast({cell} as double) as decimal(18, 2))"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


__all__ = ["TYPES", "Load", "load_gone", "load_history", "load_links", "load_links_of_contacts", "load_records"]
