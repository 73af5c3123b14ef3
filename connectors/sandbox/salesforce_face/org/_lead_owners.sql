-- grain: person_no, from_at. Who owned a lead from when on; a lead nobody owns is its maker's.
select p.person_no, case when p.created_by = 'import' then 905 else 902 end as owner_no, p.created_at as from_at, 0 as place
from company.people as p
anti join company.person_owners as o on o.person_no = p.person_no and o.from_at <= p.created_at
union all
select o.person_no, o.owner_no, o.from_at, row_number() over (partition by o.person_no order by o.from_at) as place
from company.person_owners as o
