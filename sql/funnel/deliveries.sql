-- What has been delivered towards each target: first explicit entries into each stage, by week.
-- grain: target, week_start, stage
select
    d.target,                               -- the target's name
    d.week_start,                           -- first day of the week
    d.stage,                                -- the canonical stage
    cast(sum(d.entered) as bigint) as entered   -- people or deals that entered it for the first time
from funnel.deliveries_by_segment as d
group by d.target, d.week_start, d.stage
