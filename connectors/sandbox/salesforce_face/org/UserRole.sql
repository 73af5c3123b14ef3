select
    org.id18('00E', r.role_no) as "Id",
    r.team as "Name",
    regexp_replace(r.team, '[^A-Za-z]+', '_', 'g') as "DeveloperName",
    cast(null as varchar) as "ParentRoleId",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from org._roles as r
