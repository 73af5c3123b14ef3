-- How much of each deal stands to each of its people; the weights of a deal sum to 1.
--
-- Shared equally among its people who had reached the handover or a later person stage by the deal's creation plus
-- a day; else among those in any stage, dated or not; else among all. A person converted into the deal takes all of it.
-- grain: deal_id, person_id
-- check: weight between 0 and 1
with said as (
    select d.deal_id, d.person_id, d.is_conversion, f.created_at, f.closed_at
    from files.deal_people as d
    join files.deals as f on f.deal_id = d.deal_id
    union all
    select d.deal_id, d.person_id, d.is_conversion, f.created_at, f.closed_at
    from hubspot.deal_people as d
    join hubspot.deals as f on f.deal_id = d.deal_id
    union all
    select d.deal_id, d.person_id, d.is_conversion, f.created_at, f.closed_at
    from salesforce.deal_people as d
    join salesforce.deals as f on f.deal_id = d.deal_id
),
people as (
    select p.person_id, p.created_at, p.crm_stage, p.crm_stage_label from files.people as p
    union all
    select p.person_id, p.created_at, p.crm_stage, p.crm_stage_label from hubspot.people as p
    union all
    select p.person_id, p.created_at, p.crm_stage, p.crm_stage_label from salesforce.people as p
),
living as (
    select s.*, p.crm_stage, p.crm_stage_label
    from said as s
    cross join settings.night as n
    left join people as p on p.person_id = s.person_id
    where coalesce(coalesce(s.created_at, s.closed_at) < n.day_end_at, true)
        and coalesce(p.created_at < n.day_end_at, true)
),
handover as (
    select coalesce(max(case when s.is_handover then s.position end), 1) as position from settings.stages as s
),
reached as (
    select
        e.record_id as person_id,
        min(case when e.unit = 'people' and e.position >= h.position then e.entered_at end) as handover_at
    from funnel.explicit_entries as e
    cross join handover as h
    where e.record_type = 'person'
    group by e.record_id
),
ranked as (
    select
        l.deal_id,
        l.person_id,
        case
            when l.is_conversion then 1
            when r.handover_at <= coalesce(l.created_at, l.closed_at, r.handover_at) + interval 1 day then 2
            when r.person_id is not null or s.stage is not null then 3
            else 4
        end as claim
    from living as l
    left join reached as r on r.person_id = l.person_id
    -- By its id, else by its label; what the account wrote down goes before what is built in.
    left join settings.mapping as i on i.crm_stage_key = lower(trim(l.crm_stage))
    left join settings.mapping as b on b.crm_stage_key = lower(trim(l.crm_stage_label))
    left join settings.stages as s on s.stage = case when not i.is_built_in then i.stage when not b.is_built_in then b.stage
        else coalesce(i.stage, b.stage) end
),
best as (
    select r.deal_id, min(r.claim) as claim from ranked as r group by r.deal_id
),
holders as (
    select r.deal_id, r.claim, count(*) as holders from ranked as r group by r.deal_id, r.claim
)
select
    r.deal_id,                                                      -- the deal
    r.person_id,                                                    -- one of its people
    case when r.claim = b.claim then 1.0 / nullif(h.holders, 0) else 0.0 end as weight  -- share of the deal that is this person's, 0..1
from ranked as r
join best as b on b.deal_id = r.deal_id
join holders as h on h.deal_id = r.deal_id and h.claim = r.claim
