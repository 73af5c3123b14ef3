-- Sales activities towards people, as of the night.
-- grain: touch_id
-- check: kind in ('call', 'email', 'meeting', 'message')
-- check: direction in ('inbound', 'outbound')
with said as (
    select t.* from files.touches as t
    union all
    select t.* from hubspot.touches as t
    union all
    select t.* from salesforce.touches as t
)
select
    t.touch_id,                             -- `<source>:<crm id>`
    t.person_id,                            -- the person touched
    t.owner_id,                             -- who did it
    t.kind,                                 -- call, email, meeting or message
    t.direction,                            -- inbound or outbound
    t.outcome,                              -- how it ended, as the CRM says
    t.is_automated,                         -- whether a machine did it
    t.is_imported,                          -- whether it was brought in with an import
    t.reached,                              -- whether the person was reached; NULL: not known
    t.touched_at,                           -- UTC instant of the activity
    t.recorded_at                           -- UTC instant the CRM knew of it
from said as t
cross join settings.night as n
where t.touched_at < n.day_end_at and t.recorded_at <= n.cut_off_at
