with listed as (
    select l.crm_stage, l.label,
        list_position(['unsorted', 'subscriber', 'lead', 'on_hold', 'mql_new', 'mql_working', 'sql', 'nurture', 'disqualified', 'opportunity', 'attached'], l.crm_stage) as place
    from org.labels as l where l.from_at < timestamp '{at}' and l.to_at >= timestamp '{at}'
)
select
    org.id18('01J', l.place) as "Id",
    l.label as "MasterLabel",
    l.label as "ApiName",
    l.place as "SortOrder",
    l.crm_stage = 'unsorted' as "IsDefault",
    l.crm_stage in ('opportunity', 'attached') as "IsConverted",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from listed as l where l.place > 0
