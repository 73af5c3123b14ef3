-- Records that came into the funnel from outside in the last 13 weeks, by the stage at which the plan meets them.
--
-- Marketing's people are met at the first stage, whatever they skipped. Deals that no person of marketing's stands
-- behind are met at the first stage of deals, where they count at all. This is the pace of late.
-- grain: stage, segment
-- check: records > 0
with scope as (
    select coalesce(min(t.marketing_share), 1.0) < 1.0 as is_marketing_only from settings.targets as t
),
first_stages as (
    select s.unit, min(s.position) as position from settings.stages as s group by s.unit
),
has_people as (
    select count(*) > 0 as has_people from settings.stages as s where s.unit = 'people'
),
arrivals as (
    select t.stage, p.segment, t.reached_on
    from funnel.stage_times as t
    join first_stages as f on f.unit = 'people' and f.position = t.position
    join funnel.people as p on p.person_id = t.record_id and p.origin = 'marketing'
    where t.record_type = 'person'
    union all
    select t.stage, d.segment, t.reached_on
    from funnel.stage_times as t
    join first_stages as f on f.unit = 'deals' and f.position = t.position
    join funnel.deals as d on d.deal_id = t.record_id
    cross join scope as c
    cross join has_people as h
    where t.record_type = 'deal'
        and (d.origin = 'sales' and not c.is_marketing_only
            or not h.has_people and (d.origin = 'marketing' or not c.is_marketing_only))
)
select
    a.stage,                                -- the stage at which they are met
    a.segment,                              -- their segment; NULL: no segments
    count(*) as records                     -- people or deals, in the 91 days up to the night
from arrivals as a
cross join settings.night as n
where a.reached_on > n.as_of - 91 and a.reached_on <= n.as_of
group by a.stage, a.segment
