-- Opportunities of the org, in the shape every source shares, won or lost as of the night.
--
-- Won and lost by the opportunity's flags, at the moment its history says; an amount in another currency at the rate
-- of the day it closed, an open one at the latest.
-- grain: deal_id
with ends as (
    -- The last entry into the stage it is in: when it was won or lost.
    select m.record_id, m.crm_stage, max(m.moved_at) as moved_at
    from salesforce.moves as m where m.record_type = 'deal' group by m.record_id, m.crm_stage
),
home as (
    select min(r.home_currency) as currency from raw_salesforce.rates as r
),
told as (
    select
        o.*,
        'salesforce:' || o.opportunity_id as deal_id,
        coalesce(e.moved_at, cast((cast(o.closed_on as timestamp) + interval 12 hour) at time zone n.timezone at time zone 'UTC' as timestamp)) as ended_at,
        coalesce(o.currency, h.currency, n.currency) as money,
        n.currency as own_money,
        n.day_end_at,
        n.as_of,
        n.timezone
    from raw_salesforce.opportunities as o
    cross join settings.night as n
    cross join home as h
    left join ends as e on e.record_id = 'salesforce:' || o.opportunity_id and e.crm_stage = o.stage
    where not exists (select 1 from raw_salesforce.options as r where r.kind = 'read_record_type')
        or o.record_type in (select r.value from raw_salesforce.options as r where r.kind = 'read_record_type')
),
dated as (
    select t.*,
        case when t.is_closed and t.ended_at < t.day_end_at
            then cast((t.ended_at at time zone 'UTC') at time zone t.timezone as date) else t.as_of end as rate_on
    from told as t
),
rates as (
    -- Of each currency the dated rate of the day, else the one without a date.
    select d.deal_id, r.currency, r.rate
    from dated as d
    join raw_salesforce.rates as r on r.currency in (d.money, d.own_money)
        and coalesce(r.from_on <= d.rate_on, true) and coalesce(r.until_on > d.rate_on, true)
    qualify row_number() over (partition by d.deal_id, r.currency order by r.from_on desc nulls last) = 1
)
select
    d.deal_id,                                              -- `salesforce:` and Salesforce's id
    'salesforce' as source_system,                          -- the source it was read from
    p.label as pipeline,                                    -- its record type, as the org shows it
    d.stage as crm_stage,                                   -- stage today, as records hold it
    coalesce(s.label, d.stage) as crm_stage_label,          -- the same, as the org shows it
    d.is_won and coalesce(d.ended_at < d.day_end_at, true) as is_won,                       -- whether it is won as of the night
    d.is_closed and not d.is_won and coalesce(d.ended_at < d.day_end_at, true) as is_lost,  -- whether it is lost as of the night
    d.amount,                                               -- its value, in the deal's currency
    d.money as currency,                                    -- ISO code; the org's where the deal has none
    case
        when d.money is not distinct from d.own_money then d.amount
        else cast(d.amount / nullif(f.rate, 0) * t.rate as decimal(18, 2))
    end as amount_in_currency,                              -- its value in the account's currency; NULL without a rate
    d.created_at,                                           -- UTC instant it was created
    case when d.is_closed then d.ended_at end as closed_at,                     -- UTC instant it was won or lost
    case when d.is_won then d.ended_at end as won_at,                           -- UTC instant it was won
    case when d.is_closed and not d.is_won then d.ended_at end as lost_at,      -- UTC instant it was lost
    'salesforce:' || d.owner as owner_id                    -- its owner, `salesforce:` and the id of the user
from dated as d
left join raw_salesforce.options as p on p.kind = 'record_type' and p.value = d.record_type
left join raw_salesforce.options as s on s.kind = 'stage' and s.value = d.stage
left join rates as f on f.deal_id = d.deal_id and f.currency = d.money
left join rates as t on t.deal_id = d.deal_id and t.currency = d.own_money
