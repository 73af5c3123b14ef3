-- Why the plan asks for more or fewer MQLs than the night published before: the difference, split over its factors.
--
-- Both volumes are products of factors, so the split by log-means is exact and free of order: the effects of a
-- measure sum to the difference. A factor that only one of the two nights has counts as 1 in the other.
-- grain: as_of, target, segment, measure, factor
-- check: measure in ('required', 'remaining_per_week')
with nights as (
    select n.as_of, n.handover, max(r.as_of) as previous_as_of
    from settings.night as n
    join reporting.runs as r on r.as_of < n.as_of and r.status = 'succeeded'
    group by n.as_of, n.handover
),
plans as (
    select f.*, f.as_of = n.as_of as is_tonight
    from reporting.required_funnel as f
    join nights as n on f.as_of = n.as_of or f.as_of = n.previous_as_of
),
mqls as (
    select p.*
    from plans as p
    join nights as n on n.handover = p.stage
),
customers as (
    select p.*
    from plans as p
    where p.rate_to_next is null
),
worth as (
    -- What a win brought in that night; where no deal shows it, the target and the deal are one factor.
    select c.as_of, c.target, c.segment, a.mean, a.paying_share
    from customers as c
    left join reporting.average_deal as a on a.as_of = c.as_of and a.mean > 0 and a.paying_share > 0
        and a.segment is not distinct from c.segment
),
comparable as (
    select w.target, w.segment, count(w.mean) = 2 as has_deals
    from worth as w
    group by w.target, w.segment
    having count(*) = 2
),
steps as (
    select p.is_tonight, p.target, p.segment, p.stage, p.rate_to_next, p.deals_per_person
    from plans as p
    join mqls as m on m.as_of = p.as_of and m.target = p.target and m.segment is not distinct from p.segment
        and p.position >= m.position
    where p.rate_to_next is not null
),
passed as (
    select s.is_tonight, s.target, s.segment,
        exp(sum(ln(s.rate_to_next * s.deals_per_person))) as customers_per_mql
    from steps as s
    group by s.is_tonight, s.target, s.segment
),
factors as (
    select 'required' as measure, c.is_tonight, c.target, c.segment, 'target' as factor,
        c.required_exact * case when k.has_deals then w.mean * w.paying_share else 1.0 end as figure,
        1.0 as direction
    from customers as c
    join comparable as k on k.target = c.target and k.segment is not distinct from c.segment
    join worth as w on w.as_of = c.as_of and w.target = c.target and w.segment is not distinct from c.segment
    union all
    select 'required', c.is_tonight, c.target, c.segment, 'average_deal', w.mean, -1.0
    from customers as c
    join comparable as k on k.target = c.target and k.segment is not distinct from c.segment and k.has_deals
    join worth as w on w.as_of = c.as_of and w.target = c.target and w.segment is not distinct from c.segment
    union all
    select 'required', c.is_tonight, c.target, c.segment, 'paying_share', w.paying_share, -1.0
    from customers as c
    join comparable as k on k.target = c.target and k.segment is not distinct from c.segment and k.has_deals
    join worth as w on w.as_of = c.as_of and w.target = c.target and w.segment is not distinct from c.segment
    union all
    select m.measure, s.is_tonight, s.target, s.segment, 'rate:' || s.stage, s.rate_to_next, -1.0
    from steps as s
    cross join (select 'required' as measure union all select 'remaining_per_week') as m
    union all
    select m.measure, s.is_tonight, s.target, s.segment, 'deals_per_person:' || s.stage, s.deals_per_person, -1.0
    from steps as s
    cross join (select 'required' as measure union all select 'remaining_per_week') as m
    union all
    -- Customers still missing, each counted for as many as must be begun for one to come in time.
    select 'remaining_per_week', m.is_tonight, m.target, m.segment, 'missing_customers',
        m.remaining_exact * p.customers_per_mql, 1.0
    from mqls as m
    join passed as p on p.is_tonight = m.is_tonight and p.target = m.target
        and p.segment is not distinct from m.segment
    union all
    select 'remaining_per_week', m.is_tonight, m.target, m.segment, 'weeks_left', m.weeks_left, -1.0
    from mqls as m
),
volumes as (
    select 'required' as measure, m.is_tonight, m.target, m.segment, m.required_exact as volume from mqls as m
    union all
    select 'remaining_per_week', m.is_tonight, m.target, m.segment, m.remaining_per_week from mqls as m
),
moves as (
    select
        v.measure,
        v.target,
        v.segment,
        max(v.volume) filter (where not v.is_tonight) as volume_before,
        max(v.volume) filter (where v.is_tonight) as volume_after
    from volumes as v
    group by v.measure, v.target, v.segment
),
pairs as (
    select
        f.measure,
        f.target,
        f.segment,
        f.factor,
        max(f.direction) as direction,
        max(f.figure) filter (where not f.is_tonight) as before,
        max(f.figure) filter (where f.is_tonight) as after
    from factors as f
    group by f.measure, f.target, f.segment, f.factor
)
select
    n.as_of,                                        -- the day this night speaks for
    n.previous_as_of,                               -- the night it is compared with
    p.target,                                       -- the target's name
    p.segment,                                      -- the segment; NULL: the whole
    p.measure,                                      -- required: MQLs over the period; remaining_per_week: MQLs a week of its rest
    p.factor,                                       -- target, average_deal, paying_share, rate:<stage>, deals_per_person:<stage>, missing_customers or weeks_left
    p.before,                                       -- the factor in the previous night; NULL: it had none
    p.after,                                        -- the factor tonight; NULL: there is none
    case
        -- Nothing is missing on one of the two nights: the whole difference is that.
        when least(m.volume_before, m.volume_after) <= 0 then
            case when p.factor = 'missing_customers' then m.volume_after - m.volume_before else 0.0 end
        when abs(m.volume_after - m.volume_before) <= 1e-12 * m.volume_before then
            m.volume_before * p.direction * (ln(coalesce(p.after, 1.0)) - ln(coalesce(p.before, 1.0)))
        else (m.volume_after - m.volume_before) / nullif(ln(m.volume_after) - ln(m.volume_before), 0)
            * p.direction * (ln(coalesce(p.after, 1.0)) - ln(coalesce(p.before, 1.0)))
    end as effect_on_mqls                           -- MQLs (a week) that the factor's move adds to the volume
from pairs as p
join moves as m on m.measure = p.measure and m.target = p.target and m.segment is not distinct from p.segment
cross join nights as n
where m.volume_before is not null and m.volume_after is not null
    and not (p.factor like 'deals_per_person:%' and p.before = 1.0 and p.after = 1.0)
