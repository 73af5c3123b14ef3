-- Deals of the exports, in the shape every source shares, won or lost as of the night.
--
-- A dated end counts from its date on; an undated one counts as it stands today.
-- grain: deal_id
with ends as (
    select
        d.*,
        m.stage as mapped_stage,
        coalesce(d.won_at, case when d.stage_outcome = 'won' or s.next_stage is null and s.stage is not null
            then d.closed_at end) as ends_won_at,
        coalesce(d.lost_at, case when d.stage_outcome = 'lost' or m.stage = 'disqualified'
            then d.closed_at end) as ends_lost_at,
        d.won_at is not null or coalesce(d.stage_outcome = 'won', false)
            or s.next_stage is null and s.stage is not null as says_won,
        d.lost_at is not null or coalesce(d.stage_outcome = 'lost', false)
            or coalesce(m.stage = 'disqualified', false) as says_lost
    from raw_files.deals as d
    left join settings.mapping as m on m.crm_stage_key = lower(trim(d.stage))
    left join settings.stages as s on s.stage = m.stage
),
decided as (
    select
        e.*,
        -- The later of two ends holds; a win stands when nothing dates the loss after it.
        e.says_won and not (e.says_lost and coalesce(e.ends_lost_at > e.ends_won_at, e.stage_outcome = 'lost', false))
            as is_won_now
    from ends as e
)
select
    'files:' || d.id as deal_id,                        -- `files:` and the id in the export
    'files' as source_system,                           -- the source it was read from
    cast(null as varchar) as pipeline,                  -- exports name no pipeline
    d.stage as crm_stage,                               -- the CRM's own stage today
    d.stage as crm_stage_label,                         -- the same, as the CRM shows it
    d.is_won_now and coalesce(d.ends_won_at < n.day_end_at, true) as is_won,    -- whether it is won as of the night
    d.says_lost and not d.is_won_now
        and coalesce(d.ends_lost_at < n.day_end_at, true) as is_lost,           -- whether it is lost as of the night
    d.amount,                                           -- its value, in the deal's currency
    coalesce(d.currency, n.currency) as currency,       -- ISO code; the account's where the export has none
    case when coalesce(d.currency, n.currency) is not distinct from n.currency
        then d.amount end as amount_in_currency,        -- its value in the account's currency; NULL without a rate
    d.created_at,                                       -- UTC instant it was created
    case when d.is_won_now then d.ends_won_at when d.says_lost then d.ends_lost_at end as closed_at,    -- UTC instant it was won or lost
    case when d.is_won_now then d.ends_won_at end as won_at,                    -- UTC instant it was won
    case when d.says_lost and not d.is_won_now then d.ends_lost_at end as lost_at,  -- UTC instant it was lost
    'files:' || d.owner as owner_id                     -- its owner, `files:` and the id in the export
from decided as d
cross join settings.night as n
