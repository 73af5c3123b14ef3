-- The living deals.
with standing as (
    select m.deal_no, arg_max(m.crm_stage, m.move_no) as crm_stage from visible.deal_moves as m group by m.deal_no
),
owned as (
    select o.deal_no, arg_max(o.owner_no, o.from_at) as owner_no from visible.deal_owners as o group by o.deal_no
),
marketed as (
    select distinct l.deal_no
    from truth.deal_people as l
    join truth.people as p on p.person_no = l.person_no
    where l.weight > 0 and p.origin = 'marketing'
)
select
    '{source}:' || d.deal_no as deal_id,
    d.deal_no,
    d.pipeline,
    t.label as crm_stage,
    case when t.canonical_stage <> 'disqualified' then t.canonical_stage end as stage,
    t.canonical_stage = 'customer' as is_won,
    t.canonical_stage = 'disqualified' as is_lost,
    d.amount,
    d.currency,
    case when d.currency = '{currency}' then d.amount end as amount_in_currency,
    d.created_at,
    case when t.canonical_stage in ('customer', 'disqualified') then d.close_date end as closed_on,
    case when t.canonical_stage = 'customer' then d.close_date end as booked_on,
    '{source}:' || w.owner_no as owner_id,
    case when m.deal_no is null then 'sales' else 'marketing' end as origin
from visible.deals as d
join standing as s on s.deal_no = d.deal_no
join visible.stages as t on t.crm_stage = s.crm_stage
left join owned as w on w.deal_no = d.deal_no
left join marketed as m on m.deal_no = d.deal_no
