-- Ends and returns of the portal's contacts and deals.
-- grain: record_type, record_id, outcome, outcome_at
with ordered as (
    select
        m.*,
        lag(m.meaning) over (partition by m.record_type, m.record_id order by m.moved_at) as came_from,
        lead(m.moved_at) over (partition by m.record_type, m.record_id order by m.moved_at) as next_at
    from hubspot.moves as m
    where m.record_type in ('person', 'deal')
),
ended as (
    select
        o.record_type,
        o.record_id,
        case
            when o.record_type = 'deal' and o.meaning = 'disqualified' then 'lost'
            when o.record_type = 'deal' then 'reopened'
            else o.meaning
        end as outcome,
        o.moved_at,
        o.next_at is null as is_last
    from ordered as o
    where o.meaning in ('disqualified', 'recycled') and o.came_from is distinct from o.meaning
        or o.record_type = 'deal' and o.came_from = 'disqualified' and o.meaning <> 'disqualified'
    union all
    -- A lead status says so, too.
    select
        'person' as record_type,
        c.contact_id as record_id,
        m.stage as outcome,
        max(h.changed_at) as moved_at,
        true as is_last
    from raw_hubspot.contacts as c
    left join raw_hubspot.options as s on s.kind = 'status' and s.value = c.status
    join settings.mapping as m on m.crm_stage_key in (lower(trim(c.status)), lower(trim(s.label)))
        and m.stage in ('disqualified', 'recycled')
    left join raw_hubspot.changes as h on h.record_type = 'person' and h.record_id = c.contact_id
        and h.property = 'status' and h.value = c.status
    group by c.contact_id, m.stage
)
select
    e.record_type,                                      -- person or deal
    'hubspot:' || e.record_id as record_id,             -- the person's or deal's id
    e.outcome,                                          -- lost, disqualified, recycled or reopened
    max(case when e.is_last then coalesce(l.label, c.reason, d.reason) end) as reason,   -- why, as the portal labels it: of the last end only
    e.moved_at as outcome_at,                           -- UTC instant it ended or returned; NULL: not dated
    e.moved_at as recorded_at                           -- UTC instant the CRM knew of it
from ended as e
left join raw_hubspot.contacts as c on e.record_type = 'person' and c.contact_id = e.record_id
left join raw_hubspot.deals as d on e.record_type = 'deal' and e.outcome = 'lost' and d.deal_id = e.record_id
left join raw_hubspot.options as l on l.kind = 'reason' and l.value = coalesce(c.reason, d.reason)
group by e.record_type, e.record_id, e.outcome, e.moved_at
