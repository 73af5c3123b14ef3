-- Who owned which person or deal, and from when to when.
-- grain: record_type, record_id, owner_id, from_at
with said as (
    select s.* from files.owner_spans as s
    union all
    select s.* from hubspot.owner_spans as s
    union all
    select s.* from salesforce.owner_spans as s
)
select
    s.record_type,                          -- person or deal
    s.record_id,                            -- the person's or deal's id
    s.owner_id,                             -- the owner
    s.from_at,                              -- UTC instant the ownership began; NULL: always
    case when s.to_at < n.day_end_at then s.to_at end as to_at,  -- UTC instant it ended; NULL: it has not
    s.recorded_at                           -- UTC instant the CRM knew of it
from said as s
cross join settings.night as n
where coalesce(s.from_at < n.day_end_at, true) and coalesce(s.recorded_at <= n.cut_off_at, true)
