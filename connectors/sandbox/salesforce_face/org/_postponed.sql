-- grain: deal_no. Deals whose closing date was typed anew an hour after they came: a row of history without another stage.
select d.deal_no, d.created_at + interval 1 hour as changed_at, d.crm_stage
from (
    select m.deal_no, m.crm_stage, m.moved_at as created_at, lead(m.moved_at) over (partition by m.deal_no order by m.move_no) as next_at, m.move_no
    from company.deal_moves as m
) as d
where d.move_no = 1 and d.deal_no % 5 = 0 and coalesce(d.next_at > d.created_at + interval 1 hour, true)
    and d.created_at + interval 1 hour < timestamp '{at}'
