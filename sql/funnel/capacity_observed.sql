-- What the sales team is seen to work with: MQL rounds, reps, how long an SQL stays open, how often it is tried.
--
-- Over the lookback; marketing's people only. Attempts are those on SQLs whose time for attempts is over.
-- grain: one row
-- check: mql_rounds >= mqls
with window_of as (
    select n.as_of, n.as_of - cast(n.lookback_days - 1 as integer) as window_start, n.handover from settings.night as n
),
rounds as (
    select count(*) as mql_rounds, count(distinct e.record_id) as mqls
    from funnel.explicit_entries as e
    join funnel.people as p on p.person_id = e.record_id and p.origin = 'marketing'
    join window_of as w on e.stage = w.handover and e.entered_on between w.window_start and w.as_of
    where e.record_type = 'person'
),
reps as (
    select coalesce(sum(r.share), 0.0) as active_reps from funnel.reps as r where r.is_rep
),
sql_stays as (
    -- Open from its entry to its deal, its end, or the night.
    select
        e.record_id,
        e.entered_at,
        min(least(coalesce(x.end_at, n.day_end_at), n.day_end_at)) as end_at
    from funnel.explicit_entries as e
    join funnel.people as p on p.person_id = e.record_id and p.origin = 'marketing'
    cross join settings.night as n
    join window_of as w on e.entered_on between w.window_start and w.as_of
    left join (
        select d.person_id as record_id, t.reached_at as end_at
        from funnel.deal_people as d
        join funnel.stage_times as t on t.record_type = 'deal' and t.record_id = d.deal_id
        where d.weight > 0
        union all
        select o.record_id, o.outcome_at as end_at from funnel.outcomes as o where o.record_type = 'person'
    ) as x on x.record_id = e.record_id and x.end_at >= e.entered_at
    where e.record_type = 'person' and e.stage = 'sql' and e.round = 1
    group by e.record_id, e.entered_at
),
sql_open as (
    select avg(cast(date_diff('second', s.entered_at, s.end_at) as double)) / 604800 as mean_weeks_sql_open
    from sql_stays as s
),
tried as (
    -- Not by the touches alone: an SQL that nobody tried to reach took none.
    select
        cast(count(t.touch_id) filter (where t.kind = 'call') as double) / nullif(count(distinct r.person_id || ' ' || r.round), 0) as calls,
        cast(count(t.touch_id) filter (where t.kind = 'email') as double) / nullif(count(distinct r.person_id || ' ' || r.round), 0) as emails
    from funnel.mql_rounds as r
    cross join settings.night as n
    join window_of as w on r.became_mql_on between w.window_start and w.as_of
    left join funnel.round_touches as t on t.person_id = r.person_id and t.round = r.round and t.is_counted
    where r.origin = 'marketing' and r.sql_at is not null and r.attempts_deadline_at < n.day_end_at
        and exists (select 1 from funnel.touches)
)
select
    r.mql_rounds,                           -- explicit entries into the handover stage
    r.mqls,                                 -- people who made them
    p.active_reps,                          -- reps, by their share of full time
    o.mean_weeks_sql_open,                  -- mean weeks an SQL stays open; NULL: no SQL entry is known
    t.calls as call_attempts_per_sql,       -- call attempts made on an SQL; NULL: none's time is over, or no activity is known
    t.emails as emails_per_sql              -- e-mails sent to an SQL; NULL: as before
from rounds as r
cross join reps as p
cross join sql_open as o
cross join tried as t
