select
    org.id18('012', r.no) as "Id",
    r.name as "Name",
    r.name as "DeveloperName",
    'Opportunity' as "SobjectType",
    true as "IsActive",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from (values (1, 'Sales'), (2, 'Enterprise')) as r(no, name)
where {record_types}
