# ruff: noqa: E501, ISC004 (SQL text, a statement a line or two)
"""How landing files become rows of the raw tables, as SQL text for DuckDB.

Here: one `Load` for each kind of landing file. Not here: running it, in what transaction (the rail does that).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.hubspot.landed import HISTORY, SCHEMA, back, due, instant, money, property_of, record, stamps
from connectors.hubspot.objects import CONTACTS, DEALS, LEADS, ObjectType
from connectors.hubspot.selection import Selection

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
        f"select * from read_json({{files}}, format = 'newline_delimited', columns = {record(kind, selection)}) "
        f"qualify row_number() over (partition by id order by properties['{kind.modified}'] desc) = 1",
    ]
    if kind.stage:
        statements += [stamps(selection), due(kind, selection, handover_stages)]
    if kind is CONTACTS:
        statements.append(back(selection, since))
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


def _insert(kind: ObjectType, selection: Selection) -> str:
    table, _ = table_of(kind)

    def role(name: str) -> str:
        found = selection.roles.get(name)
        return f"nullif({property_of(found)}, '')" if found else "cast(null as varchar)"

    dates = f"l.id, {instant(role('created'))}, {instant(role('modified'))}"
    waits = "l.id in (select id from due)"
    if kind is CONTACTS:
        cells = (
            f"{dates}, {role('lead_source')}, {role('owner')}, {instant(role('owner_since'))}, {role('stage')}, "
            f"{role('status')}, {role('reason')}, {role('merged_ids')}, {waits}, l.id in (select id from back)"
        )
    elif kind is DEALS:
        cells = (
            f"{dates}, {role('pipeline')}, {role('stage')}, {money(role('amount'))}, upper({role('currency')}), "
            f"{money(role('home_amount'))}, {instant(role('closed'))}, {role('owner')}, {role('reason')}, {waits}"
        )
    elif kind is LEADS:
        cells = f"{dates}, {role('pipeline')}, {role('stage')}, {role('owner')}, {role('reason')}, {waits}"
    else:
        happened = f"coalesce({instant(role('starts'))}, {instant(role('happened'))})"
        status = f"coalesce({role('status')}, {role('channel')})"
        cells = (
            f"'{kind.record_type}', {dates}, {happened}, {role('owner')}, {role('direction')}, {status}, "
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
    changed_at = instant('v.version."timestamp"')
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
