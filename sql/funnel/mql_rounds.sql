-- Every time a living person became an MQL: whose it was, how it ended, and by when what was promised for it.
--
-- A round ends at the next one. Its owner is the one in force 15 minutes after the entry, else the first later in the
-- round; an owner that is no user of the CRM, such as a queue, is none. What was promised is taken from the agreement
-- in force on the first day of the entry's week; entries older than the calendar were promised nothing.
-- grain: person_id, round
-- check: coalesce(assigned_at >= became_mql_at and left_at >= became_mql_at and sql_at >= became_mql_at, true)
with entries as (
    select
        e.record_id as person_id,
        e.round,
        e.entered_at as became_mql_at,
        e.entered_on as became_mql_on,
        e.left_at as moved_on_at,
        lead(e.entered_at) over (partition by e.record_id order by e.round) as ended_at
    from funnel.explicit_entries as e
    join settings.stages as s on s.stage = e.stage and s.is_handover
    where e.record_type = 'person'
),
mqls as (
    select e.*, p.segment, p.origin, p.lead_source, e.became_mql_at + interval 15 minute as settled_at
    from entries as e
    join funnel.people as p on p.person_id = e.person_id
),
owned as (
    select m.person_id, m.round, o.owner_id, o.from_at
    from mqls as m
    join funnel.owner_spans as o on o.record_type = 'person' and o.record_id = m.person_id
        and coalesce(o.from_at < m.ended_at, true) and coalesce(o.to_at > m.settled_at, true)
    join funnel.reps as r on r.owner_id = o.owner_id
    qualify row_number() over (
        partition by m.person_id, m.round
        order by
            case when o.from_at > m.settled_at then 1 else 0 end,
            case when o.from_at <= m.settled_at then o.from_at end desc nulls last,
            o.from_at,
            o.owner_id
    ) = 1
),
sqls as (
    select m.person_id, m.round, e.entered_at as sql_at, e.left_at as sql_moved_on_at
    from mqls as m
    join funnel.explicit_entries as e on e.record_type = 'person' and e.record_id = m.person_id and e.stage = 'sql'
        and e.entered_at >= m.became_mql_at and coalesce(e.entered_at < m.ended_at, true)
    qualify row_number() over (partition by m.person_id, m.round order by e.entered_at) = 1
),
ends as (
    -- An end without a date is that of the last round.
    select m.person_id, m.round, o.outcome, o.reason, o.outcome_at
    from mqls as m
    join funnel.outcomes as o on o.record_type = 'person' and o.record_id = m.person_id
        and o.outcome in ('lost', 'disqualified', 'recycled')
        and coalesce(o.outcome_at >= m.became_mql_at, m.ended_at is null)
        and coalesce(o.outcome_at < m.ended_at, true)
    qualify row_number() over (partition by m.person_id, m.round order by o.outcome_at nulls last, o.outcome) = 1
),
deals as (
    select m.person_id, m.round, min(t.reached_at) as deal_at
    from mqls as m
    join funnel.deal_people as d on d.person_id = m.person_id and d.weight > 0
    join funnel.stage_times as t on t.record_type = 'deal' and t.record_id = d.deal_id
        and t.reached_at >= m.became_mql_at and coalesce(t.reached_at < m.ended_at, true)
    group by m.person_id, m.round
),
terms as (
    select a.valid_from, a.commitment, a.value, a.unit as option
    from reporting.agreements as a
    where a.side = 'sales' and a.stage is null
    union all
    -- Before the first agreement: as the settings say.
    select c.valid_from, c.commitment, c.value, c.option
    from settings.commitments as c
    where c.side = 'sales' and not exists (select 1 from reporting.agreements as a where a.valid_from <= c.valid_from)
),
versions as (
    select
        t.valid_from,
        cast(round(max(t.value) filter (where t.commitment = 'first_touch_hours') * 3600) as bigint) as touch_seconds,
        coalesce(max(t.value) filter (where t.commitment = 'business_hours'), 1) = 1 as is_business,
        max(t.value) filter (where t.commitment = 'call_attempts') as call_attempts,
        max(t.value) filter (where t.commitment = 'emails') as emails,
        max(t.option) filter (where t.commitment = 'attempts_on') as attempts_on,
        cast(round(max(t.value) filter (where t.commitment = 'within_days') * 86400) as bigint) as attempt_seconds,
        max(t.value) filter (where t.commitment = 'share') as share,
        max(t.option) filter (where t.commitment = 'exclude') as excluded
    from terms as t
    group by t.valid_from
),
weeks as (
    select distinct c.week_start from settings.calendar as c
),
in_force as (
    select w.week_start, v.*
    from weeks as w
    cross join versions as v
    qualify row_number() over (
        partition by w.week_start
        order by case when v.valid_from <= w.week_start then v.valid_from end desc nulls last, v.valid_from
    ) = 1
),
promised as (
    select
        m.*,
        o.owner_id,
        case when o.owner_id is not null then greatest(o.from_at, m.became_mql_at) end as assigned_at,
        s.sql_at,
        s.sql_moved_on_at,
        e.outcome,
        e.reason,
        e.outcome_at,
        d.deal_at,
        v.touch_seconds,
        v.is_business,
        v.call_attempts,
        v.emails,
        v.attempt_seconds,
        v.share,
        v.excluded,
        case when coalesce(v.call_attempts, 0) + coalesce(v.emails, 0) > 0 then
            case v.attempts_on when 'mql' then m.became_mql_at else s.sql_at end end as attempts_from_at,
        case v.attempts_on when 'mql' then least(m.moved_on_at, e.outcome_at, d.deal_at)
            else least(s.sql_moved_on_at, e.outcome_at, case when d.deal_at >= s.sql_at then d.deal_at end)
            end as attempts_left_at
    from mqls as m
    left join owned as o on o.person_id = m.person_id and o.round = m.round
    left join sqls as s on s.person_id = m.person_id and s.round = m.round
    left join ends as e on e.person_id = m.person_id and e.round = m.round
    left join deals as d on d.person_id = m.person_id and d.round = m.round
    left join settings.calendar as c on c.day = m.became_mql_on
    left join in_force as v on v.week_start = c.week_start
),
clocks as (
    -- Working seconds of the calendar up to the entry and up to the assignment, plus those promised.
    select
        p.person_id,
        p.round,
        c.open_seconds_before
            + least(greatest(date_diff('second', c.opens_at, p.became_mql_at), 0), c.open_seconds) as entry_second,
        a.open_seconds_before
            + least(greatest(date_diff('second', a.opens_at, p.assigned_at), 0), a.open_seconds) as assigned_second
    from promised as p
    cross join settings.night as n
    left join settings.calendar as c on c.day = p.became_mql_on
    left join settings.calendar as a
        on a.day = cast((p.assigned_at at time zone 'UTC') at time zone n.timezone as date)
),
open_days as (
    select c.opens_at, c.open_seconds_before as first_second, c.open_seconds_before + c.open_seconds as last_second
    from settings.calendar as c
    where c.open_seconds > 0
),
promised_seconds as (
    select p.person_id, p.round, k.entry_second + p.touch_seconds as due_second
    from promised as p
    join clocks as k on k.person_id = p.person_id and k.round = p.round
    where p.is_business
    union
    select p.person_id, p.round, k.assigned_second + p.touch_seconds
    from promised as p
    join clocks as k on k.person_id = p.person_id and k.round = p.round
    where p.is_business
),
due as (
    select s.due_second, d.opens_at + (s.due_second - d.first_second) * interval 1 second as due_at
    from (select distinct q.due_second from promised_seconds as q where q.due_second is not null) as s
    join open_days as d on d.first_second < s.due_second and s.due_second <= d.last_second
)
select
    p.person_id,                                        -- the person
    p.round,                                            -- 1 for the first time as an MQL
    p.segment,                                          -- the person's segment; NULL: no segments
    p.origin,                                           -- marketing or sales
    p.lead_source,                                      -- where the person came from, as the CRM says
    p.owner_id,                                         -- whose it was; NULL: nobody's
    p.became_mql_at,                                    -- UTC instant of the entry
    p.became_mql_on,                                    -- its day in the account's time zone
    p.ended_at,                                         -- UTC instant the next round begins; NULL: it has not
    p.assigned_at,                                      -- UTC instant the owner had it, not before the entry; NULL: nobody's
    least(p.moved_on_at, p.outcome_at, p.deal_at) as left_at,   -- UTC instant it left the stage, by a move, an end or a deal; NULL: it has not
    p.sql_at,                                           -- UTC instant of its first SQL entry in the round; NULL: none
    p.outcome,                                          -- how the round ended: disqualified, recycled or lost; NULL: it has not
    p.reason,                                           -- why, as the CRM says
    p.outcome_at,                                       -- UTC instant of that end; NULL: none, or not dated
    k.entry_second,                                     -- working seconds of the calendar before the entry; NULL: older than the calendar
    k.assigned_second,                                  -- the same before the assignment
    case when p.is_business then e.due_at else p.became_mql_at + p.touch_seconds * interval 1 second end
        as first_touch_deadline_at,                     -- UTC instant by which a first touch is promised; NULL: none is, or beyond the calendar
    case when p.is_business then o.due_at else p.assigned_at + p.touch_seconds * interval 1 second end
        as owner_deadline_at,                           -- the same for the owner, whose clock starts with the assignment
    p.touch_seconds as promised_seconds,                -- seconds within which a first touch is promised; NULL: none is
    p.attempts_from_at,                                 -- UTC instant from which attempts are owed; NULL: none are
    p.attempts_from_at + p.attempt_seconds * interval 1 second as attempts_deadline_at,     -- UTC instant by which they are owed
    p.attempts_left_at,                                 -- UTC instant it left the stage on which attempts are owed; NULL: it has not
    coalesce(p.call_attempts, 0) as call_attempts_owed, -- call attempts promised
    coalesce(p.emails, 0) as emails_owed,               -- e-mails promised
    p.share as promised_share,                          -- share of the MQLs (SQLs) the promises are for, 0..1
    p.excluded as excluded_users                        -- users whose activities are no touches, comma-separated; NULL: none
from promised as p
join clocks as k on k.person_id = p.person_id and k.round = p.round
left join due as e on e.due_second = k.entry_second + p.touch_seconds
left join due as o on o.due_second = k.assigned_second + p.touch_seconds
