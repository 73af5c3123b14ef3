-- Deals of the exports, in the shape every source shares, won or lost as of the night.
--
-- A dated end counts from its date on; an undated one counts as it stands today.
-- grain: deal_id
with ends as (
    select
        d.*,
        coalesce(d.won_at, case when d.stage_outcome = 'won' or s.next_stage is null and s.stage is not null
            then d.closed_at end) as ends_won_at,
        coalesce(d.lost_at, case when d.stage_outcome = 'lost' or m.stage = 'disqualified'
            then d.closed_at end) as ends_lost_at,
        d.won_at is not null or d.stage_outcome = 'won'
            or s.next_stage is null and s.stage is not null as says_won,
        d.lost_at is not null or d.stage_outcome = 'lost' or m.stage = 'disqualified' as says_lost,
        coalesce(d.stage_outcome = 'lost' or m.stage = 'disqualified', false) as stage_is_lost
    from raw_files.deals as d
    left join settings.mapping as m on m.crm_stage_key = lower(trim(d.stage))
    left join settings.stages as s on s.stage = m.stage
),
dated as (
    select
        e.*,
        coalesce(e.says_won, false) and coalesce(e.ends_won_at < n.day_end_at, true) as was_won,
        coalesce(e.says_lost, false) and coalesce(e.ends_lost_at < n.day_end_at, true) as was_lost
    from ends as e
    cross join settings.night as n
),
decided as (
    select
        d.*,
        -- The later of two ends holds; where their dates do not tell, the stage does, and else the win stands.
        d.was_won and not (d.was_lost and case
            when d.ends_lost_at > d.ends_won_at then true
            when d.ends_lost_at < d.ends_won_at then false
            else d.stage_is_lost end) as is_won
    from dated as d
)
select
    'files:' || d.id as deal_id,                        -- `files:` and the id in the export
    'files' as source_system,                           -- the source it was read from
    cast(null as varchar) as pipeline,                  -- exports name no pipeline
    d.stage as crm_stage,                               -- the CRM's own stage today
    d.stage as crm_stage_label,                         -- the same, as the CRM shows it
    d.is_won,                                           -- whether it is won as of the night
    d.was_lost and not d.is_won as is_lost,             -- whether it is lost as of the night
    d.amount,                                           -- its value, in the deal's currency
    coalesce(d.currency, n.currency) as currency,       -- ISO code; the account's where the export has none
    case when coalesce(d.currency, n.currency) is not distinct from n.currency
        then d.amount end as amount_in_currency,        -- its value in the account's currency; NULL without a rate
    d.created_at,                                       -- UTC instant it was created
    case when d.is_won then d.ends_won_at when d.was_lost then d.ends_lost_at
        else least(d.ends_won_at, d.ends_lost_at) end as closed_at,     -- UTC instant it was won or lost; of an open deal: it will be
    case when d.is_won then d.ends_won_at end as won_at,                -- UTC instant it was won
    case when d.was_lost and not d.is_won then d.ends_lost_at end as lost_at,   -- UTC instant it was lost
    'files:' || d.owner as owner_id                     -- its owner, `files:` and the id in the export
from decided as d
cross join settings.night as n
