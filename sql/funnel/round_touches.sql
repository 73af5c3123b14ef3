-- What people in sales did to reach an MQL in its round: the touches that count.
--
-- Outbound calls not failed or cancelled, e-mails and messages not bounced, meetings that have begun; by anyone but a
-- machine or a user whom the agreement excludes; at or after the entry and before the round's end. An attempt, not
-- a contact: `reached` says which it was.
-- grain: touch_id, round
with human as (
    select t.*, lower(trim(o.name)) as owner_name, lower(split_part(t.owner_id, ':', 2)) as owner_key
    from funnel.touches as t
    left join funnel.reps as o on o.owner_id = t.owner_id
    where not t.is_automated
        and (t.direction = 'outbound' or t.kind = 'meeting')
        and not (t.kind <> 'meeting' and coalesce(t.outcome in ('failed', 'bounced'), false))
        and not (t.kind = 'call' and coalesce(t.outcome in ('canceled', 'cancelled'), false))
)
select
    t.touch_id,                                         -- the activity
    r.person_id,                                        -- the person touched
    r.round,                                            -- the MQL round it fell into
    t.owner_id,                                         -- who did it; NULL: not known
    coalesce(t.owner_id = r.owner_id, false) as is_by_owner,    -- whether the round's owner did it
    t.kind,                                             -- call, email, meeting or message
    t.touched_at,                                       -- UTC instant of the activity
    coalesce(t.reached, false) as reached,              -- whether the person was reached
    t.touched_at >= coalesce(r.attempts_from_at, r.became_mql_at)
        and coalesce(t.touched_at <= r.attempts_deadline_at, true) as is_counted,   -- whether it counts towards the attempts: within their time, where there is one
    coalesce(t.touched_at >= r.sql_at, false) as is_after_sql,  -- whether the person was an SQL by then
    row_number() over (
        partition by r.person_id, r.round, t.kind order by t.touched_at, t.touch_id
    ) as attempt                                        -- 1 for the first of its kind in the round
from human as t
join funnel.mql_rounds as r on r.person_id = t.person_id
    and t.touched_at >= r.became_mql_at and coalesce(t.touched_at < r.ended_at, true)
where r.excluded_users is null
    or coalesce(strpos(', ' || lower(r.excluded_users) || ', ', ', ' || t.owner_name || ', ') = 0, true)
        and coalesce(strpos(', ' || lower(r.excluded_users) || ', ', ', ' || t.owner_key || ', ') = 0, true)
