-- Ends and returns of the org's people and opportunities.
-- grain: record_type, record_id, outcome, outcome_at
with ordered as (
    select
        m.*,
        lag(m.meaning) over (partition by m.record_type, m.record_id order by m.moved_at) as came_from
    from salesforce.moves as m
)
select
    o.record_type,                                      -- person or deal
    o.record_id,                                        -- the person's or deal's id
    case
        when o.record_type = 'deal' and o.meaning = 'disqualified' then 'lost'
        when o.record_type = 'deal' then 'reopened'
        else o.meaning
    end as outcome,                                     -- lost, disqualified, recycled or reopened
    cast(null as varchar) as reason,                    -- why: Salesforce has no field for it of its own
    o.moved_at as outcome_at,                           -- UTC instant it ended or returned
    o.moved_at as recorded_at                           -- UTC instant the CRM knew of it
from ordered as o
where o.meaning in ('disqualified', 'recycled') and o.came_from is distinct from o.meaning
    or o.record_type = 'deal' and o.came_from = 'disqualified' and o.meaning <> 'disqualified'
