-- Who owned the portal's contacts and deals: by the history where it was read, else today's owner since the assignment.
-- grain: record_type, record_id, from_at
with told as (
    select h.record_type, h.record_id, h.value as owner, h.changed_at as from_at,
        lead(h.changed_at) over (partition by h.record_type, h.record_id order by h.changed_at) as to_at
    from (
        -- Two at one instant: either was in force for no time.
        select o.* from raw_hubspot.changes as o
        where o.property = 'owner' and o.record_type in ('person', 'deal')
        qualify row_number() over (partition by o.record_type, o.record_id, o.changed_at order by o.value) = 1
    ) as h
)
select
    t.record_type,                          -- person or deal
    'hubspot:' || t.record_id as record_id, -- the person's or deal's id
    'hubspot:' || t.owner as owner_id,      -- the owner
    t.from_at,                              -- UTC instant the ownership began; NULL: always
    t.to_at,                                -- UTC instant it ended; NULL: it has not
    t.from_at as recorded_at                -- UTC instant the CRM knew of it
from told as t
where t.owner is not null
union all
select 'person' as record_type, 'hubspot:' || c.contact_id as record_id, 'hubspot:' || c.owner as owner_id,
    coalesce(c.owner_since, c.created_at) as from_at, cast(null as timestamp) as to_at, coalesce(c.owner_since, c.created_at) as recorded_at
from raw_hubspot.contacts as c
where c.owner is not null and not exists (select 1 from told as t where t.record_type = 'person' and t.record_id = c.contact_id)
union all
select 'deal' as record_type, 'hubspot:' || d.deal_id as record_id, 'hubspot:' || d.owner as owner_id,
    d.created_at as from_at, cast(null as timestamp) as to_at, d.created_at as recorded_at
from raw_hubspot.deals as d
where d.owner is not null and not exists (select 1 from told as t where t.record_type = 'deal' and t.record_id = d.deal_id)
