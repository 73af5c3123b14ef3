-- What became of marketing's MQLs, source by source, over the lookback, and what one of each source is worth.
--
-- The worth is the share that becomes SQLs, drawn toward the account's own rate, times what an SQL brings by the rates
-- and the average deal of the night. Every night is kept.
-- grain: as_of, segment, lead_source
-- check: accepted + rejected + recycled <= mqls
with rounds as (
    select r.*, coalesce(r.lead_source, '(none)') as source
    from funnel.mql_rounds as r
    cross join settings.night as n
    where r.origin = 'marketing' and r.became_mql_on > n.as_of - cast(n.lookback_days as integer)
),
scoped as (
    select cast(null as varchar) as scope, r.* from rounds as r
    union all
    select r.segment as scope, r.* from rounds as r where r.segment is not null
),
decided as (
    select
        s.scope,
        s.source,
        count(*) as mqls,
        count_if(s.sql_at is not null) as accepted,
        count_if(s.sql_at is null and s.outcome in ('disqualified', 'lost')) as rejected,
        count_if(s.sql_at is null and s.outcome = 'recycled') as recycled
    from scoped as s
    group by s.scope, s.source
),
reasons as (
    select s.scope, s.source, s.reason
    from scoped as s
    where s.sql_at is null and s.outcome is not null and s.reason is not null
    group by s.scope, s.source, s.reason
    qualify row_number() over (partition by s.scope, s.source order by count(*) desc, s.reason) = 1
),
steps as (
    select c.rate, c.deals_per_person, c.horizon_days, s.position, h.position as handover_position, q.position as sql_position
    from reporting.conversion_rates as c
    join settings.night as n on n.as_of = c.as_of
    join settings.stages as s on s.stage = c.from_stage
    join settings.stages as h on h.is_handover
    join settings.stages as q on q.stage = 'sql'
    where c.segment is null
),
worth as (
    select
        exp(sum(ln(s.rate)) filter (where s.position >= s.handover_position and s.position < s.sql_position)) as sql_rate,
        sum(s.horizon_days) filter (where s.position >= s.handover_position and s.position < s.sql_position) as horizon_days,
        exp(sum(ln(s.rate * s.deals_per_person)) filter (where s.position >= s.sql_position)) as customers_per_sql
    from steps as s
),
deal as (
    select coalesce(a.mean * a.paying_share, n.assumed_average_deal) as revenue_per_customer
    from settings.night as n
    left join reporting.average_deal as a on a.as_of = n.as_of and a.segment is null
),
mature as (
    -- Old enough to tell: the rounds whose horizon has passed.
    select
        s.scope,
        s.source,
        count(*) as mqls,
        count_if(s.sql_at < s.became_mql_at + w.horizon_days * interval 1 day) as accepted
    from scoped as s
    cross join settings.night as n
    cross join worth as w
    where s.became_mql_on <= n.as_of - cast(w.horizon_days as integer)
    group by s.scope, s.source
)
select
    n.as_of,                                        -- the day this night speaks for
    d.scope as segment,                             -- the segment; NULL: the whole
    d.source as lead_source,                        -- where they came from, as the CRM says; `(none)`: it does not
    d.mqls,                                         -- MQL rounds of the lookback
    d.accepted,                                     -- of these, those that became SQLs
    d.rejected,                                     -- those disqualified or lost as MQLs
    d.recycled,                                     -- those sent back to marketing as MQLs
    r.reason as top_reason,                         -- the reason most often given for either; NULL: none was
    (coalesce(m.accepted, 0) + 20 * w.sql_rate) / nullif(coalesce(m.mqls, 0) + 20, 0)
        * w.customers_per_sql * p.revenue_per_customer as value_per_mql -- revenue an MQL of the source is expected to bring, in the account's currency; NULL: the funnel has no SQLs
from decided as d
cross join settings.night as n
cross join worth as w
cross join deal as p
left join reasons as r on r.source = d.source and r.scope is not distinct from d.scope
left join mature as m on m.source = d.source and m.scope is not distinct from d.scope
