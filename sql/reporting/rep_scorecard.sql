-- How each rep follows up: what a rep received, worked and reached over the lookback, and what came of it.
--
-- A rep's clock runs from the assignment to the rep's own first touch: a colleague's counts for the buyer alone. The
-- unanswered count as slower than any answer, so that a quantile that falls among them is NULL. Every night is kept.
-- grain: as_of, owner_id
-- check: mqls_touched <= mqls_worked and mqls_worked <= mqls_received
-- check: within_sla_share between 0 and 1
with rounds as (
    select r.*, f.owner_first_touch_at, f.owner_touch_status, f.business_hours_from_assigned, f.first_touch_at,
        f.call_attempts, f.emails
    from funnel.mql_rounds as r
    join reporting.mql_follow_up as f on f.person_id = r.person_id and f.round = r.round
    cross join settings.night as n
    where r.owner_id is not null and r.became_mql_on > n.as_of - cast(n.lookback_days as integer)
),
received as (
    select
        r.owner_id,
        count(*) as mqls_received,
        count_if(coalesce(r.first_touch_at, r.sql_at, r.outcome_at) is not null or r.outcome is not null) as mqls_worked,
        count_if(r.owner_first_touch_at is not null) as mqls_touched,
        count_if(r.owner_touch_status = 'met') as touched_in_time,
        count_if(r.owner_touch_status in ('met', 'missed')) as touch_due,
        count_if(r.sql_at is not null) as sqls
    from rounds as r
    group by r.owner_id
),
answers as (
    -- Unanswered and late already, or answered; one that may still be in time says nothing yet.
    select
        r.owner_id,
        -- Not greatest(): it would make 0 of the unanswered.
        case when r.business_hours_from_assigned < 0 then 0 else r.business_hours_from_assigned end as hours,
        row_number() over (
            partition by r.owner_id order by r.business_hours_from_assigned nulls last, r.person_id, r.round
        ) - 1 as place,
        count(*) over (partition by r.owner_id) - 1 as last_place
    from rounds as r
    where r.business_hours_from_assigned is not null or r.owner_touch_status = 'missed'
),
around as (
    select
        a.owner_id,
        max(0.5 * a.last_place - floor(0.5 * a.last_place)) as median_part,
        max(a.hours) filter (where a.place = floor(0.5 * a.last_place)) as median_below,
        max(a.hours) filter (where a.place = ceil(0.5 * a.last_place)) as median_above,
        max(0.9 * a.last_place - floor(0.9 * a.last_place)) as p90_part,
        max(a.hours) filter (where a.place = floor(0.9 * a.last_place)) as p90_below,
        max(a.hours) filter (where a.place = ceil(0.9 * a.last_place)) as p90_above
    from answers as a
    group by a.owner_id
),
made as (
    -- Of the SQLs whose time for attempts is over.
    select
        r.owner_id,
        count(distinct r.person_id || ' ' || r.round) as sqls,
        count(t.touch_id) filter (where t.kind = 'call') as calls,
        count(t.touch_id) filter (where t.kind = 'email') as emails
    from rounds as r
    cross join settings.night as n
    left join funnel.round_touches as t on t.person_id = r.person_id and t.round = r.round and t.is_counted
        and t.is_by_owner
    where r.sql_at is not null and r.attempts_deadline_at < n.day_end_at
    group by r.owner_id
),
wins as (
    select d.owner_id, count(*) as won, coalesce(sum(d.amount_in_currency), 0) as revenue
    from funnel.deals as d
    cross join settings.night as n
    where d.is_won and d.booked_on > n.as_of - cast(n.lookback_days as integer) and d.booked_on <= n.as_of
    group by d.owner_id
)
select
    n.as_of,                                                        -- the day this night speaks for
    o.owner_id,                                                     -- `<source>:<crm id>`
    o.name,                                                         -- the owner's name
    o.team,                                                         -- the owner's team; NULL: none
    coalesce(r.mqls_received, 0) as mqls_received,                  -- MQL rounds of the lookback that were the rep's
    coalesce(r.mqls_worked, 0) as mqls_worked,                      -- of these, the ones touched by anyone or decided on
    coalesce(r.mqls_touched, 0) as mqls_touched,                    -- of these, the ones the rep touched
    case when exists (select 1 from funnel.touches as t where not t.is_automated) then
        cast(r.touched_in_time as double) / nullif(r.touch_due, 0) end as within_sla_share, -- share first touched by the rep in the promised time, 0..1, of those due; NULL: none was, or no touch is recorded at all
    case when a.median_part > 0 then a.median_below + (a.median_above - a.median_below) * a.median_part
        else a.median_below end as median_business_hours,           -- median working hours from assignment to the rep's first touch; NULL: none, or half are unanswered
    case when a.p90_part > 0 then a.p90_below + (a.p90_above - a.p90_below) * a.p90_part
        else a.p90_below end as p90_business_hours,                 -- working hours within which 90 % were touched; NULL: none, or a tenth are unanswered
    cast(m.calls as double) / nullif(m.sqls, 0) as call_attempts_per_sql,   -- the rep's call attempts on an SQL, of those whose time is over
    cast(m.emails as double) / nullif(m.sqls, 0) as emails_per_sql, -- the rep's e-mails on an SQL
    coalesce(r.sqls, 0) as sqls,                                    -- of the rounds received, those that became SQLs
    coalesce(w.won, 0) as won,                                      -- deals of the rep won in the lookback
    cast(coalesce(w.revenue, 0) as decimal(18, 2)) as revenue,      -- their amounts, in the account's currency
    case
        when not o.is_active then 'inactive'
        when not o.is_rep then 'not_a_rep'
        when coalesce(r.mqls_received, 0) = 0 then 'no_denominator'
        when r.mqls_received < n.min_sample then 'low_sample'
        else 'ok'
    end as status                                                   -- inactive, not_a_rep (a queue, a manager), no_denominator, low_sample or ok
from funnel.reps as o
cross join settings.night as n
left join received as r on r.owner_id = o.owner_id
left join around as a on a.owner_id = o.owner_id
left join made as m on m.owner_id = o.owner_id
left join wins as w on w.owner_id = o.owner_id
where o.is_rep or r.owner_id is not null or w.owner_id is not null
