-- What became of the records at each step of the funnel, counted: rates are estimated from this.
--
-- Steps of people count marketing's people. Steps of deals count all deals, or marketing's alone where a target
-- asks marketing for a share of the revenue only.
-- grain: from_stage, to_stage, segment, age_days, lag_days, is_lost, is_from_explicit, is_to_explicit
-- check: age_days >= 0
-- check: lag_days >= 0
-- check: records > 0
with scope as (
    select coalesce(min(t.marketing_share), 1.0) < 1.0 as is_marketing_only from settings.targets as t
),
ended as (
    select distinct o.record_type, o.record_id
    from funnel.outcomes as o
    where o.outcome in ('lost', 'disqualified')
        and not exists (
            select 1 from funnel.outcomes as r
            where r.record_type = o.record_type and r.record_id = o.record_id
                and r.outcome in ('recycled', 'reopened') and r.outcome_at > o.outcome_at
        )
),
standing as (
    -- A win that was reversed is none.
    select t.*
    from funnel.stage_times as t
    join settings.stages as s on s.stage = t.stage
    left join funnel.deals as d on t.record_type = 'deal' and d.deal_id = t.record_id
    where s.next_stage is not null or coalesce(d.is_won, false)
),
within_unit as (
    -- A record that is at a stage has been at all before it, so the next one is found without putting any in order.
    select
        t.record_type,
        t.record_id,
        t.stage as from_stage,
        s.next_stage as to_stage,
        u.unit as to_unit,
        t.reached_on as from_on,
        f.reached_on as to_on,
        t.is_explicit as is_from_explicit,
        f.is_explicit as is_to_explicit
    from standing as t
    join settings.stages as s on s.stage = t.stage
    join settings.stages as u on u.stage = s.next_stage
    left join standing as f on f.record_type = t.record_type and f.record_id = t.record_id and f.stage = s.next_stage
),
deals_of_people as (
    select
        d.person_id,
        t.stage as to_stage,
        min(t.reached_on) as to_on,
        sum(d.weight) as deals_weight,
        bool_or(t.is_explicit) as is_to_explicit
    from funnel.deal_people as d
    join standing as t on t.record_type = 'deal' and t.record_id = d.deal_id
    where d.weight > 0
    group by d.person_id, t.stage
),
people_steps as (
    select
        w.from_stage,
        w.to_stage,
        p.segment,
        w.from_on,
        case when w.to_unit = 'deals' then d.to_on else w.to_on end as to_on,
        w.is_from_explicit,
        case when w.to_unit = 'deals' then d.is_to_explicit else w.is_to_explicit end as is_to_explicit,
        case when w.to_unit = 'deals' then d.deals_weight else 0.0 end as deals_weight,
        e.record_id is not null as has_ended
    from within_unit as w
    join funnel.people as p on p.person_id = w.record_id and p.origin = 'marketing'
    left join deals_of_people as d on d.person_id = w.record_id and d.to_stage = w.to_stage and w.to_unit = 'deals'
    left join ended as e on e.record_type = 'person' and e.record_id = w.record_id
    where w.record_type = 'person'
),
deal_steps as (
    select
        w.from_stage,
        w.to_stage,
        d.segment,
        w.from_on,
        w.to_on,
        w.is_from_explicit,
        w.is_to_explicit,
        0.0 as deals_weight,
        d.is_lost as has_ended
    from within_unit as w
    join funnel.deals as d on d.deal_id = w.record_id
    cross join scope as c
    where w.record_type = 'deal' and (d.origin = 'marketing' or not c.is_marketing_only)
        -- An undated win is known to have converted, but not when: it is in no cohort.
        and not (d.is_won and d.booked_on is null)
),
steps as (
    select p.* from people_steps as p
    union all
    select d.* from deal_steps as d
)
select
    s.from_stage,                                                           -- the stage entered
    s.to_stage,                                                             -- the stage after it
    s.segment,                                                              -- the record's segment; NULL: no segments
    cast(n.as_of - s.from_on as bigint) as age_days,                        -- days since the record was at from_stage
    -- Not greatest(): it would make 0 of a record that has not converted.
    case when s.to_on < s.from_on then 0 else cast(s.to_on - s.from_on as bigint) end as lag_days,  -- days it took to to_stage, at least 0; NULL: not converted
    s.has_ended and s.to_on is null as is_lost,                             -- whether it was lost or disqualified unconverted
    s.is_from_explicit,                                                     -- whether the CRM shows the entry into from_stage
    coalesce(s.is_to_explicit, false) as is_to_explicit,                    -- whether the CRM shows the entry into to_stage
    count(*) as records,                                                    -- people or deals
    coalesce(sum(s.deals_weight), 0.0) as deals_weight                      -- deals at to_stage of these people, by weight; 0 within a unit
from steps as s
cross join settings.night as n
group by all
