-- Every entry that the CRM's history shows: consecutive CRM stages of one stage of the funnel are one entry.
with meanings as (
    select distinct s.crm_stage, s.canonical_stage as stage from visible.stages as s
),
moves as (
    select 'person' as record_type, m.person_no as record_no, m.move_no, m.crm_stage, m.moved_at, m.recorded_at, m.moved_by
    from visible.person_moves as m
    union all
    select 'deal', m.deal_no, m.move_no, m.crm_stage, m.moved_at, m.recorded_at, m.moved_by from visible.deal_moves as m
),
placed as (
    select
        m.*,
        case when s.stage not in ('recycled', 'disqualified') then s.stage end as stage,
        coalesce(s.stage, 'unmapped') as meaning
    from moves as m
    join meanings as s on s.crm_stage = m.crm_stage
),
opened as (
    select p.* from placed as p
    qualify coalesce(lag(p.meaning) over (partition by p.record_type, p.record_no order by p.move_no) <> p.meaning, true)
)
select
    o.record_type,
    o.record_no,
    o.stage,
    list_position(['prospect', 'lead', 'mql', 'sql', 'opportunity', 'customer'], o.stage) as position,
    row_number() over (partition by o.record_type, o.record_no, o.stage order by o.move_no) as round,
    o.moved_at as entered_at,
    o.recorded_at,
    'history' as evidence,
    o.moved_by
from opened as o
where o.stage is not null
