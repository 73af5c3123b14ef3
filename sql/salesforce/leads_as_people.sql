-- Which person each lead is: leads that became one contact are one person, who has the id of the first of them.
-- grain: lead_id
select
    l.lead_id,                              -- Salesforce's id of the lead
    l.contact_id,                           -- Salesforce's id of the contact it became; NULL: not converted
    l.created_at,                           -- UTC instant the lead was created
    'salesforce:' || first_value(l.lead_id) over (
        partition by coalesce(l.contact_id, l.lead_id) order by l.created_at, l.lead_id
        rows between unbounded preceding and unbounded following
    ) as person_id                          -- `salesforce:` and the id of the person's first lead
from raw_salesforce.leads as l
