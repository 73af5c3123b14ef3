-- The org tracks the owner alone: stages are told by OpportunityHistory anyway.
with handed as (
    select o.*, lag(o.owner_no) over (partition by o.deal_no order by o.from_at) as before_no,
        row_number() over (partition by o.deal_no order by o.from_at) as place
    from company.deal_owners as o where o.from_at < timestamp '{at}'
)
select
    d.deleted_at as _gone_at,
    -- Numbers beyond those of LeadHistory, whose ids begin alike.
    org.id18('017', 1000000000000 + 16 * h.deal_no + 2 * h.place + i.twin) as "Id",
    d.deleted_at is not null as "IsDeleted",
    org.id18('006', h.deal_no) as "OpportunityId",
    org.owner_id(904) as "CreatedById",
    h.from_at as "CreatedDate",
    'Owner' as "Field",
    case i.twin when 0 then 'Text' else 'EntityId' end as "DataType",
    case i.twin when 0 then b.name else org.owner_id(h.before_no) end as "OldValue",
    case i.twin when 0 then a.name else org.owner_id(h.owner_no) end as "NewValue"
from handed as h
join org._deals_now as d on d.deal_no = h.deal_no
cross join (values (0), (1)) as i(twin)
join org._owner_names as a on a.owner_no = h.owner_no
join org._owner_names as b on b.owner_no = h.before_no
where h.from_at > d.created_at and h.from_at >= timestamp '{at}' - interval {history_months} month and {history_tracking}
