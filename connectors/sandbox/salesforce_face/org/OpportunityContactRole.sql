-- Two people whose contacts were merged are two roles of one contact.
with linked as (
    select l.deal_no, h.contact_no, l.person_no, l.from_at, l.to_at,
        coalesce(l.to_at < timestamp '{at}', false) as is_unlinked,
        l.deal_no // 10 = l.person_no as is_primary, h.merged_at, h.deleted_at, h.restored_at
    from company.deal_people as l
    join org._holders as h on h.person_no = l.person_no
    where l.from_at < timestamp '{at}'
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
