-- Who came by a webinar or a fair is a member, and responds on becoming an MQL.
with answered as (
    select s.lead_no, min(s.moved_at) as mql_at from org.statuses as s
    where s.crm_stage = 'mql_new' and s.moved_at < timestamp '{at}' group by s.lead_no
)
select
    case when p.is_loser then p.merged_at else p.deleted_at end as _gone_at,
    org.id18('00v', p.person_no) as "Id",
    p.is_loser or p.deleted_at is not null as "IsDeleted",
    case n.lead_source when 'Webinar' then org.id18('701', 1) else org.id18('701', 2) end as "CampaignId",
    org.id18('00Q', p.person_no) as "LeadId",
    case when p.was_converted then org.id18('003', p.contact_no) end as "ContactId",
    case when a.mql_at is null then 'Sent' else 'Responded' end as "Status",
    a.mql_at is not null as "HasResponded",
    org.local_day(a.mql_at) as "FirstRespondedDate",
    p.created_at as "CreatedDate",
    greatest(p.created_at, a.mql_at, p.conv_at, p.merged_at, p.once_deleted_at, p.restored_at) as "LastModifiedDate",
    greatest(p.created_at, a.mql_at, p.conv_at, p.merged_at, p.once_deleted_at, p.restored_at) as "SystemModstamp"
from org._people_now as p
join company.people as n on n.person_no = p.person_no and n.lead_source in ('Webinar', 'Salon & événements')
left join answered as a on a.lead_no = p.person_no
