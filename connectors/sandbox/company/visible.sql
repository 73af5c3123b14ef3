-- The schema `visible`: each table of the company as the CRM shows it just before {at} (UTC).
create schema if not exists visible;
-- Who still has a record, and which one; a merged record's history is its survivor's.
create or replace table visible.records as
with ended as (
    select p.person_no, p.merged_into, p.merged_at,
        p.created_at < '{at}' and not coalesce(p.erased_at < '{at}', false)
            and not (coalesce(p.deleted_at < '{at}', false) and not coalesce(p.restored_at < '{at}', false)) as is_there
    from company.people as p
)
select e.person_no, case when e.merged_at < '{at}' then s.person_no else e.person_no end as survivor_no
from ended as e
left join ended as s on s.person_no = e.merged_into and s.is_there
where e.is_there and (coalesce(e.merged_at >= '{at}', true) or s.person_no is not null);
create or replace table visible.living_deals as
select d.deal_no from company.deals as d
where d.created_at < '{at}' and not (coalesce(d.deleted_at < '{at}', false) and not coalesce(d.restored_at < '{at}', false));
create or replace view visible.owners as
select o.owner_no, o.name, o.email, o.team, o.kind, coalesce(o.left_at >= '{at}', true) as is_active,
    case when o.left_at < '{at}' then o.left_at end as left_at
from company.owners as o
-- Who takes a place that changes hands is not there before.
where o.owner_no < 1000 or o.left_at - interval 364 day < '{at}';
create or replace view visible.people as
select s.person_no, f.created_at, s.lead_source, s.first_name, s.last_name, s.email, s.created_by,
    case when s.deleted_at < '{at}' then s.deleted_at end as deleted_at,
    case when s.restored_at < '{at}' then s.restored_at end as restored_at,
    cast(null as timestamp) as erased_at, cast(null as bigint) as merged_into, cast(null as timestamp) as merged_at
from company.people as s
join (
    select r.survivor_no, min(p.created_at) as created_at
    from visible.records as r join company.people as p on p.person_no = r.person_no group by r.survivor_no
) as f on f.survivor_no = s.person_no;
create or replace view visible.person_moves as
select r.survivor_no as person_no,
    row_number() over (partition by r.survivor_no order by m.moved_at, m.person_no, m.move_no) as move_no,
    m.crm_stage, m.moved_at, m.recorded_at, m.moved_by
from company.person_moves as m join visible.records as r on r.person_no = m.person_no
where m.recorded_at < '{at}';
create or replace view visible.person_outcomes as
select r.survivor_no as person_no, o.outcome, o.reason, o.outcome_at
from company.person_outcomes as o join visible.records as r on r.person_no = o.person_no
where o.outcome_at < '{at}';
create or replace view visible.person_owners as
-- Who owned a merged record is forgotten with it.
select o.person_no, o.owner_no, o.from_at
from company.person_owners as o join visible.records as r on r.person_no = o.person_no and r.survivor_no = o.person_no
where o.from_at < '{at}';
create or replace view visible.deal_moves as
select m.deal_no, m.move_no, m.crm_stage, m.moved_at, m.recorded_at, m.moved_by
from company.deal_moves as m join visible.living_deals as d on d.deal_no = m.deal_no
where m.recorded_at < '{at}';
create or replace view visible.deals as
select d.deal_no, d.created_at, d.pipeline, d.amount, d.currency,
    case when e.crm_stage like '%\_won' escape '\' or e.crm_stage like '%\_lost' escape '\'
        then cast((e.moved_at at time zone 'UTC') at time zone '{zone}' as date) else d.close_date end as close_date,
    case when d.deleted_at < '{at}' then d.deleted_at end as deleted_at,
    case when d.restored_at < '{at}' then d.restored_at end as restored_at
from company.deals as d
join visible.living_deals as l on l.deal_no = d.deal_no
left join (
    select m.deal_no, m.crm_stage, m.moved_at from visible.deal_moves as m
    qualify row_number() over (partition by m.deal_no order by m.move_no desc) = 1
) as e on e.deal_no = d.deal_no;
create or replace view visible.deal_people as
select l.deal_no, r.survivor_no as person_no, min(l.from_at) as from_at, cast(null as timestamp) as to_at
from company.deal_people as l
join visible.living_deals as d on d.deal_no = l.deal_no
join visible.records as r on r.person_no = l.person_no
where l.from_at < '{at}' and coalesce(l.to_at >= '{at}', true)
group by l.deal_no, r.survivor_no;
create or replace view visible.deal_owners as
select o.deal_no, o.owner_no, o.from_at
from company.deal_owners as o join visible.living_deals as d on d.deal_no = o.deal_no
where o.from_at < '{at}';
create or replace view visible.touches as
select t.touch_no, r.survivor_no as person_no, t.owner_no, t.kind, t.direction,
    case when t.kind = 'meeting' and t.touched_at >= '{at}' then null else t.outcome end as outcome,
    t.is_automated, t.touched_at, t.recorded_at, cast(null as timestamp) as deleted_at
from company.touches as t join visible.records as r on r.person_no = t.person_no
where t.recorded_at < '{at}' and coalesce(t.deleted_at >= '{at}', true);
create or replace view visible.exchange_rates as
select e.currency, e.from_on, e.rate from company.exchange_rates as e
where e.from_on <= cast((timestamp '{at}' at time zone 'UTC') at time zone '{zone}' as date);
create or replace view visible.stages as
select s.record_type, s.pipeline, s.crm_stage, s.label, s.canonical_stage, s.from_at, case when s.to_at < '{at}' then s.to_at end as to_at
from company.stages as s where coalesce(s.from_at < '{at}', true);
-- Who was converted into which deal: CRMs that convert say so.
create or replace view visible.conversions as
select cast(null as bigint) as deal_no, cast(null as bigint) as person_no where false;
