-- Who owned the exports' people and deals: an export knows today's owner only, held since creation.
-- grain: record_type, record_id
select
    'person' as record_type,                        -- person or deal
    p.person_id as record_id,                       -- the person's or deal's id
    p.owner_id,                                     -- the owner
    p.created_at as from_at,                        -- UTC instant the ownership began; NULL: always
    cast(null as timestamp) as to_at,               -- UTC instant it ended; NULL: it has not
    p.created_at as recorded_at                     -- UTC instant the CRM knew of it
from files.people as p
where p.owner_id is not null
union all
select 'deal' as record_type, d.deal_id as record_id, d.owner_id, d.created_at as from_at,
    cast(null as timestamp) as to_at, d.created_at as recorded_at
from files.deals as d
where d.owner_id is not null
