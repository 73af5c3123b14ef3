-- grain: role_no. The teams.
select row_number() over (order by o.team) as role_no, o.team
from (select distinct team from company.owners where team is not null and kind <> 'queue') as o
