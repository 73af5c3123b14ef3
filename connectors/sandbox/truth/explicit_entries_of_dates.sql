-- First entries, as date columns show them: a person's by stage, a deal's creation and its win on its closing day.
with meanings as (
    select distinct s.crm_stage, s.canonical_stage as stage from visible.stages as s
),
ends as (
    select d.deal_no, d.created_at, d.close_date, arg_max(m.crm_stage, m.move_no) as crm_stage
    from visible.deals as d
    join visible.deal_moves as m on m.deal_no = d.deal_no
    group by d.deal_no, d.created_at, d.close_date
),
firsts as (
    select 'person' as record_type, m.person_no as record_no, s.stage, min(m.moved_at) as entered_at
    from visible.person_moves as m
    join meanings as s on s.crm_stage = m.crm_stage
    where s.stage not in ('recycled', 'disqualified')
    group by m.person_no, s.stage
    union all
    select 'deal', e.deal_no, 'opportunity', e.created_at from ends as e
    union all
    select 'deal', e.deal_no, 'customer', (cast(e.close_date as timestamp) at time zone '{zone}') at time zone 'UTC'
    from ends as e where e.crm_stage in ('sales_won', 'enterprise_won')
)
select
    f.record_type,
    f.record_no,
    f.stage,
    list_position(['prospect', 'lead', 'mql', 'sql', 'opportunity', 'customer'], f.stage) as position,
    1 as round,
    f.entered_at,
    f.entered_at as recorded_at,
    'stage_date' as evidence,
    'unknown' as moved_by
from firsts as f
