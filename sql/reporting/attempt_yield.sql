-- Where another attempt stops paying: of the MQLs that got a first, a second, a third call (e-mail, ...), how many were reached, and became SQLs before the next.
--
-- Attempts on people who were no SQLs yet, over the lookback. Every night is kept.
-- grain: as_of, segment, kind, attempt
-- check: reached <= mqls_at_risk and to_sql <= mqls_at_risk
with attempts as (
    select
        t.person_id,
        t.round,
        t.kind,
        t.attempt,
        t.reached,
        t.touched_at,
        lead(t.touched_at) over (partition by t.person_id, t.round, t.kind order by t.attempt) as next_at
    from funnel.round_touches as t
),
tried as (
    select a.*, r.segment, r.sql_at
    from attempts as a
    join funnel.mql_rounds as r on r.person_id = a.person_id and r.round = a.round
    cross join settings.night as n
    where r.became_mql_on > n.as_of - cast(n.lookback_days as integer)
        and coalesce(a.touched_at < r.sql_at, true)
),
scoped as (
    select cast(null as varchar) as scope, t.* from tried as t
    union all
    select t.segment as scope, t.* from tried as t where t.segment is not null
)
select
    n.as_of,                                        -- the day this night speaks for
    s.scope as segment,                             -- the segment; NULL: the whole
    s.kind,                                         -- call, email, meeting or message
    s.attempt,                                      -- 1 for the first of its kind
    count(*) as mqls_at_risk,                       -- MQL rounds that got this attempt, not yet SQLs
    count_if(s.reached) as reached,                 -- of these, those in which the person was reached by it
    count_if(coalesce(s.sql_at <= s.next_at, s.sql_at is not null)) as to_sql   -- of these, those that became SQLs before the next attempt of its kind
from scoped as s
cross join settings.night as n
group by all
