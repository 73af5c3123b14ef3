-- What must hold of a night's data as a whole before it is published: one row a check, every night is kept.
--
-- An `error` stops the night, and the last published one stays. It is an error only where the last published night
-- was still right: `sla run --full-refresh` accepts what is found, and from then on it is a `warning`.
-- grain: as_of, check_name
-- check: severity in ('error', 'warning')
-- plot: failed: count(*) filter (where not passed)
with previous as (
    select max(r.as_of) as as_of
    from reporting.runs as r
    cross join settings.night as n
    where r.status = 'succeeded' and r.as_of < n.as_of
),
measured_before as (
    select c.check_name, c.measured
    from reporting.data_checks as c
    join previous as p on p.as_of = c.as_of
),
-- Counts: an account of a few records loses a third of them by tidying up.
counted as (
    select 'people_dropped' as check_name, 'people' as what, count(*) as records from funnel.people as p
    union all
    select 'deals_dropped', 'deals', count(*) from funnel.deals as d
    union all
    select 'touches_dropped', 'sales activities', count(*) from funnel.touches as t
),
dropped as (
    select
        c.check_name,
        cast(c.records as double) as measured,
        case when b.measured >= 50 then 0.7 * b.measured else 0 end as allowed,
        coalesce(b.measured >= 50 and c.records < 0.7 * b.measured, false) as is_broken,
        true as was_right,
        true as may_stop,
        cast(c.records as varchar) || ' ' || c.what || ', after '
            || coalesce(cast(cast(b.measured as bigint) as varchar), 'none')
            || ' in the last published night' as said,
        'see whether an export was cut short or a permission was taken away; if they are really gone, accept it with '
            || '--full-refresh' as remedy
    from counted as c
    left join measured_before as b on b.check_name = c.check_name
),
-- Stages nobody mapped: a renamed stage empties the funnel in silence.
unmapped as (
    select
        coalesce(sum(q.records), 0) as records,
        max(case when q.place = 1 then q.finding end) as largest
    from (
        select d.finding, d.records, row_number() over (order by d.records desc, d.finding) as place
        from reporting.data_quality as d
        join settings.night as n on n.as_of = d.as_of
        where d.finding like 'unmapped_stage:%'
    ) as q
),
in_the_crm as (
    select count(*) as records
    from (
        select p.person_id from funnel.people as p
        union all
        select d.deal_id from funnel.deals as d where not d.is_won and not d.is_lost
    ) as r
),
unmapped_stages as (
    select
        'unmapped_stages' as check_name,
        coalesce(u.records / nullif(cast(c.records as double), 0), 0) as measured,
        0.1 as allowed,
        coalesce(u.records > 0.1 * c.records, false) as is_broken,
        b.measured <= 0.1 as was_right,
        true as may_stop,
        cast(u.records as varchar) || ' of ' || cast(c.records as varchar)
            || ' records stand in a stage that is not mapped'
            || coalesce(', most in ' || replace(u.largest, 'unmapped_stage:', ''), '') as said,
        'map it in funnel.mapping of the account file (or to ignore); to go on without, accept it with --full-refresh'
            as remedy
    from unmapped as u
    cross join in_the_crm as c
    left join measured_before as b on b.check_name = 'unmapped_stages'
),
-- Silence: no new record for longer than the account was ever silent. An export is as old as its file.
facts as (
    select p.source_system, cast(p.created_at as date) as happened_on from funnel.people as p
    union
    select d.source_system, cast(d.created_at as date) from funnel.deals as d
    union
    select split_part(e.record_id, ':', 1), cast(e.entered_at as date)
    from funnel.stage_entries as e
    where e.evidence <> 'imputed'
    union
    select split_part(t.touch_id, ':', 1), cast(t.touched_at as date) from funnel.touches as t
),
pauses as (
    select
        f.source_system,
        f.happened_on,
        case when f.happened_on > n.as_of - cast(n.lookback_days as integer)
            then f.happened_on - lag(f.happened_on) over (partition by f.source_system order by f.happened_on)
        end as pause_days
    from facts as f
    cross join settings.night as n
    where f.happened_on is not null
),
by_source as (
    select
        p.source_system,
        max(p.happened_on) as newest_on,
        n.as_of - max(p.happened_on) as silent_days,
        greatest(7, 3 * coalesce(max(p.pause_days), 0)) as allowed_days,
        row_number() over (
            order by n.as_of - max(p.happened_on) - greatest(7, 3 * coalesce(max(p.pause_days), 0)) desc,
                p.source_system
        ) as place
    from pauses as p
    cross join settings.night as n
    group by p.source_system, n.as_of
),
silent_source as (
    select
        'silent_source' as check_name,
        cast(greatest(s.silent_days, 0) as double) as measured,
        cast(s.allowed_days as double) as allowed,
        s.silent_days > s.allowed_days as is_broken,
        coalesce(b.measured <= s.allowed_days, false) as was_right,
        s.source_system <> 'files' as may_stop,
        s.source_system || ' shows nothing newer than ' || cast(s.newest_on as varchar) || ', '
            || cast(s.silent_days as varchar) || ' days before the night' as said,
        'see whether the export or the connection still runs (sla doctor); if nothing happened, accept it with '
            || '--full-refresh' as remedy
    from by_source as s
    left join measured_before as b on b.check_name = 'silent_source'
    where s.place = 1
),
-- Clocks: what the source dates after the moment it was read.
dated as (
    select p.created_at as said_at from files.people as p
    union all
    select p.created_at from hubspot.people as p
    union all
    select p.created_at from salesforce.people as p
    union all
    select t.touched_at from files.touches as t where t.kind <> 'meeting'
    union all
    select t.recorded_at from hubspot.touches as t
    union all
    select t.recorded_at from salesforce.touches as t
),
clock_skew as (
    select
        'clock_skew' as check_name,
        coalesce(count(*) filter (where s.said_at > n.cut_off_at + interval 15 minute)
            / nullif(cast(count(*) as double), 0), 0) as measured,
        0.01 as allowed,
        coalesce(count(*) filter (where s.said_at > n.cut_off_at + interval 15 minute) > 0.01 * count(*), false)
            as is_broken,
        max(b.measured) <= 0.01 as was_right,
        true as may_stop,
        cast(count(*) filter (where s.said_at > n.cut_off_at + interval 15 minute) as varchar) || ' of '
            || cast(count(*) as varchar) || ' records are dated after ' || cast(n.cut_off_at as varchar)
            || ' UTC, when they were read' as said,
        'set the clock of this machine, and timezone in the account file; if the dates are meant, accept it with '
            || '--full-refresh' as remedy
    from settings.night as n
    left join dated as s on s.said_at is not null and not n.is_replay
    left join measured_before as b on b.check_name = 'clock_skew'
    group by n.cut_off_at
),
-- Drift: tonight's rate and that of four weeks ago each lie outside the other's interval.
four_weeks_ago as (
    select max(r.as_of) as as_of
    from reporting.runs as r
    cross join settings.night as n
    where r.status = 'succeeded' and r.as_of <= n.as_of - 28
),
drifting as (
    select
        t.from_stage || '_to_' || t.to_stage as step,
        cast(round(100 * b.rate) as bigint) as percent_then,
        cast(round(100 * t.rate) as bigint) as percent_now
    from reporting.conversion_rates as t
    join settings.night as n on n.as_of = t.as_of
    join four_weeks_ago as f on true
    join reporting.conversion_rates as b on b.as_of = f.as_of and b.from_stage = t.from_stage
        and b.to_stage = t.to_stage
    where t.segment is null and b.segment is null and t.status = 'ok' and b.status = 'ok'
        and ((t.rate > b.rate_high and b.rate < t.rate_low) or (t.rate < b.rate_low and b.rate > t.rate_high))
),
rate_drift as (
    select
        'rate_drift' as check_name,
        cast(count(*) as double) as measured,
        0 as allowed,
        count(*) > 0 as is_broken,
        false as was_right,
        false as may_stop,
        'beyond chance, since four weeks ago: ' || coalesce(string_agg(d.step || ' from '
            || cast(d.percent_then as varchar) || ' % to ' || cast(d.percent_now as varchar) || ' %', ', '
            order by d.step), 'none') as said,
        'look for a change in the process, the mapping or the lead sources; the plan follows the rate by itself'
            as remedy
    from drifting as d
),
checked as (
    select * from dropped
    union all
    select * from unmapped_stages
    union all
    select * from silent_source
    union all
    select * from clock_skew
    union all
    select * from rate_drift
)
select
    n.as_of,                                                            -- the day this night speaks for
    c.check_name,                                                       -- what is checked
    not c.is_broken or (c.may_stop and n.full_refresh) as passed,       -- whether it holds, or was accepted by --full-refresh
    case when c.is_broken and c.may_stop and coalesce(c.was_right, false) and not n.full_refresh then 'error'
        else 'warning' end as severity,                                 -- error: the night is not published; warning: it is
    cast(c.measured as double) as measured,                             -- records, a share (unmapped_stages, clock_skew), days (silent_source) or steps (rate_drift)
    cast(c.allowed as double) as allowed,                               -- the figure it must not go below (records) or above (the others)
    c.said || case
        when not c.is_broken then ''
        when c.may_stop and n.full_refresh then '; accepted by --full-refresh'
        else '; ' || c.remedy
    end as explanation                                                  -- what was found, and what to do about it
from checked as c
cross join settings.night as n
