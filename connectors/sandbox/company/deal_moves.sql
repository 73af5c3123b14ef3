-- deal_moves: every entry of a deal into a stage of its pipeline.
create table company.deal_moves as
with ways as (
    select p.*, d.pipeline, coalesce(case when p.is_reopened or not p.wins then p.first_loss_at end, p.won_at) as first_end_at
    from drawn.plain as p
    join company.deals as d on d.deal_no = p.deal_no
),
told as (
    select w.deal_no, case w.pipeline when 'sales' then 'qualification' else 'discovery' end as crm_stage, w.created_at as moved_at, 'person' as moved_by
    from ways as w
    union all
    select w.deal_no, case w.pipeline when 'sales' then 'proposal' else 'evaluation' end,
        at_work(w.created_at + (w.first_end_at - w.created_at) * 0.4, 'second stage', w.deal_no), 'person'
    from ways as w where u('second stage', w.deal_no) < 0.8
    union all
    select w.deal_no, case w.pipeline when 'sales' then 'negotiation' else 'legal' end,
        at_work(w.created_at + (w.first_end_at - w.created_at) * 0.7, 'third stage', w.deal_no), 'person'
    from ways as w where u('third stage', w.deal_no) < 0.6
    union all
    select w.deal_no, w.pipeline || '_lost', w.first_loss_at, 'person' from ways as w where w.is_reopened or not w.wins
    union all
    select w.deal_no, case w.pipeline when 'sales' then 'negotiation' else 'legal' end, w.reopened_at, 'person'
    from ways as w where w.is_reopened
    union all
    select w.deal_no, w.pipeline || '_won', w.won_at, 'person' from ways as w where w.wins
    union all
    select w.deal_no, w.pipeline || '_lost', w.second_loss_at, 'person' from ways as w where w.second_loss_at is not null
)
select
    t.deal_no,
    row_number() over (partition by t.deal_no order by t.moved_at, t.crm_stage) as move_no,
    t.crm_stage,
    t.moved_at,
    t.moved_at as recorded_at,                              -- no CRM knows of a move before it is told
    t.moved_by                                              -- person, automation or import
from told as t
join ways as w on w.deal_no = t.deal_no
-- A step on the way that would fall on or after the first end was never taken.
where t.moved_at < w.first_end_at or t.moved_at >= w.first_end_at
    and (t.crm_stage like '%\_won' escape '\' or t.crm_stage like '%\_lost' escape '\' or t.moved_at = w.reopened_at);
