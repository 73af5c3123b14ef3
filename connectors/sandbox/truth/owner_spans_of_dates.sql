-- Today's owner, since creation.
select 'person' as record_type, p.person_id as record_id, p.owner_id, p.created_at as from_at, cast(null as timestamp) as to_at
from truth.people as p where p.owner_id is not null
union all
select 'deal', d.deal_id, d.owner_id, d.created_at, cast(null as timestamp) from truth.deals as d where d.owner_id is not null
