-- The schema `portal`: the company's CRM as a HubSpot portal would hold it just before {at} (UTC).
-- A column is a property, as text; h_… is a property's history, newest first, as JSON.
create schema if not exists portal;
create or replace temp macro iso(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%S.000Z');
create or replace temp macro stage_of(crm_stage) as
    case crm_stage
        when 'subscriber' then 'subscriber' when 'lead' then 'lead' when 'on_hold' then '153180554'
        when 'mql_new' then 'marketingqualifiedlead' when 'mql_working' then '153180555' when 'sql' then 'salesqualifiedlead'
        when 'opportunity' then 'opportunity' when 'customer' then 'customer' when 'nurture' then '153180556'
        when 'disqualified' then '153180557'
        when 'qualification' then 'appointmentscheduled' when 'proposal' then 'presentationscheduled'
        when 'negotiation' then 'contractsent' when 'sales_won' then 'closedwon' when 'sales_lost' then 'closedlost'
        when 'discovery' then '88120001' when 'evaluation' then '88120002' when 'legal' then '88120003'
        when 'enterprise_won' then '88120004' when 'enterprise_lost' then '88120005'
    end;
create or replace temp macro made_by(moved_by) as
    case moved_by when 'person' then 'CRM_UI' when 'import' then 'IMPORT' else 'AUTOMATION_PLATFORM' end;

-- A merge makes a new record; `record_id` is the one that a person's history is in today.
create or replace table portal.groups as
with there as (
    select p.* from company.people as p
    where p.created_at < timestamp '{at}' and not coalesce(p.erased_at < timestamp '{at}', false)
),
merged as (
    select t.person_no, t.merged_into, t.merged_at,
        row_number() over (partition by t.merged_into order by t.merged_at, t.person_no) as place,
        count(*) over (partition by t.merged_into) as places
    from there as t where t.merged_at < timestamp '{at}'
),
heads as (
    select
        t.person_no as head_no,
        coalesce(max(case when m.place = m.places then 9000000000 + 100 * m.person_no end), 100 * t.person_no + t.person_no % 7) as record_id,
        max(m.merged_at) as merged_at,
        case when count(m.person_no) > 0 then cast(100 * t.person_no + t.person_no % 7 as varchar) || ';' || string_agg(
            cast(100 * m.person_no + m.person_no % 7 as varchar)
            || case when m.place < m.places then ';' || cast(9000000000 + 100 * m.person_no as varchar) else '' end, ';' order by m.place) end as merged_ids
    from there as t
    left join merged as m on m.merged_into = t.person_no
    where not coalesce(t.merged_at < timestamp '{at}', false)
    group by t.person_no
)
select h.head_no as person_no, h.* from heads as h
union all
select m.person_no, h.* from merged as m join heads as h on h.head_no = m.merged_into;

create or replace table portal.person_stays as
select g.record_id, m.person_no, m.move_no, stage_of(m.crm_stage) as stage, m.moved_at, m.moved_by,
    lead(m.moved_at) over (partition by g.record_id order by m.moved_at, m.person_no, m.move_no) as left_at
from company.person_moves as m
join portal.groups as g on g.person_no = m.person_no
where m.recorded_at < timestamp '{at}';

create or replace table portal.contacts as
with moved as (
    select
        s.record_id,
        arg_max(s.stage, (s.moved_at, s.person_no, s.move_no)) as stage,
        max(s.moved_at) as moved_at,
        to_json(list({'value': s.stage, 'timestamp': iso(s.moved_at), 'sourceType': made_by(s.moved_by)} order by s.moved_at desc, s.person_no desc, s.move_no desc)) as history,
        {stage_dates_of_people}
    from (
        select p.*, epoch_ms(p.left_at) - epoch_ms(p.moved_at) as stay,
            row_number() over (partition by p.record_id, p.stage order by p.left_at desc nulls last) as latest
        from portal.person_stays as p
    ) as s
    group by s.record_id
),
owned as (
    select o.person_no, arg_max(o.owner_no, o.from_at) as owner_no, max(o.from_at) as from_at,
        to_json(list({'value': cast(o.owner_no as varchar), 'timestamp': iso(o.from_at), 'sourceType': 'CRM_UI'} order by o.from_at desc)) as history
    from company.person_owners as o where o.from_at < timestamp '{at}' group by o.person_no
),
ended as (
    select o.person_no, arg_max(o.reason, o.outcome_at) as reason from company.person_outcomes as o where o.outcome_at < timestamp '{at}' group by o.person_no
),
created as (
    select g.record_id, min(p.created_at) as created_at from portal.groups as g join company.people as p on p.person_no = g.person_no group by g.record_id
)
select
    g.record_id as id,
    c.created_at,
    greatest(p.created_at, m.moved_at, coalesce(w.from_at, p.created_at), coalesce(g.merged_at, p.created_at),
        coalesce(case when p.restored_at < timestamp '{at}' then p.restored_at end, p.created_at)) as modified_at,
    coalesce(p.deleted_at < timestamp '{at}', false) and not coalesce(p.restored_at < timestamp '{at}', false) as is_archived,
    p.deleted_at as archived_at,
    iso(c.created_at) as createdate,
    cast(null as varchar) as lastmodifieddate,
    p.email as email,
    p.first_name as firstname,
    p.last_name as lastname,
    case p.lead_source {lead_source_values} end as lead_source,
    cast(w.owner_no as varchar) as hubspot_owner_id,
    iso(w.from_at) as hubspot_owner_assigneddate,
    cast(null as varchar) as hs_lead_status,
    e.reason as disqualification_reason,
    g.merged_ids as hs_merged_object_ids,
    m.stage as lifecyclestage,
    m.* exclude (record_id, stage, moved_at, history),
    m.history as h_lifecyclestage,
    w.history as h_hubspot_owner_id
from portal.groups as g
join company.people as p on p.person_no = g.person_no
join created as c on c.record_id = g.record_id
left join moved as m on m.record_id = g.record_id
left join owned as w on w.person_no = g.person_no
left join ended as e on e.person_no = g.person_no
where g.person_no = g.head_no;

create or replace table portal.deals as
with stays as (
    select m.*, stage_of(m.crm_stage) as stage, lead(m.moved_at) over (partition by m.deal_no order by m.move_no) as left_at
    from company.deal_moves as m where m.recorded_at < timestamp '{at}'
),
moved as (
    select
        s.deal_no,
        arg_max(s.crm_stage, s.move_no) as crm_stage,
        max(s.moved_at) as moved_at,
        to_json(list({'value': s.stage, 'timestamp': iso(s.moved_at), 'sourceType': made_by(s.moved_by)} order by s.move_no desc)) as history,
        {stage_dates_of_deals}
    from (
        select t.*, epoch_ms(t.left_at) - epoch_ms(t.moved_at) as stay,
            row_number() over (partition by t.deal_no, t.stage order by t.left_at desc nulls last) as latest
        from stays as t
    ) as s
    group by s.deal_no
),
owned as (
    select o.deal_no, arg_max(o.owner_no, o.from_at) as owner_no, max(o.from_at) as from_at,
        to_json(list({'value': cast(o.owner_no as varchar), 'timestamp': iso(o.from_at), 'sourceType': 'CRM_UI'} order by o.from_at desc)) as history
    from company.deal_owners as o where o.from_at < timestamp '{at}' group by o.deal_no
),
ending as (
    select m.*, m.crm_stage like '%\_won' escape '\' or m.crm_stage like '%\_lost' escape '\' as is_closed from moved as m
),
priced as (
    select d.deal_no, arg_max(r.rate, r.from_on) as rate
    from company.deals as d
    join ending as e on e.deal_no = d.deal_no and e.is_closed
    join company.exchange_rates as r on r.currency = d.currency and r.from_on <= cast(e.moved_at as date)
    group by d.deal_no
)
select
    3 * d.deal_no + 7 as id,
    d.deal_no,
    d.created_at,
    greatest(d.created_at, e.moved_at, coalesce(w.from_at, d.created_at),
        coalesce(case when d.restored_at < timestamp '{at}' then d.restored_at end, d.created_at)) as modified_at,
    coalesce(d.deleted_at < timestamp '{at}', false) and not coalesce(d.restored_at < timestamp '{at}', false) as is_archived,
    d.deleted_at as archived_at,
    iso(d.created_at) as createdate,
    cast(null as varchar) as hs_lastmodifieddate,
    case d.pipeline when 'sales' then 'default' else '8812' end as pipeline,
    cast(d.amount as varchar) as amount,
    d.currency as deal_currency_code,
    cast(case when e.is_closed then cast(d.amount * p.rate as decimal(18, 2)) end as varchar) as amount_in_home_currency,
    case when e.is_closed then iso(e.moved_at) else iso(cast(d.close_date as timestamp)) end as closedate,
    cast(w.owner_no as varchar) as hubspot_owner_id,
    stage_of(e.crm_stage) as dealstage,
    e.* exclude (deal_no, crm_stage, moved_at, history, is_closed),
    e.history as h_dealstage,
    w.history as h_hubspot_owner_id
from company.deals as d
join ending as e on e.deal_no = d.deal_no
left join owned as w on w.deal_no = d.deal_no
left join priced as p on p.deal_no = d.deal_no
where d.created_at < timestamp '{at}';

create or replace table portal.leads (
    id bigint, created_at timestamp, modified_at timestamp, is_archived boolean, archived_at timestamp,
    hs_createdate varchar, hs_lastmodifieddate varchar, hs_pipeline varchar, hs_pipeline_stage varchar,
    hubspot_owner_id varchar, hs_lead_disqualification_reason varchar, h_hs_pipeline_stage varchar
);

create or replace table portal.activities as
select
    t.touch_no as id,
    t.person_no,
    case t.kind when 'call' then 'calls' when 'email' then 'emails' when 'meeting' then 'meetings' else 'communications' end as object_type,
    t.recorded_at as created_at,
    -- A meeting's outcome is filled in when it is over.
    case when t.kind = 'meeting' and t.touched_at < timestamp '{at}' then greatest(t.recorded_at, t.touched_at) else t.recorded_at end as modified_at,
    coalesce(t.deleted_at < timestamp '{at}', false) as is_archived,
    t.deleted_at as archived_at,
    iso(t.recorded_at) as hs_createdate,
    cast(null as varchar) as hs_lastmodifieddate,
    iso(t.touched_at) as hs_timestamp,
    cast(t.owner_no as varchar) as hubspot_owner_id,
    case when t.is_automated then 'AUTOMATION_PLATFORM' else 'CRM_UI' end as hs_object_source,
    case when t.kind = 'call' then upper(t.direction) end as hs_call_direction,
    case when t.kind = 'call' then case when t.outcome = 'failed' then 'FAILED' else 'COMPLETED' end end as hs_call_status,
    case when t.kind = 'call' then case t.outcome when 'connected' then 'f240bbac-87c9-4f6e-bf70-924b57d47db7'
        when 'no answer' then '73a0d17f-1163-4015-bdd5-ec830791da20' when 'voicemail' then 'b2cf5968-551e-4856-9783-52b3da59a7d0'
        when 'busy' then '9d9162e7-6cf3-4944-bf63-4dff82258764' end end as hs_call_disposition,
    case when t.kind = 'email' then case t.direction when 'inbound' then 'INCOMING_EMAIL' else 'EMAIL' end end as hs_email_direction,
    case when t.kind = 'email' then case t.outcome when 'bounced' then 'BOUNCED' else 'SENT' end end as hs_email_status,
    case when t.kind = 'meeting' then iso(t.touched_at) end as hs_meeting_start_time,
    case when t.kind = 'meeting' then case when t.touched_at >= timestamp '{at}' then 'SCHEDULED'
        when t.outcome = 'held' then 'COMPLETED' when t.outcome = 'no show' then 'NO_SHOW' else 'CANCELED' end end as hs_meeting_outcome,
    case when t.kind = 'message' then 'LINKEDIN_MESSAGE' end as hs_communication_channel_type
from company.touches as t
where t.recorded_at < timestamp '{at}';

create or replace table portal.links as
select distinct 'deals' as object_type, d.id, g.record_id as contact_id
from company.deal_people as l
join portal.deals as d on d.deal_no = l.deal_no and not d.is_archived
join portal.groups as g on g.person_no = l.person_no
join portal.contacts as c on c.id = g.record_id and not c.is_archived
where l.from_at < timestamp '{at}' and coalesce(l.to_at >= timestamp '{at}', true)
union all
select a.object_type, a.id, g.record_id as contact_id
from portal.activities as a
join portal.groups as g on g.person_no = a.person_no
join portal.contacts as c on c.id = g.record_id and not c.is_archived
where not a.is_archived;

{finish}
