# ruff: noqa: E501, ISC004 (SQL text, a statement a line or two)
"""How landing files become rows of the raw tables, as SQL text for DuckDB.

Here: the statements for each object's files. Not here: running them, in what transaction (the rail does that).
"""

from collections.abc import Mapping, Sequence

from connectors.salesforce.objects import (
    CAMPAIGN_MEMBER,
    CONTACT_ROLE,
    EVENT,
    LEAD,
    LEAD_HISTORY,
    OPPORTUNITY,
    OPPORTUNITY_HISTORY,
    ObjectType,
)
from connectors.salesforce.selection import Selection

SCHEMA = "raw_salesforce"
# Beyond the bin's fifteen days, and the nights in which nothing ran.
DAYS_IN_BIN = 30
CAMPAIGN_MEMBER_PREFIX = "00v"
OWNER_ID = "00[5G][A-Za-z0-9]{12}([A-Za-z0-9]{3})?"


def forget_all(kind: ObjectType) -> tuple[str, ...]:
    """Before a whole load: every row of the object goes; history stays, for the org forgets some of it."""
    if kind.table == "changes" and kind is not CAMPAIGN_MEMBER:
        return ()
    return (f"delete from {SCHEMA}.{kind.table} where {kind.rows}",)


def load(selection: Selection, campaigns: Mapping[str, str], zone: str) -> tuple[str, ...]:
    """The statements over some files of an object; `{files}` stands for their paths.

    `campaigns`: campaign's id → the stage that a response is an entry into. `zone`: the org's, in which days begin.
    """
    kind = selection.kind
    key = f"select {_cell(selection, 'id')} from landed as l"
    statements = [_landed(selection), f"delete from {SCHEMA}.{kind.table} where {kind.key} in ({key})"]
    living = f"from landed as l where coalesce({_cell(selection, 'is_deleted')}, 'false') <> 'true'"
    if kind is LEAD:
        statements += [f"insert into {SCHEMA}.leads select {_lead(selection)} {living}", *_dates(selection, zone)]
    elif kind is OPPORTUNITY:
        statements.append(f"insert into {SCHEMA}.opportunities select {_opportunity(selection)} {living}")
    elif kind in (LEAD_HISTORY, OPPORTUNITY_HISTORY):
        # That of a deleted record stays, for the record may come back.
        statements.append(f"insert into {SCHEMA}.changes {_history(selection)}")
    elif kind is CONTACT_ROLE:
        statements.append(f"insert into {SCHEMA}.contact_roles select {_role(selection)} {living}")
    elif kind is CAMPAIGN_MEMBER:
        statements.append(f"insert into {SCHEMA}.changes {_responses(selection, campaigns, zone)}")
    else:
        statements.append(
            f"insert into {SCHEMA}.activities select {_activity(selection)} {living}{_but_copies(selection)}"
        )
    if kind.record_type is not None:
        deleted = f"{_cell(selection, 'is_deleted')} = 'true'"
        statements += [
            f"delete from {SCHEMA}.binned where record_id in ({key})",
            f"insert into {SCHEMA}.binned select {_cell(selection, 'id')}, '{kind.record_type}', "
            f"{_instant(selection, 'modified')} from landed as l where {deleted}",
        ]
    return tuple(statements)


