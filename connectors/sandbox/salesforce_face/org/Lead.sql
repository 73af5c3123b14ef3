with standing as (
    select s.lead_no, arg_max(s.crm_stage, (s.moved_at, s.place)) as crm_stage, max(s.moved_at) as moved_at,
        min(s.moved_at) filter (where s.crm_stage = 'mql_new') as mql_at,
        min(s.moved_at) filter (where s.crm_stage = 'sql') as sql_at
    from org.statuses as s where s.moved_at < timestamp '{at}' group by s.lead_no
),
owned as (
    select o.person_no, arg_max(o.owner_no, o.from_at) as owner_no, max(o.from_at) as from_at
    from org._lead_owners as o where o.from_at < timestamp '{at}' group by o.person_no
),
received as (
    select p.winner_no as person_no, max(p.merged_at) as merged_at from org._people_now as p
    where p.is_loser group by p.winner_no
),
reasons as (
    select o.person_no, arg_max(o.reason, o.outcome_at) as reason from company.person_outcomes as o
    where o.outcome_at < timestamp '{at}' group by o.person_no
),
told as (
    select
        p.*, n.lead_source, n.first_name, n.last_name, n.email, n.created_by, coalesce(s.crm_stage, 'unsorted') as crm_stage,
        s.mql_at, s.sql_at, w.owner_no, r.reason,
        greatest(p.created_at, s.moved_at, w.from_at, p.conv_at, p.merged_at, g.merged_at, p.once_deleted_at, p.restored_at) as touched_at,
        case when p.is_loser then p.merged_at else p.deleted_at end as gone_at
    from org._people_now as p
    join company.people as n on n.person_no = p.person_no
    left join standing as s on s.lead_no = p.person_no
    left join owned as w on w.person_no = p.person_no
    left join received as g on g.person_no = p.person_no
    left join reasons as r on r.person_no = p.person_no
)
select
    t.gone_at as _gone_at,
    org.id18('00Q', t.person_no) as "Id",
    t.gone_at is not null as "IsDeleted",
    case when t.is_loser then org.id18('00Q', t.winner_no) end as "MasterRecordId",
    t.last_name as "LastName",
    t.first_name as "FirstName",
    t.first_name || ' ' || t.last_name as "Name",
    org.tricky(t.person_no, 'Company ' || t.person_no // 3) as "Company",
    t.email as "Email",
    t.lead_source as "LeadSource",
    l.label as "Status",
    case when t.crm_stage in ('nurture', 'disqualified') then t.reason end as "Unqualified_Reason__c",
    org.owner_id(t.owner_no) as "OwnerId",
    t.was_converted as "IsConverted",
    org.local_day(t.conv_at) as "ConvertedDate",
    case when t.was_converted then org.id18('001', t.contact_no) end as "ConvertedAccountId",
    case when t.was_converted then org.id18('003', t.contact_no) end as "ConvertedContactId",
    org.id18('006', t.conv_deal_no) as "ConvertedOpportunityId",
    t.crm_stage = 'unsorted' as "IsUnreadByOwner",
    t.mql_at as "MQL_Date__c",
    t.sql_at as "SQL_Date__c",
    t.created_at as "CreatedDate",
    org.owner_id(case t.created_by when 'import' then 905 when 'automation' then 902 else t.owner_no end) as "CreatedById",
    greatest(t.touched_at, case when r.from_at < timestamp '{at}' then r.from_at end) as "LastModifiedDate",
    org.owner_id(902) as "LastModifiedById",
    -- A renamed status is written to every lead that stands in it.
    greatest(t.touched_at, case when r.from_at < timestamp '{at}' then r.from_at end) as "SystemModstamp"
from told as t
join org.labels as l on l.crm_stage = t.crm_stage and l.from_at < timestamp '{at}' and l.to_at >= timestamp '{at}'
left join org.labels as r on r.crm_stage = t.crm_stage and r.from_at = l.from_at and t.crm_stage = 'mql_working'
