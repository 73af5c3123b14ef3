select
    org.id18('00G', o.owner_no) as "Id",
    o.name as "Name",
    replace(o.name, ' ', '_') as "DeveloperName",
    cast(null as varchar) as "RelatedId",
    case when o.owner_no = 1 then 'Organization' else 'Queue' end as "Type",
    o.email as "Email",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from (
    select owner_no, name, email from org._owner_names where kind = 'queue'
    union all
    values (1, 'All Internal Users', null), (907, 'Overflow', 'overflow@vendor.example')
) as o
