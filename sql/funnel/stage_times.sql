-- When a person or deal was at a stage: its earliest entry into that stage or any later one.
-- grain: record_type, record_id, stage
with first_entries as (
    select
        e.record_type,
        e.record_id,
        s.position,
        s.unit,
        min(e.entered_at) as entered_at,
        max(e.round) > 0 as is_explicit
    from funnel.stage_entries as e
    join settings.stages as s on s.stage = e.stage
    group by e.record_type, e.record_id, s.position, s.unit
),
times as (
    select
        f.*,
        min(f.entered_at) over (
            partition by f.record_type, f.record_id order by f.position desc
            rows between unbounded preceding and current row
        ) as reached_at
    from first_entries as f
)
select
    t.record_type,                          -- person or deal
    t.record_id,                            -- the person's or deal's id
    s.stage,                                -- the canonical stage
    t.position,                             -- the stage's place in the funnel, from 1
    t.reached_at,                           -- UTC instant the record was first there or beyond
    cast((t.reached_at at time zone 'UTC') at time zone n.timezone as date) as reached_on,  -- its day in the account's time zone
    t.is_explicit                           -- whether the CRM shows an entry into this very stage
from times as t
cross join settings.night as n
join settings.stages as s on s.position = t.position
where t.unit = case t.record_type when 'deal' then 'deals' else 'people' end
