-- Every MQL handed to sales, round by round: who had it, how fast and how often sales tried, and whether that was as promised.
--
-- Three clocks: until it was assigned, from then until its owner's first touch, and the buyer's own from MQL to the
-- first touch by anyone; a reassignment resets none. An attempt is a touch, whether or not the person was reached.
-- grain: person_id, round
-- check: first_touch_status in ('met', 'missed', 'open', 'not_owed')
-- check: attempts_status in ('met', 'missed', 'open', 'not_owed')
-- check: coalesce(elapsed_hours_to_first_touch >= business_hours_to_first_touch - 0.001 and business_hours_to_first_touch >= 0, true)
with pages as (
    select f.person_id, f.crm_url from files.people as f
    union all
    select h.person_id, h.crm_url from hubspot.people as h
    union all
    select s.person_id, s.crm_url from salesforce.people as s
),
touched as (
    select
        t.person_id,
        t.round,
        min(t.touched_at) as first_touch_at,
        min(t.touched_at) filter (where t.is_by_owner) as owner_first_touch_at,
        count(*) filter (where t.kind = 'call' and t.is_counted) as call_attempts,
        count(*) filter (where t.kind = 'email' and t.is_counted) as emails
    from funnel.round_touches as t
    group by t.person_id, t.round
),
rounds as (
    select
        r.*,
        t.first_touch_at,
        t.owner_first_touch_at,
        coalesce(t.call_attempts, 0) as call_attempts,
        coalesce(t.emails, 0) as emails,
        cast((t.first_touch_at at time zone 'UTC') at time zone n.timezone as date) as first_touch_on,
        cast((t.owner_first_touch_at at time zone 'UTC') at time zone n.timezone as date) as owner_first_touch_on,
        n.day_end_at
    from funnel.mql_rounds as r
    cross join settings.night as n
    left join touched as t on t.person_id = r.person_id and t.round = r.round
),
clocked as (
    select
        r.*,
        f.open_seconds_before
            + least(greatest(date_diff('second', f.opens_at, r.first_touch_at), 0), f.open_seconds) as touch_second,
        o.open_seconds_before
            + least(greatest(date_diff('second', o.opens_at, r.owner_first_touch_at), 0), o.open_seconds)
            as owner_touch_second
    from rounds as r
    left join settings.calendar as f on f.day = r.first_touch_on
    left join settings.calendar as o on o.day = r.owner_first_touch_on
),
judged as (
    select
        c.*,
        case
            when c.promised_seconds is null or c.entry_second is null then 'not_owed'
            when c.first_touch_at <= c.first_touch_deadline_at then 'met'
            when c.left_at < c.first_touch_deadline_at then 'not_owed'
            when c.first_touch_deadline_at < c.day_end_at then 'missed'
            else 'open'
        end as first_touch_status
    from clocked as c
)
select
    c.person_id,                                        -- the person, never by name
    c.round,                                            -- 1 for the first time as an MQL, 2 after having been recycled
    c.owner_id,                                         -- whose it was; NULL: nobody's
    c.became_mql_at,                                    -- UTC instant of the entry
    c.assigned_at,                                      -- UTC instant the owner had it, not before the entry; NULL: nobody's
    c.first_touch_at,                                   -- UTC instant of the first touch by anyone in sales; NULL: none
    (c.touch_second - c.entry_second) / 3600.0 as business_hours_to_first_touch,    -- working hours from MQL to first touch; NULL: none, or older than the calendar
    date_diff('second', c.became_mql_at, c.first_touch_at) / 3600.0 as elapsed_hours_to_first_touch,    -- hours by the clock from MQL to first touch
    c.call_attempts,                                    -- call attempts since these are owed, within their time; not owed yet: since the entry
    c.emails,                                           -- e-mails, counted in the same way
    c.sql_at,                                           -- UTC instant it became an SQL in this round; NULL: it has not
    c.outcome,                                          -- how the round ended: disqualified, recycled or lost; NULL: it has not
    c.outcome_at,                                       -- UTC instant of that end; NULL: none, or not dated
    c.first_touch_deadline_at,                          -- UTC instant by which a first touch is promised; NULL: none is, or beyond the calendar
    c.attempts_deadline_at,                             -- UTC instant by which the attempts are promised; NULL: none are
    c.first_touch_status,                          -- met, missed, open or not_owed (left the stage untouched before the deadline, or nothing was promised)
    case
        when c.attempts_deadline_at is null then 'not_owed'
        when c.call_attempts >= c.call_attempts_owed and c.emails >= c.emails_owed then 'met'
        when c.attempts_left_at < c.attempts_deadline_at then 'not_owed'
        when c.attempts_deadline_at < c.day_end_at then 'missed'
        else 'open'
    end as attempts_status,                             -- met, missed, open or not_owed (not yet an SQL, left before the deadline, or nothing was promised)
    p.crm_url,                                          -- the record in the CRM; NULL: the source has no address for it
    c.owner_first_touch_at,                             -- UTC instant of the owner's own first touch; NULL: none
    c.owner_deadline_at,                                -- UTC instant by which the owner's own is promised, from the assignment on
    (c.assigned_second - c.entry_second) / 3600.0 as business_hours_to_assigned,   -- working hours from MQL to assignment
    (c.owner_touch_second - c.assigned_second) / 3600.0 as business_hours_from_assigned,    -- working hours from assignment to the owner's first touch; below 0: before it
    case
        when c.promised_seconds is null or c.assigned_second is null then 'not_owed'
        when c.owner_first_touch_at <= c.owner_deadline_at then 'met'
        when c.left_at < c.owner_deadline_at then 'not_owed'
        when c.owner_deadline_at < c.day_end_at then 'missed'
        else 'open'
    end as owner_touch_status,                          -- the owner's own first touch: met, missed, open or not_owed
    greatest(c.call_attempts_owed - c.call_attempts, 0) as calls_missing,   -- call attempts promised and not made
    greatest(c.emails_owed - c.emails, 0) as emails_missing,    -- e-mails promised and not sent
    c.left_at,                                          -- UTC instant it left the stage; NULL: it has not
    -- An end without a date has no place in time, but it is one.
    c.first_touch_at is null and c.left_at is null and c.outcome is null
        and c.first_touch_status in ('open', 'missed') as is_to_call    -- whether it waits for its first touch now
from judged as c
left join pages as p on p.person_id = c.person_id
