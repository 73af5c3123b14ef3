-- Which people stand behind which opportunity: those converted into it, and those whose contact has a role in it.
-- grain: deal_id, person_id
with said as (
    select p.person_id, l.opportunity_id, true as is_conversion
    from raw_salesforce.leads as l
    join salesforce.leads_as_people as p on p.lead_id = l.lead_id
    where l.is_converted and l.opportunity_id is not null
    union all
    select p.person_id, r.opportunity_id, false
    from raw_salesforce.contact_roles as r
    join salesforce.leads_as_people as p on p.contact_id = r.contact_id
    union all
    select p.person_id, o.opportunity_id, false
    from raw_salesforce.opportunities as o
    join salesforce.leads_as_people as p on p.contact_id = o.contact_id
)
select
    d.deal_id,                              -- `salesforce:` and the opportunity's id
    s.person_id,                            -- one of its people
    bool_or(s.is_conversion) as is_conversion   -- whether this person was converted into this deal and takes all of it
from said as s
join salesforce.deals as d on d.deal_id = 'salesforce:' || s.opportunity_id
group by d.deal_id, s.person_id
