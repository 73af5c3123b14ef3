with moved as (
    select s.*, p.created_at,
        lag(s.crm_stage) over (partition by s.lead_no order by s.moved_at, s.place) as came_from,
        row_number() over (partition by s.lead_no order by s.moved_at, s.place) = 1 and s.moved_at = p.created_at as is_birth
    from org.statuses as s join org._people_now as p on p.person_no = s.lead_no
    where s.moved_at < timestamp '{at}'
),
changed as (
    -- The value a lead was created with is in no row; a change tells the names of its own day.
    select m.lead_no, m.place as row_no, 'Status' as field, o.label as old_value, n.label as new_value, m.moved_at,
        m.moved_by, m.person_no
    from moved as m
    join org.labels as n on n.crm_stage = m.crm_stage and n.from_at <= m.moved_at and n.to_at > m.moved_at
    join org.labels as o on o.crm_stage = coalesce(m.came_from, 'unsorted') and o.from_at <= m.moved_at and o.to_at > m.moved_at
    where not m.is_birth and m.crm_stage is distinct from m.came_from
    union all
    select p.person_no, 256 * p.person_no + 91, 'leadConverted', null, null, p.conv_at, 'person', p.person_no
    from org._people_now as p where p.was_converted
    union all
    select p.person_no, 256 * p.person_no, 'created', null, null, p.created_at, c.created_by, p.person_no
    from org._people_now as p join company.people as c on c.person_no = p.person_no
    union all
    select p.winner_no, 256 * p.person_no + 92, 'leadMerged', null, null, p.merged_at, 'person', p.winner_no
    from org._people_now as p where p.is_loser
),
handed as (
    select o.*, lag(o.owner_no) over (partition by o.person_no order by o.from_at) as before_no
    from org._lead_owners as o where o.from_at < timestamp '{at}'
),
owned as (
    select h.person_no, 256 * h.person_no + 100 + 2 * h.place + i.twin as row_no,
        case i.twin when 0 then b.name else org.owner_id(h.before_no) end as old_value,
        case i.twin when 0 then a.name else org.owner_id(h.owner_no) end as new_value, h.from_at,
        case i.twin when 0 then 'Text' else 'EntityId' end as data_type
    from handed as h
    join org._people_now as p on p.person_no = h.person_no
    -- One row with the names, one with the ids.
    cross join (values (0), (1)) as i(twin)
    join org._owner_names as a on a.owner_no = h.owner_no
    join org._owner_names as b on b.owner_no = h.before_no
    where h.from_at > p.created_at
),
told as (
    select c.lead_no, c.row_no, c.field, case when c.field = 'Status' then 'DynamicEnum' else 'Text' end as data_type, c.old_value, c.new_value, c.moved_at,
        case c.moved_by when 'automation' then 902 when 'import' then 905
            else case when o.owner_no in (901, 902, 905) or o.owner_no is null then 903 else o.owner_no end end as made_by
    from changed as c
    asof left join org._lead_owners as o on o.person_no = c.lead_no and o.from_at <= c.moved_at
    union all
    select o.person_no, o.row_no, 'Owner', o.data_type, o.old_value, o.new_value, o.from_at, 904 from owned as o
)
select
    case when p.is_loser then p.merged_at else p.deleted_at end as _gone_at,
    org.id18('017', t.row_no) as "Id",
    p.is_loser or p.deleted_at is not null as "IsDeleted",
    org.id18('00Q', t.lead_no) as "LeadId",
    org.owner_id(t.made_by) as "CreatedById",
    t.moved_at as "CreatedDate",
    t.field as "Field",
    t.data_type as "DataType",
    t.old_value as "OldValue",
    t.new_value as "NewValue"
from told as t
join org._people_now as p on p.person_no = t.lead_no
where t.moved_at >= timestamp '{at}' - interval {history_months} month and {history_tracking}
