with users as (
    -- Every person who ever used a contact, with what became of their record.
    select p.person_no, k.contact_no, least(coalesce(k.own_contact_at, k.conv_at), coalesce(k.conv_at, k.own_contact_at)) as from_at, p.deleted_at, p.restored_at, p.once_deleted_at
    from org._people_now as p join org.persons as k on k.person_no = p.person_no
    where k.own_contact_at < timestamp '{at}' or k.conv_at < timestamp '{at}'
),
kept as (
    select u.contact_no, min(u.from_at) as created_at from users as u group by u.contact_no
),
told as (
    select k.contact_no, k.created_at, s.winner_no,
        case when s.merge_kind = 'contacts' and s.merged_at < timestamp '{at}' then s.merged_at end as merged_at,
        p.deleted_at, p.restored_at, p.once_deleted_at
    from kept as k
    join org.persons as s on s.person_no = k.contact_no
    join org._people_now as p on p.person_no = k.contact_no
),
gained as (
    select t.winner_no as contact_no, max(t.merged_at) as merged_at from told as t where t.merged_at is not null group by t.winner_no
),
owned as (
    select o.person_no, arg_max(o.owner_no, o.from_at) as owner_no from org._lead_owners as o where o.from_at < timestamp '{at}' group by o.person_no
)
select
    least(t.merged_at, t.deleted_at) as _gone_at,
    org.id18('003', t.contact_no) as "Id",
    t.merged_at is not null or t.deleted_at is not null as "IsDeleted",
    case when t.merged_at is not null then org.id18('003', t.winner_no) end as "MasterRecordId",
    org.id18('001', t.contact_no) as "AccountId",
    n.last_name as "LastName",
    n.first_name as "FirstName",
    n.first_name || ' ' || n.last_name as "Name",
    n.email as "Email",
    n.lead_source as "LeadSource",
    org.id18('005', case when w.owner_no = 901 then 903 else w.owner_no end) as "OwnerId",
    t.created_at as "CreatedDate",
    org.owner_id(903) as "CreatedById",
    greatest(t.created_at, t.merged_at, g.merged_at, t.once_deleted_at, t.restored_at) as "LastModifiedDate",
    greatest(t.created_at, t.merged_at, g.merged_at, t.once_deleted_at, t.restored_at) as "SystemModstamp"
from told as t
join company.people as n on n.person_no = t.contact_no
left join gained as g on g.contact_no = t.contact_no
left join owned as w on w.person_no = t.contact_no
