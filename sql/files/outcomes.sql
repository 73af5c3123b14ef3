-- Ends and returns of the exports' people and deals.
-- grain: record_type, record_id
with said as (
    select
        p.id,
        case when lower(trim(p.outcome)) in ('lost', 'disqualified', 'recycled', 'reopened')
            then lower(trim(p.outcome)) else m.stage end as outcome,
        p.reason,
        p.outcome_at
    from raw_files.people as p
    left join settings.mapping as m on m.crm_stage_key = lower(trim(p.outcome))
    where p.outcome is not null
    union all
    select p.id, m.stage as outcome, p.reason, p.status_at as outcome_at
    from raw_files.people as p
    join settings.mapping as m on m.crm_stage_key = lower(trim(p.status))
    where p.outcome is null
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
