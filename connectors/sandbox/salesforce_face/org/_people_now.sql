-- grain: person_no. Each person's records as they stand just before the moment.
select
    p.person_no,
    c.created_at,
    p.conv_at < timestamp '{at}' as is_converted,
    coalesce(p.conv_at < timestamp '{at}', false) as was_converted,
    case when p.conv_at < timestamp '{at}' then p.conv_at end as conv_at,
    case when p.conv_at < timestamp '{at}' then p.conv_deal_no end as conv_deal_no,
    coalesce(p.merge_kind = 'leads' and p.merged_at < timestamp '{at}', false) as is_loser,
    case when p.merged_at < timestamp '{at}' then p.merged_at end as merged_at,
    p.merge_kind,
    p.winner_no,
    coalesce(case when p.later_contact_no is not null and p.merged_at < timestamp '{at}' then p.later_contact_no end, p.contact_no) as contact_no,
    case when p.deleted_at < timestamp '{at}' and not coalesce(p.restored_at < timestamp '{at}', false) then p.deleted_at end as deleted_at,
    case when p.restored_at < timestamp '{at}' then p.restored_at end as restored_at,
    case when p.deleted_at < timestamp '{at}' then p.deleted_at end as once_deleted_at
from org.persons as p
join company.people as c on c.person_no = p.person_no
where c.created_at < timestamp '{at}' and not coalesce(p.erased_at < timestamp '{at}', false)
