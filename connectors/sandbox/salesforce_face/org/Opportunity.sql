select
    d.deleted_at as _gone_at,
    org.id18('006', d.deal_no) as "Id",
    d.deleted_at is not null as "IsDeleted",
    org.id18('001', p.contact_no) as "AccountId",
    case d.pipeline when 'sales' then org.id18('012', 1) else org.id18('012', 2) end as "RecordTypeId",
    org.tricky(d.deal_no, 'Deal ' || d.deal_no) as "Name",
    l.label as "StageName",
    cast(d.amount as double) as "Amount",
    cast(f.probability as double) as "Probability",
    case when d.is_closed then org.local_day(d.moved_at) else d.planned_on end as "CloseDate",
    case when d.deal_no % 9 = 0 then 'Existing Business' else 'New Business' end as "Type",
    n.lead_source as "LeadSource",
    d.is_closed as "IsClosed",
    d.is_won as "IsWon",
    f.forecast as "ForecastCategory",
    f.forecast as "ForecastCategoryName",
    d.currency as "CurrencyIsoCode",
    cast(null as varchar) as "CampaignId",
    org.owner_id(d.owner_no) as "OwnerId",
    org.id18('003', p.contact_no) as "ContactId",
    d.changed_at as "LastStageChangeDate",
    d.created_at as "CreatedDate",
    org.owner_id(d.owner_no) as "CreatedById",
    greatest(d.created_at, d.moved_at, d.from_at, d.once_deleted_at, d.restored_at, z.changed_at) as "LastModifiedDate",
    org.owner_id(d.owner_no) as "LastModifiedById",
    greatest(d.created_at, d.moved_at, d.from_at, d.once_deleted_at, d.restored_at, z.changed_at) as "SystemModstamp"
from org._deals_now as d
join org.labels as l on l.crm_stage = d.crm_stage and l.from_at < timestamp '{at}' and l.to_at >= timestamp '{at}'
join org._stage_facts as f on f.crm_stage = d.crm_stage
left join org._holders as p on p.person_no = d.person_no
left join company.people as n on n.person_no = d.person_no
left join org._postponed as z on z.deal_no = d.deal_no
