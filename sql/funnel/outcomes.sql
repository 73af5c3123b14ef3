-- Ends and returns of people and deals, as of the night.
--
-- An outcome without a date counts as it stands today.
-- grain: record_type, record_id, outcome, outcome_at
-- check: outcome in ('lost', 'disqualified', 'recycled', 'reopened')
with said as (
    select o.* from files.outcomes as o
    union all
    select o.* from hubspot.outcomes as o
    union all
    select o.* from salesforce.outcomes as o
)
select
    o.record_type,                          -- person or deal
    o.record_id,                            -- the person's or deal's id
    o.outcome,                              -- lost, disqualified, recycled or reopened
    o.reason,                               -- why, as the CRM says
    o.outcome_at,                           -- UTC instant it ended or returned; NULL: not dated
    o.recorded_at                           -- UTC instant the CRM knew of it; NULL: not dated
from said as o
cross join settings.night as n
where coalesce(o.outcome_at < n.day_end_at, true) and coalesce(o.recorded_at <= n.cut_off_at, true)
