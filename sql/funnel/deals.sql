-- The living deals of the CRM, one row each, won or lost as of the night.
-- grain: deal_id
-- check: not (is_won and is_lost)
-- check: origin in ('marketing', 'sales')
with said as (
    select d.* from files.deals as d
    union all
    select d.* from hubspot.deals as d
    union all
    select d.* from salesforce.deals as d
),
living as (
    select s.*
    from said as s
    cross join settings.night as n
    where coalesce(s.created_at, s.closed_at) < n.day_end_at or coalesce(s.created_at, s.closed_at) is null
),
heaviest as (
    select d.deal_id, p.segment
    from funnel.deal_people as d
    join funnel.people as p on p.person_id = d.person_id
    qualify row_number() over (partition by d.deal_id order by d.weight desc, d.person_id) = 1
),
origins as (
    select d.deal_id, bool_or(p.origin = 'marketing') as is_from_marketing
    from funnel.deal_people as d
    join funnel.people as p on p.person_id = d.person_id
    where d.weight > 0
    group by d.deal_id
),
last_stage as (
    select s.stage from settings.stages as s where s.next_stage is null
)
select
    d.deal_id,                              -- `<source>:<crm id>`
    d.source_system,                        -- the source it was read from
    d.pipeline,                             -- its pipeline; NULL: the source has none
    d.crm_stage,                            -- the CRM's own stage today, by id
    case when d.is_won then l.stage when d.is_lost then null when s.next_stage is null then null
        else s.stage end as stage,          -- the canonical stage; NULL: lost, none, or not mapped
    d.is_won,                               -- whether it is won as of the night
    d.is_lost,                              -- whether it is lost as of the night
    cast(d.amount as decimal(18, 2)) as amount,     -- its value, in the deal's currency
    d.currency,                             -- ISO code of amount
    cast(d.amount_in_currency as decimal(18, 2)) as amount_in_currency,  -- its value in the account's currency; NULL: no amount, or no rate
    d.created_at,                           -- UTC instant it was created; NULL: not known
    case when d.is_won or d.is_lost then d.closed_at end as closed_at,  -- UTC instant it was won or lost; NULL: open, or not dated
    case when d.is_won then cast((d.closed_at at time zone 'UTC') at time zone n.timezone as date) end as booked_on,  -- day its revenue counts on; NULL: not won, or not dated
    d.owner_id,                             -- its owner today
    case n.segment_by
        when 'source' then coalesce(h.segment, '(none)')
        when 'owner' then coalesce(r.name, d.owner_id, '(none)')
        when 'team' then coalesce(r.team, '(none)')
        when 'pipeline' then coalesce(d.pipeline, '(none)')
    end as segment,                         -- the segment it counts in; NULL: no segments
    -- Without a handover, a deal that no person stands behind is marketing's: there is nobody else to bring it.
    case when coalesce(o.is_from_marketing, n.handover is null) then 'marketing' else 'sales' end as origin  -- marketing or sales
from living as d
cross join settings.night as n
cross join last_stage as l
-- By its id, else by its label; what the account wrote down goes before what is built in.
left join settings.mapping as i on i.crm_stage_key = lower(trim(d.crm_stage))
left join settings.mapping as b on b.crm_stage_key = lower(trim(d.crm_stage_label))
left join settings.stages as s on s.stage = case when not i.is_built_in then i.stage when not b.is_built_in then b.stage
    else coalesce(i.stage, b.stage) end and s.unit = 'deals'
left join heaviest as h on h.deal_id = d.deal_id
left join origins as o on o.deal_id = d.deal_id
left join funnel.reps as r on r.owner_id = d.owner_id
