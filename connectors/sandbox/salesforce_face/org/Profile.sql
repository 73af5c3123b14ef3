select
    org.id18('00e', p.no) as "Id",
    p.name as "Name",
    'Standard' as "UserType",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from (values (1, 'Standard User'), (2, 'Minimum Access - API Only Integrations')) as p(no, name)
