-- grain: touch_no. Each activity as the org holds it today: whom it is with, and what last changed it.
select
    t.touch_no, t.kind, t.direction, t.outcome, t.is_automated, t.touched_at, t.recorded_at, t.owner_no,
    h.lead_no, h.contact_no, h.conv_at, h.conv_deal_no,
    -- A conversion moves what hangs on the lead to the contact, but for what a cadence sent.
    h.conv_at is not null and (t.kind <> 'message' or t.recorded_at >= h.conv_at) as is_moved,
    greatest(
        t.recorded_at,
        case when h.conv_at > t.recorded_at and t.kind <> 'message' then h.conv_at end,
        case when h.merged_at > t.recorded_at then h.merged_at end,
        case when t.kind = 'meeting' and t.touched_at < timestamp '{at}' then t.touched_at end,
        case when t.deleted_at < timestamp '{at}' then t.deleted_at end,
        h.deleted_at, h.restored_at
    ) as modified_at,
    least(case when t.deleted_at < timestamp '{at}' then t.deleted_at end, h.deleted_at) as gone_at,
    coalesce(t.deleted_at < timestamp '{at}', false) or h.deleted_at is not null as is_deleted,
    org.local_day(t.touched_at) as day
from company.touches as t
join org._holders as h on h.person_no = t.person_no
where t.recorded_at < timestamp '{at}'
