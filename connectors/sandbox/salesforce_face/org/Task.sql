with told as (
    select t.*, 2 * t.touch_no as row_no, true as is_done from org._touches_now as t where t.kind <> 'meeting'
    union all
    -- A plan is no attempt: some calls leave a task to do that nobody closes.
    select t.* replace (t.recorded_at + interval 5 minute as recorded_at,
        greatest(t.modified_at, t.recorded_at + interval 5 minute) as modified_at, 'to do' as kind, 'outbound' as direction, null as outcome, t.day + 7 as day),
        2 * t.touch_no + 1, false
    from org._touches_now as t
    where t.kind = 'call' and t.touch_no % 20 = 0 and t.recorded_at + interval 5 minute < timestamp '{at}'
)
select
    t.gone_at as _gone_at,
    org.id18('00T', t.row_no) as "Id",
    case when t.is_moved then org.id18('003', t.contact_no) else org.id18('00Q', t.lead_no) end as "WhoId",
    case when t.is_moved then org.id18('006', t.conv_deal_no) end as "WhatId",
    org.tricky(t.touch_no, case t.kind when 'call' then 'Call' when 'email' then 'Email: your request' when 'message' then 'LinkedIn message' else 'Follow up' end) as "Subject",
    t.day as "ActivityDate",
    case when not t.is_done then 'Not Started' when t.outcome = 'bounced' then 'Bounced' else 'Completed' end as "Status",
    'Normal' as "Priority",
    org.owner_id(t.owner_no) as "OwnerId",
    t.is_deleted as "IsDeleted",
    t.is_done as "IsClosed",
    t.recorded_at as "CreatedDate",
    org.owner_id(t.owner_no) as "CreatedById",
    t.modified_at as "LastModifiedDate",
    t.modified_at as "SystemModstamp",
    t.is_done and t.day <= org.local_day(timestamp '{at}') - 365 as "IsArchived",
    -- Not updatable, and a call logged by hand is a task like any other.
    case t.kind when 'call' then case when t.touch_no % 10 < 3 then 'Task' else 'Call' end
        when 'email' then case when t.is_automated and t.touch_no % 200 = 2 then 'ListEmail' else 'Email' end
        when 'message' then 'LinkedIn' else 'Task' end as "TaskSubtype",
    case t.kind when 'call' then 'Call' when 'email' then 'Email' when 'message' then 'Message' else 'To-do' end as "Type",
    case when t.is_done and t.kind in ('call', 'email') and (t.kind = 'call' or t.direction = 'inbound')
        then case t.direction when 'inbound' then 'Inbound' else 'Outbound' end end as "CallType",
    case when t.kind = 'call' and t.is_done and t.touch_no % 10 >= 3 then 30 + t.touch_no % 600 end as "CallDurationInSeconds",
    case when t.kind = 'call' and t.is_done then upper(t.outcome[1]) || t.outcome[2:] end as "CallDisposition",
    -- Calls come from the telephone system, which says when they took place.
    case when t.is_done then t.touched_at end as "CompletedDateTime"
from told as t
