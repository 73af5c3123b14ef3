select
    org.id18('005', o.owner_no) as "Id",
    o.email as "Username",
    case when o.name like '% %' then split_part(o.name, ' ', 1) end as "FirstName",
    case when o.name like '% %' then substr(o.name, strpos(o.name, ' ') + 1) else o.name end as "LastName",
    o.name as "Name",
    o.email as "Email",
    coalesce(o.left_at >= timestamp '{at}', true) as "IsActive",
    org.id18('00E', r.role_no) as "UserRoleId",
    case o.kind when 'system' then null when 'integration' then org.id18('00e', 2) else org.id18('00e', 1) end as "ProfileId",
    case o.kind when 'system' then 'AutomatedProcess' else 'Standard' end as "UserType",
    '{zone}' as "TimeZoneSidKey",
    case when o.kind = 'rep' then org.id18('005', 904) end as "ManagerId",
    '{currency}' as "DefaultCurrencyIsoCode",
    timestamp '2020-01-01' as "CreatedDate",
    coalesce(case when o.left_at < timestamp '{at}' then o.left_at end, timestamp '2020-01-01') as "LastModifiedDate",
    coalesce(case when o.left_at < timestamp '{at}' then o.left_at end, timestamp '2020-01-01') as "SystemModstamp"
from org._owner_names as o
left join org._roles as r on r.team = o.team
where o.kind <> 'queue'
