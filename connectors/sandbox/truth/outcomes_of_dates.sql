-- What became of people who are given up or sent back today, and of deals that are lost today.
with standing as (
    select m.person_no, arg_max(m.crm_stage, m.move_no) as crm_stage, max(m.moved_at) as moved_at
    from visible.person_moves as m group by m.person_no
)
select
    'person' as record_type,
    '{source}:' || s.person_no as record_id,
    case s.crm_stage when 'nurture' then 'recycled' else 'disqualified' end as outcome,
    s.moved_at as outcome_at
from standing as s
where s.crm_stage in ('nurture', 'disqualified')
union all
select 'deal', d.deal_id, 'lost', (cast(d.closed_on as timestamp) at time zone '{zone}') at time zone 'UTC'
from truth.deals as d
where d.is_lost
