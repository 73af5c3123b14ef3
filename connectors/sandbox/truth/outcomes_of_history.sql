-- Every end and return that the CRM's history shows.
select
    'person' as record_type,
    '{source}:' || o.person_no as record_id,
    o.outcome,
    o.outcome_at
from visible.person_outcomes as o
union all
select
    'deal',
    '{source}:' || m.deal_no,
    case when m.crm_stage in ('sales_lost', 'enterprise_lost') then 'lost' else 'reopened' end,
    m.moved_at
from (
    select d.*, lag(d.crm_stage) over (partition by d.deal_no order by d.move_no) as came_from from visible.deal_moves as d
) as m
where m.crm_stage in ('sales_lost', 'enterprise_lost') or m.came_from in ('sales_lost', 'enterprise_lost')
