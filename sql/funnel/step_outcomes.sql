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
steps_of_funnel as (
    -- The handed-on step begins with people and ends with deals.
    select
        f.stage as from_stage,
        f.next_stage as to_stage,
        f.unit <> t.unit as is_handed_on,
        t.next_stage is null as is_to_last
    from settings.stages as f
    join settings.stages as t on t.stage = f.next_stage
),
deals_of_people as (
    select
        d.person_id,
        t.stage as to_stage,
        min(t.reached_on) as to_on,
        sum(d.weight) as deals_weight,
        bool_or(t.is_explicit) as is_to_explicit
    from funnel.deal_people as d
    join funnel.stage_times as t on t.record_type = 'deal' and t.record_id = d.deal_id
    join steps_of_funnel as s on s.to_stage = t.stage and s.is_handed_on
    left join funnel.deals as l on l.deal_id = t.record_id
    -- A win that was reversed is none.
    where d.weight > 0 and (not s.is_to_last or coalesce(l.is_won, false))
    group by d.person_id, t.stage
),
people_steps as (
    select
        s.from_stage,
        s.to_stage,
        p.segment,
        t.reached_on as from_on,
        case when s.is_handed_on then d.to_on else t.next_on end as to_on,
        t.is_explicit as is_from_explicit,
        case when s.is_handed_on then d.is_to_explicit else t.is_next_explicit end as is_to_explicit,
        case when s.is_handed_on then d.deals_weight else 0.0 end as deals_weight,
        e.record_id is not null as has_ended
    from funnel.stage_times as t
    join steps_of_funnel as s on s.from_stage = t.stage
    join funnel.people as p on p.person_id = t.record_id and p.origin = 'marketing'
    left join deals_of_people as d on d.person_id = t.record_id and d.to_stage = s.to_stage and s.is_handed_on
    left join ended as e on e.record_type = 'person' and e.record_id = t.record_id
    where t.record_type = 'person'
),
deal_steps as (
    select
        s.from_stage,
        s.to_stage,
        d.segment,
        t.reached_on as from_on,
        case when not s.is_to_last or d.is_won then t.next_on end as to_on,
        t.is_explicit as is_from_explicit,
        case when not s.is_to_last or d.is_won then t.is_next_explicit end as is_to_explicit,
        0.0 as deals_weight,
        d.is_lost as has_ended
    from funnel.stage_times as t
    join steps_of_funnel as s on s.from_stage = t.stage
    join funnel.deals as d on d.deal_id = t.record_id
    cross join scope as c
    where t.record_type = 'deal' and (d.origin = 'marketing' or not c.is_marketing_only)
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
