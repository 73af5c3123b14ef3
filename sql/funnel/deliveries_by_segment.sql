-- What has been delivered towards each target: first explicit entries into each stage, by week and segment.
--
-- Marketing's people; all deals, or marketing's alone where the target asks marketing for a share only. Imputed
-- entries deliver nothing. A won deal is delivered on the day its revenue counts.
-- grain: target, segment, week_start, stage
with entries as (
    select
        e.stage,
        e.unit,
        case when s.next_stage is null and e.record_type = 'deal' then coalesce(d.booked_on, e.entered_on) else e.entered_on end as day,
        coalesce(p.origin, d.origin) as origin,
        coalesce(p.segment, d.segment) as segment
    from funnel.explicit_entries as e
    join settings.stages as s on s.stage = e.stage
    left join funnel.people as p on e.record_type = 'person' and p.person_id = e.record_id
    left join funnel.deals as d on e.record_type = 'deal' and d.deal_id = e.record_id
    where e.round = 1
        and (p.person_id is not null or d.deal_id is not null)
        and e.unit = case e.record_type when 'deal' then 'deals' else 'people' end
        and (s.next_stage is not null or e.record_type = 'person' or d.is_won)
)
select
    t.target,                               -- the target's name
    e.segment,                              -- the record's segment; NULL: no segments
    c.week_start,                           -- first day of the week
    e.stage,                                -- the canonical stage
    count(*) as entered                     -- people or deals that entered it for the first time
from entries as e
join settings.calendar as c on c.day = e.day
cross join settings.night as n
join settings.targets as t on e.day between t.period_start and t.period_end
    and (t.segment is null or t.segment = e.segment)
    and (e.origin = 'marketing' or e.unit = 'deals' and t.marketing_share >= 1.0)
where e.day <= n.as_of
group by all
