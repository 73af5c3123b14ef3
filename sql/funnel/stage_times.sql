-- When a person or deal was at a stage: its earliest entry into that stage or any later one; and so for the next one.
-- grain: record_type, record_id, stage
with entries as (
    select e.record_type, e.record_id, s.position, e.entered_at, e.round
    from funnel.stage_entries as e
    join settings.stages as s on s.stage = e.stage
),
-- One pass over the entries in one order, from the last stage back: grouping them first would be a second.
times as (
    select
        e.record_type,
        e.record_id,
        e.position,
        min(e.entered_at) over (
            partition by e.record_type, e.record_id order by e.position desc
            range between unbounded preceding and current row
        ) as reached_at,
        max(e.round) over (
            partition by e.record_type, e.record_id order by e.position desc
            range between current row and current row
        ) > 0 as is_explicit,
        min(e.entered_at) over (
            partition by e.record_type, e.record_id order by e.position desc
            range between unbounded preceding and 1 preceding
        ) as next_reached_at,
        max(e.round) over (
            partition by e.record_type, e.record_id order by e.position desc
            range between 1 preceding and 1 preceding
        ) > 0 as is_next_explicit
    from entries as e
    qualify lag(e.position) over (
        partition by e.record_type, e.record_id order by e.position desc
    ) is distinct from e.position
)
select
    t.record_type,                          -- person or deal
    t.record_id,                            -- the person's or deal's id
    s.stage,                                -- the canonical stage
    t.position,                             -- the stage's place in the funnel, from 1
    t.reached_at,                           -- UTC instant the record was first there or beyond
    cast((t.reached_at at time zone 'UTC') at time zone n.timezone as date) as reached_on,  -- its day in the account's time zone
    t.is_explicit,                          -- whether the CRM shows an entry into this very stage
    case when f.stage is not null
        then cast((t.next_reached_at at time zone 'UTC') at time zone n.timezone as date)
    end as next_on,                         -- the day it was at the next stage or beyond; NULL: not yet, or that one is of deals and this of people
    case when f.stage is not null then t.is_next_explicit end as is_next_explicit   -- whether the CRM shows an entry into the next stage; NULL as next_on is
from times as t
cross join settings.night as n
join settings.stages as s on s.position = t.position
left join settings.stages as f on f.stage = s.next_stage and f.unit = s.unit
where s.unit = case t.record_type when 'deal' then 'deals' else 'people' end
