-- Living leads of the org, converted ones too, in the shape every source shares; leads of one contact are one person.
-- grain: person_id
with changed as (
    select c.record_id, max(c.changed_at) as changed_at
    from raw_salesforce.changes as c where c.record_type = 'person' and c.property = 'status' group by c.record_id
),
stands as (
    -- Of several leads, the one whose status changed last.
    select p.person_id, l.status, l.contact_id, l.lead_id
    from salesforce.leads_as_people as p
    join raw_salesforce.leads as l on l.lead_id = p.lead_id
    left join changed as c on c.record_id = p.lead_id
    qualify row_number() over (partition by p.person_id order by coalesce(c.changed_at, l.created_at) desc, l.lead_id desc) = 1
)
select
    p.person_id,                                            -- `salesforce:` and the id of the person's first lead
    'salesforce' as source_system,                          -- the source it was read from
    l.created_at,                                           -- UTC instant the first lead was created
    l.lead_source,                                          -- where the person came from, as the org says
    'salesforce:' || l.owner as owner_id,                   -- its owner, `salesforce:` and the id of the user or queue
    t.status as crm_stage,                                  -- status today, as records hold it
    coalesce(s.label, t.status) as crm_stage_label,         -- the same, as the org shows it
    o.label || case when t.contact_id is null then '/lightning/r/Lead/' || t.lead_id else '/lightning/r/Contact/' || t.contact_id end
        || '/view' as crm_url                               -- the page of the lead, or of the contact it became
from salesforce.leads_as_people as p
join raw_salesforce.leads as l on l.lead_id = p.lead_id
join stands as t on t.person_id = p.person_id
left join raw_salesforce.options as s on s.kind = 'lead_status' and s.value = t.status
left join raw_salesforce.options as o on o.kind = 'org'
where p.person_id = 'salesforce:' || p.lead_id
