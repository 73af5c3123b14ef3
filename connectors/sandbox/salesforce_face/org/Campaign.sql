select
    org.id18('701', c.no) as "Id",
    c.name as "Name",
    c.kind as "Type",
    'In Progress' as "Status",
    true as "IsActive",
    false as "IsDeleted",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from (values (1, 'Webinar', 'Webinar'), (2, 'Salon & événements', 'Trade Show')) as c(no, name, kind)
