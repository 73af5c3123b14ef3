-- Living contacts of the portal, in the shape every source shares.
-- grain: person_id
select
    'hubspot:' || c.contact_id as person_id,                -- `hubspot:` and HubSpot's id
    'hubspot' as source_system,                             -- the source it was read from
    c.created_at,                                           -- UTC instant it was created in the CRM
    coalesce(s.label, c.lead_source) as lead_source,        -- where the person came from, as the portal labels it
    'hubspot:' || c.owner as owner_id,                      -- its owner, `hubspot:` and HubSpot's id
    c.stage as crm_stage,                                   -- lifecycle stage today, by internal name
    coalesce(l.label, c.stage) as crm_stage_label,          -- the same, as the portal labels it
    'https://app.hubspot.com/contacts/' || p.value || '/record/0-1/' || c.contact_id as crm_url    -- the contact's page in the CRM
from raw_hubspot.contacts as c
left join raw_hubspot.options as l on l.kind = 'lifecyclestage' and l.value = c.stage
left join raw_hubspot.options as p on p.kind = 'portal'
left join raw_hubspot.options as s on s.kind = 'lead_source' and s.value = c.lead_source
