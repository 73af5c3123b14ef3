"""The company as export files: what someone would download from its CRM at a given moment.

Here: the files and the settings that read them. Not here: what happened at the company (company/).
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.sandbox.company import Company

# Stage of the funnel → the column with the date it was first entered, as the CRM's administrator called it.
STAGE_COLUMNS = {
    "prospect": "Became a Subscriber",
    "lead": "Became a Lead",
    "mql": "Became an MQL",
    "sql": "Became an SQL",
    "opportunity": "Became an Opportunity",
    "customer": "Became a Customer",
}

_EXPORTS = {
    "people": """
        with meanings as (
            select distinct s.crm_stage, s.canonical_stage from visible.stages as s where s.record_type = 'person'
        ),
        labels as (
            select s.crm_stage, arg_max(s.label, coalesce(s.from_at, timestamp '1970-01-01')) as label
            from visible.stages as s where s.record_type = 'person' group by s.crm_stage
        ),
        dates as (
            select m.person_no, arg_max(m.crm_stage, m.move_no) as crm_stage, {stage_dates}
            from visible.person_moves as m
            join meanings as s on s.crm_stage = m.crm_stage
            group by m.person_no
        ),
        ended as (
            select o.* from visible.person_outcomes as o
            qualify row_number() over (partition by o.person_no order by o.outcome_at desc, o.outcome, o.reason) = 1
        ),
        owned as (
            select o.person_no, arg_max(o.owner_no, o.from_at) as owner_no
            from visible.person_owners as o group by o.person_no
        )
        select
            p.person_no as "Id",
            p.first_name as "First Name",
            p.last_name as "Last Name",
            p.email as "Email",
            {created_at} as "Created",
            p.lead_source as "Lead Source",
            w.owner_no as "Owner Id",
            l.label as "Status",
            {columns},
            -- Whoever is back in a stage has no outcome any more.
            case when d.crm_stage in ('nurture', 'disqualified') then e.outcome end as "Outcome",
            case when d.crm_stage in ('nurture', 'disqualified') then {outcome_at} end as "Outcome Date",
            case when d.crm_stage in ('nurture', 'disqualified') then e.reason end as "Reason"
        from visible.people as p
        left join dates as d on d.person_no = p.person_no
        left join labels as l on l.crm_stage = d.crm_stage
        left join ended as e on e.person_no = p.person_no
        left join owned as w on w.person_no = p.person_no
        order by p.person_no""",
    "deals": """
        with stages as (
            select m.deal_no, arg_max(m.crm_stage, m.move_no) as crm_stage
            from visible.deal_moves as m group by m.deal_no
        ),
        linked as (
            select l.deal_no, string_agg(cast(l.person_no as varchar), ';' order by l.person_no) as people
            from visible.deal_people as l group by l.deal_no
        ),
        owned as (
            select o.deal_no, arg_max(o.owner_no, o.from_at) as owner_no
            from visible.deal_owners as o group by o.deal_no
        )
        select
            d.deal_no as "Deal Id",
            k.people as "Contact Ids",
            {created_at_of_deal} as "Created",
            d.close_date as "Close Date",
            d.amount as "Amount",
            d.currency as "Currency",
            w.owner_no as "Owner Id",
            d.pipeline as "Pipeline",
            l.label as "Stage"
        from visible.deals as d
        join stages as s on s.deal_no = d.deal_no
        join visible.stages as l on l.record_type = 'deal' and l.crm_stage = s.crm_stage
        left join linked as k on k.deal_no = d.deal_no
        left join owned as w on w.deal_no = d.deal_no
        order by d.deal_no""",
    "touches": """
        select
            t.touch_no as "Activity Id",
            t.person_no as "Contact Id",
            t.owner_no as "Owner Id",
            case t.kind when 'call' then 'Call' when 'email' then 'E-mail' when 'meeting' then 'Meeting'
                else 'LinkedIn' end as "Type",
            t.direction as "Direction",
            t.outcome as "Result",
            t.is_automated as "Automated",
            {touched_at} as "Date",
            {recorded_at} as "Logged"
        from visible.touches as t
        order by t.touch_no""",
    "users": """
        select o.owner_no as "User Id", o.name as "Name", o.email as "Email", o.team as "Team"
        from visible.owners as o
        order by o.owner_no""",
}


def write_files(company: Company, at: datetime, folder: Path) -> None:
    """Write the exports of the company's CRM as it stood just before the UTC instant `at` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    company.view(at)
    words = {
        "stage_dates": ", ".join(
            f"min(m.moved_at) filter (where s.canonical_stage = '{stage}') as {stage}_at" for stage in STAGE_COLUMNS
        ),
        "columns": ", ".join(f'{_iso(f"d.{stage}_at")} as "{name}"' for stage, name in STAGE_COLUMNS.items()),
        "created_at": _iso("p.created_at"),
        "outcome_at": _iso("e.outcome_at"),
        "created_at_of_deal": _iso("d.created_at"),
        "touched_at": _iso("t.touched_at"),
        "recorded_at": _iso("t.recorded_at"),
    }
    for name, select in _EXPORTS.items():
        file = str(folder / f"{name}.csv").replace("'", "''")
        company.con.execute(f"copy ({select.format(**words)}) to '{file}' (format csv, header)")


def files_settings(folder: Path, stages: Iterable[str]) -> dict[str, Any]:
    """What `sources.files` would say of the exports in `folder`, for a funnel of these stages."""
    return {
        "people": {
            "path": str(folder / "people.csv"),
            "id": "Id",
            "created": "Created",
            "source": "Lead Source",
            "owner": "Owner Id",
            "stages": {s: STAGE_COLUMNS[s] for s in stages if s in STAGE_COLUMNS},
            "status": {"column": "Status"},
            "outcome": "Outcome",
            "outcome_at": "Outcome Date",
            "reason": "Reason",
        },
        "deals": {
            "path": str(folder / "deals.csv"),
            "id": "Deal Id",
            "person": "Contact Ids",
            "created": "Created",
            "closed": "Close Date",
            "amount": "Amount",
            "currency": "Currency",
            "owner": "Owner Id",
            "stage": "Stage",
            "won": ["Closed Won"],
            "lost": ["Closed Lost"],
        },
        "touches": {
            "path": str(folder / "touches.csv"),
            "id": "Activity Id",
            "person": "Contact Id",
            "at": "Date",
            "kind": "Type",
            "owner": "Owner Id",
            "direction": "Direction",
            "automated": "Automated",
            "outcome": "Result",
            "logged_at": "Logged",
        },
        "reps": {"path": str(folder / "users.csv"), "id": "User Id", "name": "Name", "team": "Team"},
    }


def _iso(moment: str) -> str:
    return f"strftime({moment}, '%Y-%m-%dT%H:%M:%SZ')"
