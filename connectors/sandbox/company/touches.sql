-- touches: calls, e-mails, meetings and messages, by reps, by machines and by the people themselves.
create table company.touches as
with rounds as (
    select j.person_no, j.slot, j.mql_at as from_at, coalesce(j.recycled_at, j.sql_at, j.disqualified_at) as until_at, 1 as round
    from drawn.journeys as j where j.is_mql and j.skipped is distinct from 'mql'
    union all
    select j.person_no, j.slot, j.mql_again_at, coalesce(j.sql_at, j.disqualified_at), 2
    from drawn.journeys as j where j.mql_again_at is not null
),
answered as (
    select
        r.*,
        at_work(r.from_at + wait(e.median_hours / 24, e.sigma, 'response' || r.round, r.person_no), 'response' || r.round, r.person_no) as first_at
    from rounds as r
    join drawn.efforts as e on e.slot = r.slot
    where u('touched' || r.round, r.person_no) < e.touched_share
),
followed as (
    select a.person_no, a.slot, a.round, n.number, a.until_at,
        case n.number when 0 then a.first_at
            else at_work(a.first_at + to_seconds(cast(86400 * (n.number + u('follow-up' || a.round || n.number, a.person_no)) as bigint)), 'follow-up' || a.round || n.number, a.person_no) end as touched_at
    from answered as a
    cross join (values (0), (1), (2)) as n(number)
    where n.number = 0 or u('follow-ups' || a.round, a.person_no) < 0.7 / n.number
),
worked as (
    select j.person_no, j.slot, t.kind, t.attempt,
        at_work(j.sql_at + to_seconds(cast(86400 * (1.5 * t.attempt - 1.4 + u(t.kind || t.attempt, j.person_no)) as bigint)), t.kind || t.attempt, j.person_no) as touched_at
    from drawn.journeys as j
    join drawn.tails as t on t.slot = j.slot and u('attempts ' || t.kind, j.person_no) < t.share
    where j.is_sql
),
made as (
    select f.person_no, 20 * f.round + f.number as place, rep_in(f.slot, f.touched_at) as owner_no,
        case when u('kind' || f.round || f.number, f.person_no) < 0.55 then 'call' when u('kind' || f.round || f.number, f.person_no) < 0.95 then 'email' else 'message' end as kind,
        'outbound' as direction, false as is_automated, f.touched_at
    from followed as f where f.number = 0 or f.until_at is null or f.touched_at < f.until_at
    union all
    select w.person_no, case w.kind when 'call' then 100 else 120 end + w.attempt, rep_in(w.slot, w.touched_at), w.kind, 'outbound', false, w.touched_at
    from worked as w
    union all
    -- A meeting is in the calendar before it takes place.
    select j.person_no, 150, rep_in(j.slot, j.sql_at), 'meeting', 'outbound', false,
        at_work(j.sql_at + wait(6, 0.5, 'meeting', j.person_no), 'meeting', j.person_no)
    from drawn.journeys as j where j.is_sql and u('meeting', j.person_no) < 0.6
    union all
    select j.person_no, 1, 902, 'email', 'outbound', true, j.mql_at
    from drawn.journeys as j where j.is_mql and u('welcome', j.person_no) < 0.6
    union all
    select j.person_no, 2, 902, 'email', 'outbound', true, by_machine(j.lead_at + interval 1 day, 'newsletter', j.person_no)
    from drawn.journeys as j where j.is_lead and u('newsletter', j.person_no) < 0.3
    union all
    select j.person_no, 3, rep_in(j.slot, j.mql_at), case when u('inbound kind', j.person_no) < 0.5 then 'email' else 'call' end, 'inbound', false,
        j.mql_at + wait(2, 0.8, 'inbound', j.person_no)
    from drawn.journeys as j where j.is_mql and u('inbound', j.person_no) < 0.15
),
placed as (
    select m.*, 200 * m.person_no + m.place as touch_no from made as m
)
select
    p.touch_no,
    p.person_no,
    case when p.owner_no < 900 and u('helped out', p.touch_no) < 0.04 then 904 else p.owner_no end as owner_no,
    p.kind,                                                 -- call, email, meeting or message
    p.direction,                                            -- inbound or outbound
    case p.kind
        when 'call' then case when p.direction = 'inbound' then 'connected' else
            ['connected', 'no answer', 'voicemail', 'busy', 'failed'][case when u('outcome', p.touch_no) < 0.3 then 1 when u('outcome', p.touch_no) < 0.7 then 2
                when u('outcome', p.touch_no) < 0.9 then 3 when u('outcome', p.touch_no) < 0.97 then 4 else 5 end] end
        when 'email' then case when p.direction = 'inbound' then 'replied' when u('outcome', p.touch_no) < 0.03 then 'bounced' else 'sent' end
        when 'meeting' then case when u('outcome', p.touch_no) < 0.8 then 'held' when u('outcome', p.touch_no) < 0.92 then 'no show' else 'cancelled' end
    end as outcome,                                         -- NULL: messages have none
    p.is_automated,
    p.touched_at,
    case
        when p.kind = 'meeting' then p.touched_at - to_seconds(cast(3600 + floor(86400 * u('invited', p.touch_no)) as bigint))
        when not p.is_automated and u('late', p.touch_no) < 0.06 then p.touched_at + wait(3, 0.7, 'late', p.touch_no)
        else p.touched_at
    end as recorded_at,                                     -- a meeting is recorded before it takes place, some calls days later
    case when u('deleted touch', p.touch_no) < 0.005 then p.touched_at + interval 5 day end as deleted_at
from placed as p;
