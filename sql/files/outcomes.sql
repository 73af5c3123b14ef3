-- Ends and returns of the exports' people and deals.
-- grain: record_type, record_id
with meant as (
    select
        p.id,
        p.reason,
        p.outcome_at,
        p.status_at,
        case when lower(trim(p.outcome)) in ('lost', 'disqualified', 'recycled', 'reopened')
            then lower(trim(p.outcome)) else o.stage end as outcome,
        s.stage as status
    from raw_files.people as p
    left join settings.mapping as o on o.crm_stage_key = lower(trim(p.outcome))
    left join settings.mapping as s on s.crm_stage_key = lower(trim(p.status))
),
said as (
    -- The status speaks where the outcome column says nothing that ends or returns.
    select
        m.id,
        m.reason,
        case when m.outcome in ('lost', 'disqualified', 'recycled', 'reopened') then m.outcome else m.status end as outcome,
        case when m.outcome in ('lost', 'disqualified', 'recycled', 'reopened') then m.outcome_at
            else m.status_at end as outcome_at
    from meant as m
)
select
    'person' as record_type,                -- person or deal
    'files:' || s.id as record_id,          -- the person's or deal's id
    s.outcome,                              -- lost, disqualified, recycled or reopened
    s.reason,                               -- why, as the CRM says
    s.outcome_at,                           -- UTC instant it ended or returned; NULL where the export has no date
    s.outcome_at as recorded_at             -- UTC instant the CRM knew of it: exports do not say, so the event's own
from said as s
where s.outcome in ('lost', 'disqualified', 'recycled', 'reopened')
union all
select
    'deal' as record_type,
    d.deal_id as record_id,
    'lost' as outcome,
    cast(null as varchar) as reason,
    d.lost_at as outcome_at,
    d.lost_at as recorded_at
from files.deals as d
where d.is_lost
