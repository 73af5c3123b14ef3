-- Deals of the portal, in the shape every source shares, won or lost as of the night.
-- grain: deal_id
with allowed as (
    select d.* from raw_hubspot.deals as d
    where not exists (
        select 1 from raw_hubspot.options as o where o.kind = 'excluded_pipeline' and o.value = d.pipeline
    )
),
named as (
    select o.pipeline, o.value, min(o.label) as label, bool_or(o.is_won) as is_won, bool_or(o.is_lost) as is_lost
    from raw_hubspot.options as o where o.kind = 'dealstage' group by o.pipeline, o.value
),
ends as (
    -- The last entry into the stage it is in: when it was won or lost.
    select m.record_id, m.crm_stage, max(m.moved_at) as moved_at
    from hubspot.moves as m where m.record_type = 'deal' group by m.record_id, m.crm_stage
),
home as (
    select min(r.home_currency) as currency from raw_hubspot.rates as r
),
told as (
    select
        d.*,
        s.label,
        p.label as pipeline_label,
        coalesce(c.next_stage is null and c.stage is not null, false) or coalesce(s.is_won, false) and c.stage is null as is_won,
        coalesce(m.meaning = 'disqualified', false) or coalesce(s.is_lost, false) and m.meaning is null as is_lost,
        coalesce(e.moved_at, d.closed_at) as ended_at,
        coalesce(d.currency, h.currency) as money
    from allowed as d
    cross join home as h
    left join named as s on s.pipeline = d.pipeline and s.value = d.stage
    left join raw_hubspot.options as p on p.kind = 'pipeline' and p.pipeline = 'deals' and p.value = d.pipeline
    left join ends as e on e.record_id = d.deal_id and e.crm_stage = d.stage
    left join (
        select distinct v.crm_stage, v.meaning from hubspot.moves as v where v.record_type = 'deal' and v.crm_stage is not null
    ) as m on m.crm_stage = d.stage
    left join settings.stages as c on c.stage = m.meaning
)
select
    'hubspot:' || t.deal_id as deal_id,                 -- `hubspot:` and HubSpot's id
    'hubspot' as source_system,                         -- the source it was read from
    coalesce(t.pipeline_label, t.pipeline) as pipeline, -- its pipeline, as the portal labels it
    t.stage as crm_stage,                               -- deal stage today, by id
    coalesce(t.label, t.stage) as crm_stage_label,      -- the same, as the portal labels it
    t.is_won and coalesce(t.ended_at < n.day_end_at, true) as is_won,                       -- whether it is won as of the night
    t.is_lost and not t.is_won and coalesce(t.ended_at < n.day_end_at, true) as is_lost,    -- whether it is lost as of the night
    t.amount,                                           -- its value, in the deal's currency
    t.money as currency,                                -- ISO code; the portal's where the deal has none
    case
        when t.amount is null then null
        when t.money is not distinct from n.currency then t.amount
        when (t.is_won or t.is_lost) and h.currency = n.currency and t.home_amount is not null and r.rate is not null
            then t.home_amount
        when h.currency = n.currency then cast(t.amount * r.rate as decimal(18, 2))
    end as amount_in_currency,                          -- its value in the account's currency; NULL without a rate
    t.created_at,                                       -- UTC instant it was created
    case when t.is_won or t.is_lost then t.ended_at end as closed_at,           -- UTC instant it was won or lost
    case when t.is_won then t.ended_at end as won_at,                           -- UTC instant it was won
    case when t.is_lost and not t.is_won then t.ended_at end as lost_at,        -- UTC instant it was lost
    'hubspot:' || t.owner as owner_id                   -- its owner, `hubspot:` and HubSpot's id
from told as t
cross join settings.night as n
cross join home as h
left join raw_hubspot.rates as r on r.currency = t.money
