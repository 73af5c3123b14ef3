-- What was delivered, and which promises fell due and were kept, day by day: the figures the agreement is judged by.
--
-- Volumes count marketing's people once, on the day they were delivered; a promise counts on the day of its deadline,
-- so that an unanswered MQL counts from then on. Rows with an owner stand beside those of everyone.
-- grain: day, commitment, segment, owner_id
-- check: done between 0 and due
-- check: commitment in ('mql_volume', 'mqls_worked', 'sqls', 'first_touch', 'attempts', 'touches')
with rounds as (
    select r.*, f.first_touch_at, f.first_touch_status, f.owner_touch_status, f.attempts_status
    from funnel.mql_rounds as r
    join reporting.mql_follow_up as f on f.person_id = r.person_id and f.round = r.round
),
events as (
    select 'mql_volume' as commitment, r.segment, cast(null as varchar) as owner_id, r.became_mql_at as at, true as is_done,
        cast(null as double) as share
    from rounds as r
    where r.round = 1 and r.origin = 'marketing'
    union all
    -- Worked: tried to reach, or decided on.
    select 'mqls_worked', r.segment, null, least(r.first_touch_at, r.sql_at, r.outcome_at), true, null
    from rounds as r
    where r.round = 1 and r.origin = 'marketing'
    union all
    select 'sqls', p.segment, null, e.entered_at, true, null
    from funnel.explicit_entries as e
    join funnel.people as p on p.person_id = e.record_id and p.origin = 'marketing'
    where e.record_type = 'person' and e.stage = 'sql' and e.round = 1
    union all
    select 'first_touch', r.segment, null, r.first_touch_deadline_at, r.first_touch_status = 'met', r.promised_share
    from rounds as r
    where r.first_touch_status in ('met', 'missed')
    union all
    select 'first_touch', null, r.owner_id, r.owner_deadline_at, r.owner_touch_status = 'met', r.promised_share
    from rounds as r
    where r.owner_touch_status in ('met', 'missed') and r.owner_id is not null
    union all
    select 'attempts', r.segment, null, r.attempts_deadline_at, r.attempts_status = 'met', r.promised_share
    from rounds as r
    where r.attempts_status in ('met', 'missed')
    union all
    select 'attempts', null, r.owner_id, r.attempts_deadline_at, r.attempts_status = 'met', r.promised_share
    from rounds as r
    where r.attempts_status in ('met', 'missed') and r.owner_id is not null
    union all
    -- Whether sales' activities are recorded at all.
    select 'touches', null, null, t.touched_at, true, null
    from funnel.touches as t
    where not t.is_automated
)
select
    cast((e.at at time zone 'UTC') at time zone n.timezone as date) as day,     -- the day, in the account's time zone
    e.commitment,                                   -- mql_volume, mqls_worked, sqls, first_touch, attempts or touches (activities of people, whatever came of them)
    e.segment,                                      -- the person's segment; NULL: no segments, or an owner's row
    e.owner_id,                                     -- whose promise it was; NULL: everyone's
    count(*) as due,                                -- records delivered, or promises that fell due
    count_if(e.is_done) as done,                    -- of these, those delivered or kept
    coalesce(sum(e.share), 0.0) as promised         -- kept promises that the agreement asks for of those due
from events as e
cross join settings.night as n
where e.at < n.day_end_at
group by all
