-- grain: deal_no. Each deal as it stands just before the moment.
with standing as (
    select m.deal_no, arg_max(m.crm_stage, m.move_no) as crm_stage, max(m.moved_at) as moved_at,
        max(m.moved_at) filter (where m.move_no > 1) as changed_at
    from company.deal_moves as m where m.recorded_at < timestamp '{at}' group by m.deal_no
),
owned as (
    select o.deal_no, arg_max(o.owner_no, o.from_at) as owner_no, max(o.from_at) as from_at
    from company.deal_owners as o where o.from_at < timestamp '{at}' group by o.deal_no
),
linked as (
    select l.deal_no, min(l.person_no) as person_no from company.deal_people as l
    where l.deal_no // 10 = l.person_no and l.from_at < timestamp '{at}' group by l.deal_no
)
select
    d.deal_no, d.created_at, d.pipeline, d.amount, d.currency, s.crm_stage, s.moved_at, s.changed_at, w.owner_no, w.from_at, l.person_no,
    s.crm_stage like '%\_won' escape '\' as is_won,
    s.crm_stage like '%\_won' escape '\' or s.crm_stage like '%\_lost' escape '\' as is_closed,
    d.close_date as planned_on,
    case when d.deleted_at < timestamp '{at}' and not coalesce(d.restored_at < timestamp '{at}', false) then d.deleted_at end as deleted_at,
    case when d.restored_at < timestamp '{at}' then d.restored_at end as restored_at,
    case when d.deleted_at < timestamp '{at}' then d.deleted_at end as once_deleted_at
from company.deals as d
join standing as s on s.deal_no = d.deal_no
join owned as w on w.deal_no = d.deal_no
left join linked as l on l.deal_no = d.deal_no
where d.created_at < timestamp '{at}'
