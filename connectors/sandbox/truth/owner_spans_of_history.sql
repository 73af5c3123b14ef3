-- Every owner, from when to when.
select 'person' as record_type, '{source}:' || o.person_no as record_id, '{source}:' || o.owner_no as owner_id, o.from_at,
    lead(o.from_at) over (partition by o.person_no order by o.from_at) as to_at
from visible.person_owners as o
union all
select 'deal', '{source}:' || o.deal_no, '{source}:' || o.owner_no, o.from_at,
    lead(o.from_at) over (partition by o.deal_no order by o.from_at)
from visible.deal_owners as o
