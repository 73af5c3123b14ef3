-- The schema `visible`, once it shows the company at {at} (UTC): from here on only what the org can tell of it.
-- Leads of one contact are one person, who is the first of them; what was merged into a lead has no history of its own.
create or replace table visible.records as
select p.person_no,
    first_value(p.person_no) over (
        partition by coalesce(case when p.was_converted then 2 * p.contact_no end, 2 * p.person_no + 1)
        order by p.created_at, p.person_no
    ) as survivor_no
from org._people_now as p
where p.deleted_at is null and not p.is_loser;
create or replace view visible.owners as
select o.owner_no, o.name, o.email, o.team, o.kind, coalesce(o.left_at >= timestamp '{at}', true) as is_active,
    case when o.left_at < timestamp '{at}' then o.left_at end as left_at
from org._owner_names as o
union all
values (907, 'Overflow', 'overflow@vendor.example', null, 'queue', true, null);
create or replace view visible.person_moves as
with told as (
    -- A lead always has a status.
    select p.person_no as lead_no, 'unsorted' as crm_stage, p.created_at as moved_at, 'automation' as moved_by, -1 as place
    from org._people_now as p
    anti join org.statuses as s on s.lead_no = p.person_no and s.moved_at <= p.created_at
    union all
    select s.lead_no, s.crm_stage, s.moved_at, case when s.moved_by = 'import' then 'automation' else s.moved_by end, s.place
    from org.statuses as s where s.moved_at < timestamp '{at}'
)
select r.survivor_no as person_no, row_number() over (partition by r.survivor_no order by t.moved_at, t.place) as move_no,
    t.crm_stage, t.moved_at, t.moved_at as recorded_at, t.moved_by
from told as t join visible.records as r on r.person_no = t.lead_no;
create or replace view visible.person_outcomes as
select m.person_no, case m.crm_stage when 'nurture' then 'recycled' else 'disqualified' end as outcome,
    cast(null as varchar) as reason, m.moved_at as outcome_at
from visible.person_moves as m where m.crm_stage in ('nurture', 'disqualified');
create or replace view visible.person_owners as
select o.person_no, o.owner_no, o.from_at
from org._lead_owners as o join visible.records as r on r.person_no = o.person_no and r.survivor_no = o.person_no
where o.from_at < timestamp '{at}';
create or replace view visible.deal_people as
-- A contact whose lead is not converted yet is a stranger.
select l.deal_no, r.survivor_no as person_no, min(l.from_at) as from_at, cast(null as timestamp) as to_at
from company.deal_people as l
join visible.living_deals as d on d.deal_no = l.deal_no
join org._holders as h on h.person_no = l.person_no and h.conv_at is not null
join visible.records as r on r.person_no = h.lead_no
where l.from_at < timestamp '{at}' and coalesce(l.to_at >= timestamp '{at}', true)
group by l.deal_no, r.survivor_no;
create or replace view visible.conversions as
select p.conv_deal_no as deal_no, min(r.survivor_no) as person_no
from org._people_now as p
join visible.records as r on r.person_no = p.person_no
join visible.living_deals as d on d.deal_no = p.conv_deal_no
group by p.conv_deal_no;
create or replace view visible.touches as
select t.touch_no, r.survivor_no as person_no, t.owner_no, t.kind, t.direction,
    case when t.kind = 'meeting' and t.touched_at >= timestamp '{at}' then null else t.outcome end as outcome,
    t.is_automated, t.touched_at, t.recorded_at, cast(null as timestamp) as deleted_at
from org._touches_now as t
join visible.records as r on r.person_no = t.lead_no
where not t.is_deleted;
create or replace view visible.stages as
select s.record_type, s.pipeline, s.crm_stage, s.label, s.canonical_stage, s.from_at, case when s.to_at < timestamp '{at}' then s.to_at end as to_at
from company.stages as s where coalesce(s.from_at < timestamp '{at}', true)
union all
values ('person', null, 'unsorted', 'Unsorted', null, null, null), ('person', null, 'attached', 'Attached to a deal', null, null, null);
