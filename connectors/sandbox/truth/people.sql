-- The living people.
with labels as (
    select s.crm_stage, s.canonical_stage, arg_max(s.label, coalesce(s.from_at, timestamp '1970-01-01')) as label
    from visible.stages as s where s.record_type = 'person' group by s.crm_stage, s.canonical_stage
),
standing as (
    select m.person_no, arg_max(m.crm_stage, m.move_no) as crm_stage from visible.person_moves as m group by m.person_no
),
begun as (
    select e.record_no as person_no, arg_min(e.position, (e.entered_at, e.position)) as position
    from truth.explicit_entries as e where e.record_type = 'person' group by e.record_no
),
owned as (
    select o.person_no, arg_max(o.owner_no, o.from_at) as owner_no from visible.person_owners as o group by o.person_no
),
with_deal as (
    select distinct l.person_no from truth.deal_people as l where l.weight > 0
)
select
    '{source}:' || p.person_no as person_id,
    p.person_no,
    p.created_at,
    p.lead_source,
    '{source}:' || w.owner_no as owner_id,
    t.label as crm_stage,
    case when t.canonical_stage not in ('recycled', 'disqualified') then t.canonical_stage end as stage,
    case
        when p.lead_source in ({sales_sources}) or b.position > 3 or b.position is null and d.person_no is not null then 'sales'
        else 'marketing'
    end as origin
from visible.people as p
left join standing as s on s.person_no = p.person_no
left join labels as t on t.crm_stage = s.crm_stage
left join begun as b on b.person_no = p.person_no
left join owned as w on w.person_no = p.person_no
left join with_deal as d on d.person_no = p.person_no
