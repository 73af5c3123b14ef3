with linked as (
    select l.deal_no, h.contact_no, min(l.person_no) as person_no, min(l.from_at) as from_at,
        bool_and(coalesce(l.to_at < timestamp '{at}', false)) as is_unlinked, max(l.to_at) as to_at,
        bool_or(l.deal_no // 10 = l.person_no) as is_primary, max(h.merged_at) as merged_at, min(h.deleted_at) as deleted_at, max(h.restored_at) as restored_at
    from company.deal_people as l
    join org._holders as h on h.person_no = l.person_no
    where l.from_at < timestamp '{at}'
    group by l.deal_no, h.contact_no
)
select
    least(case when l.is_unlinked then l.to_at end, l.deleted_at, d.deleted_at) as _gone_at,
    org.id18('00K', 64 * l.deal_no + l.person_no - l.deal_no // 10) as "Id",
    org.id18('006', l.deal_no) as "OpportunityId",
    org.id18('003', l.contact_no) as "ContactId",
    case when l.is_primary then 'Decision Maker' else 'Evaluator' end as "Role",
    l.is_primary as "IsPrimary",
    d.currency as "CurrencyIsoCode",
    l.from_at as "CreatedDate",
    org.owner_id(d.owner_no) as "CreatedById",
    greatest(l.from_at, case when l.merged_at > l.from_at then l.merged_at end, case when l.is_unlinked then l.to_at end, l.deleted_at, d.deleted_at, l.restored_at, d.restored_at) as "LastModifiedDate",
    greatest(l.from_at, case when l.merged_at > l.from_at then l.merged_at end, case when l.is_unlinked then l.to_at end, l.deleted_at, d.deleted_at, l.restored_at, d.restored_at) as "SystemModstamp",
    l.is_unlinked or l.deleted_at is not null or d.deleted_at is not null as "IsDeleted"
from linked as l
join org._deals_now as d on d.deal_no = l.deal_no
