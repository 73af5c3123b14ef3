-- person_moves: every entry of a person into a stage of the CRM, back and forth.
create table company.person_moves as
with first_deals as (
    select p.main_no as person_no, min(p.created_at) as deal_at, min(p.won_at) as won_at
    from drawn.plain as p where p.main_no is not null group by p.main_no
),
told as (
    select j.person_no, 'subscriber' as crm_stage, j.created_at as moved_at, j.created_by as moved_by, 1 as place
    from drawn.journeys as j where not j.is_sales
    union all
    select j.person_no, 'lead', j.lead_at, case when is_by_hand('to lead', j.person_no) then 'person' else 'automation' end, 2
    from drawn.journeys as j where j.is_lead and j.skipped is distinct from 'lead'
    union all
    select j.person_no, 'on_hold', at_work(j.lead_at + wait(10, 0.6, 'on hold', j.person_no), 'on hold', j.person_no), 'person', 3
    from drawn.journeys as j where j.is_lead and not j.is_mql and u('on hold', j.person_no) < 0.03
    union all
    select j.person_no, 'mql_new', j.mql_at, case when is_by_hand('to mql', j.person_no) then 'person' else 'automation' end, 4
    from drawn.journeys as j where j.is_mql and j.skipped is distinct from 'mql'
    union all
    select j.person_no, 'mql_working', w.working_at, 'person', 5
    from drawn.journeys as j
    join (
        select k.person_no, at_work(k.mql_at + wait(1, 0.8, 'working', k.person_no), 'working', k.person_no) as working_at
        from drawn.journeys as k where k.is_mql and k.skipped is distinct from 'mql'
    ) as w on w.person_no = j.person_no
    where u('working', j.person_no) < 0.6 and w.working_at < coalesce(j.recycled_at, j.sql_at, j.disqualified_at, w.working_at + interval 1 day)
    union all
    select j.person_no, 'nurture', j.recycled_at, case when hour(to_local(j.recycled_at)) = 7 then 'import' else 'person' end, 6
    from drawn.journeys as j where j.recycled_at is not null
    union all
    select j.person_no, 'mql_new', j.mql_again_at, 'automation', 7
    from drawn.journeys as j where j.mql_again_at is not null
    union all
    select j.person_no, 'sql', j.sql_at, 'person', 8
    from drawn.journeys as j where j.is_sql and j.skipped is distinct from 'sql'
    union all
    select j.person_no, m.crm_stage, case m.crm_stage when 'mql_working' then j.back_at else j.forward_at end, 'person', m.place
    from drawn.journeys as j
    cross join (values ('mql_working', 9), ('sql', 10)) as m(crm_stage, place)
    where j.skipped is null and j.sql_at < j.back_at and j.back_at < j.forward_at and j.forward_at < j.deal_at
    union all
    select j.person_no, 'disqualified', j.disqualified_at, 'person', 11
    from drawn.journeys as j where j.disqualified_at is not null
    union all
    select f.person_no, 'opportunity', f.deal_at, 'automation', 12
    from first_deals as f where u('stage follows deal', f.person_no) < 0.85
    union all
    select f.person_no, 'customer', f.won_at, 'automation', 13
    from first_deals as f where f.won_at is not null and u('stage follows deal', f.person_no) < 0.8
)
select
    t.person_no,
    row_number() over (partition by t.person_no order by t.moved_at, t.place) as move_no,
    t.crm_stage,
    t.moved_at,
    t.moved_at as recorded_at,                              -- no CRM knows of a move before it is told
    t.moved_by                                              -- person, automation or import
from told as t;