def load_ids(kind: ObjectType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements before and over files with the ids of all living records."""
    there = f"there_{kind.name.lower()}"
    return (
        (f"create or replace temp table {there} (id varchar)",),
        (f"insert into {there} select * from read_csv({{files}}, {_csv(['Id'])})",),
    )


def forget_missing(kind: ObjectType) -> tuple[str, ...]:
    """After `load_ids` of all files: records that are not among the living are gone."""
    there = f"there_{kind.name.lower()}"
    return (
        f"delete from {SCHEMA}.{kind.table} where {kind.rows} and {kind.key} not in (select t.id from {there} as t)",
        f"drop table {there}",
    )


def forget_orphans() -> tuple[str, ...]:
    """What was known of records that are gone for good: neither living nor lately in the bin."""
    newest = f"(select max(m) from (select max(modified_at) as m from {SCHEMA}.leads union all select max(modified_at) from {SCHEMA}.opportunities union all select max(binned_at) from {SCHEMA}.binned))"
    return (
        f"delete from {SCHEMA}.binned where binned_at < {newest} - interval {DAYS_IN_BIN} day",
        f"delete from {SCHEMA}.changes where record_id not in (select lead_id from {SCHEMA}.leads union all "
        f"select opportunity_id from {SCHEMA}.opportunities union all select record_id from {SCHEMA}.binned)",
    )


# --- the tables ------------------------------------------------------------------------------------------------------


def _landed(selection: Selection) -> str:
    order = selection.roles.get("modified", selection.roles["created"])
    return (
        f"create or replace temp table landed as select * from read_csv({{files}}, {_csv(selection.fields)}) "
        f'qualify row_number() over (partition by "Id" order by "{order}" desc) = 1'
    )


def _csv(fields: Sequence[str]) -> str:
    """How a job writes its results: every value quoted, nothing for none; all of it read as text."""
    columns = ", ".join(f"'{f}': 'VARCHAR'" for f in fields)
    return (
        "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"max_line_size = 16777216, columns = {{{columns}}}"
    )


def _lead(s: Selection) -> str:
    return (
        f"{_cell(s, 'id')}, {_instant(s, 'created')}, {_instant(s, 'modified')}, {_cell(s, 'status')}, "
        f"{_cell(s, 'lead_source')}, {_cell(s, 'owner')}, {_flag(s, 'is_converted')}, {_day(s, 'converted_on')}, "
        f"{_cell(s, 'contact_id')}, {_cell(s, 'opportunity_id')}"
    )


def _opportunity(s: Selection) -> str:
    return (
        f"{_cell(s, 'id')}, {_instant(s, 'created')}, {_instant(s, 'modified')}, {_cell(s, 'stage')}, "
        f"{_flag(s, 'is_won')}, {_flag(s, 'is_closed')}, cast(try_cast({_cell(s, 'amount')} as double) as decimal(18, 2)), "
        f"upper({_cell(s, 'currency')}), {_day(s, 'closed_on')}, {_cell(s, 'owner')}, {_cell(s, 'record_type')}, "
        f"{_cell(s, 'lead_source')}, {_cell(s, 'contact_id')}"
    )


def _role(s: Selection) -> str:
    return (
        f"{_cell(s, 'id')}, {_cell(s, 'opportunity_id')}, {_cell(s, 'contact_id')}, {_instant(s, 'created')}, "
        f"{_instant(s, 'modified')}, {_flag(s, 'is_primary')}"
    )


def _activity(s: Selection) -> str:
    if s.kind is EVENT:
        kind, is_done, status = "'meeting'", "true", _cell(s, "outcome")
    else:
        # The subtype says what a button made of it; what was logged by hand is a plain task of some type.
        kind = f"coalesce({_kind_of(_cell(s, 'subtype'))}, {_kind_of(_cell(s, 'type'))})"
        is_done, status = _flag(s, "is_done"), f"coalesce({_cell(s, 'outcome')}, {_cell(s, 'status')})"
    return (
        f"{_cell(s, 'id')}, {kind}, {_cell(s, 'who_id')}, {_cell(s, 'owner')}, {_instant(s, 'created')}, "
        f"{_instant(s, 'modified')}, {_instant(s, 'happened')}, {is_done}, {_cell(s, 'direction')}, {status}, "
        f"coalesce(lower({_cell(s, 'subtype')}) = 'listemail', false), {_cell(s, 'made_by')}"
    )


def _kind_of(cell: str) -> str:
    words = {"call": "call", "email": "email", "listemail": "email", "meeting": "meeting"}
    words |= dict.fromkeys(("message", "linkedin", "sms"), "message")
    return f"case lower({cell}) " + " ".join(f"when '{w}' then '{k}'" for w, k in words.items()) + " end"


def _but_copies(s: Selection) -> str:
    return f" and coalesce({_cell(s, 'is_copy')}, 'false') <> 'true'"


def _history(s: Selection) -> str:
    """Rows of history: of an owner's change the one with the ids, for there is another with the names."""
    common = f"{_instant(s, 'created')}, {_instant(s, 'created')}, {_cell(s, 'made_by')}, 'history' from landed as l"
    if s.kind is OPPORTUNITY_HISTORY:
        return (
            f"select {_cell(s, 'id')}, 'deal', {_cell(s, 'record_id')}, 'stage', cast(null as varchar), "
            f"{_cell(s, 'value')}, {common} where {_instant(s, 'created')} is not null"
        )
    field = _cell(s, "field")
    meant = (
        f"case {field} when 'Status' then 'status' when 'Owner' then 'owner' when 'leadConverted' then 'converted' end"
    )
    is_id = f"regexp_full_match(coalesce({_cell(s, 'value')}, {_cell(s, 'old_value')}), '{OWNER_ID}')"
    return (
        f"select {_cell(s, 'id')}, 'person', {_cell(s, 'record_id')}, {meant}, {_whole_id(s, 'old_value')}, "
        f"{_whole_id(s, 'value')}, {common} where {meant} is not null and {_instant(s, 'created')} is not null "
        f"and ({field} <> 'Owner' or coalesce({is_id}, false))"
    )


def _whole_id(s: Selection, role: str) -> str:
    """An owner's id of eighteen characters where history keeps the first fifteen; any other value as it is."""
    cell = _cell(s, role)
    return (
        f"case when {_cell(s, 'field')} = 'Owner' and length({cell}) = 15 then coalesce((select min(o.owner_id) from "
        f"{SCHEMA}.owners as o where substr(o.owner_id, 1, 15) = {cell}), {cell}) else {cell} end"
    )


def _dates(s: Selection, zone: str) -> list[str]:
    """The date fields of stages, in place of what they said before."""
    is_date = (
        f"record_type = 'person' and property = 'entered' and not starts_with(change_id, '{CAMPAIGN_MEMBER_PREFIX}')"
    )
    found = [f'delete from {SCHEMA}.changes where {is_date} and record_id in (select l."Id" from landed as l)']
    for stage, field in s.dates.items():
        moment = _moment_of(f'l."{field}"', zone)
        found.append(
            f"insert into {SCHEMA}.changes select l.\"Id\" || '.' || '{field}' || '.{stage}', 'person', l.\"Id\", 'entered', "
            f"cast(null as varchar), '{stage}', {moment}, cast(null as timestamp), cast(null as varchar), 'stage_date' "
            f"from landed as l where {moment} is not null and coalesce({_cell(s, 'is_deleted')}, 'false') <> 'true'"
        )
    return found


def _responses(s: Selection, campaigns: Mapping[str, str], zone: str) -> str:
    """Responses to the campaigns asked for, of leads, and of contacts that a lead became."""
    cases = " ".join(f"when '{c}' then '{stage}'" for c, stage in campaigns.items())
    moment = _moment_of(_cell(s, "responded_on"), zone)
    lead = (
        f"coalesce({_cell(s, 'lead_id')}, (select min(p.lead_id) from {SCHEMA}.leads as p "
        f"where p.contact_id = {_cell(s, 'contact_id')}))"
    )
    return (
        f"select {_cell(s, 'id')}, 'person', {lead}, 'entered', cast(null as varchar), case {_cell(s, 'campaign_id')} "
        f"{cases} end, {moment}, cast(null as timestamp), cast(null as varchar), 'stage_date' from landed as l "
        f"where {_flag(s, 'has_responded')} and {moment} is not null and {lead} is not null "
        f"and coalesce({_cell(s, 'is_deleted')}, 'false') <> 'true'"
    )


# --- cells -----------------------------------------------------------------------------------------------------------


def _cell(s: Selection, role: str) -> str:
    field = s.roles.get(role)
    return f'l."{field}"' if field else "cast(null as varchar)"


def _flag(s: Selection, role: str) -> str:
    return f"coalesce({_cell(s, role)} = 'true', false)"


def _day(s: Selection, role: str) -> str:
    return f"try_cast(substr({_cell(s, role)}, 1, 10) as date)"


def _instant(s: Selection, role: str) -> str:
    """A datetime as a UTC instant: 2026-01-31T10:00:00.000Z, or +0000 by REST."""
    return _utc(_cell(s, role))


def _utc(cell: str) -> str:
    return f"cast(try_cast({cell} as timestamptz) at time zone 'UTC' as timestamp)"


def _moment_of(cell: str, zone: str) -> str:
    """A datetime as a UTC instant, a day as the one on which it begins in the org's zone."""
    text = zone.replace("'", "''")
    day = f"cast(cast(try_cast({cell} as date) as timestamp) at time zone '{text}' at time zone 'UTC' as timestamp)"
    return f"case when length({cell}) = 10 then {day} else {_utc(cell)} end"
