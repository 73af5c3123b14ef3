-- The records of each stage by age: how many came in on one day, and how many of these may still go further.
--
-- What the open ones will bring is estimated from this; lost ones bring nothing.
-- grain: stage, segment, age_days
-- check: age_days >= 0
-- check: still_open between 0 and entered
select
    s.from_stage as stage,                  -- the stage they came into
    s.segment,                              -- their segment; NULL: no segments
    s.age_days,                             -- days since they came into it
    cast(sum(s.records) as bigint) as entered,  -- people or deals that did
    cast(coalesce(sum(s.records) filter (where s.lag_days is null and not s.is_lost), 0) as bigint) as still_open    -- of these, neither further nor lost by the night
from funnel.step_outcomes as s
group by s.from_stage, s.segment, s.age_days
