-- stages: what the CRM calls its stages from when to when, and what they mean in the funnel; NULL: nothing there.
create table company.stages as
with named(record_type, pipeline, crm_stage, label, canonical_stage) as (
    values
        ('person', null, 'subscriber', 'Subscriber', 'prospect'),
        ('person', null, 'lead', 'Lead', 'lead'),
        ('person', null, 'on_hold', 'On hold – à revoir', null),
        ('person', null, 'mql_new', 'Marketing Qualified Lead', 'mql'),
        ('person', null, 'sql', 'Sales Qualified Lead', 'sql'),
        ('person', null, 'opportunity', 'Opportunity', 'opportunity'),
        ('person', null, 'customer', 'Customer', 'customer'),
        ('person', null, 'nurture', 'Nurturing', 'recycled'),
        ('person', null, 'disqualified', 'Unqualified', 'disqualified'),
        ('deal', 'sales', 'qualification', 'Qualification', 'opportunity'),
        ('deal', 'sales', 'proposal', 'Proposal', 'opportunity'),
        ('deal', 'sales', 'negotiation', 'Negotiation', 'opportunity'),
        ('deal', 'sales', 'sales_won', 'Closed Won', 'customer'),
        ('deal', 'sales', 'sales_lost', 'Closed Lost', 'disqualified'),
        ('deal', 'enterprise', 'discovery', 'Needs Analysis', 'opportunity'),
        ('deal', 'enterprise', 'evaluation', 'Value Proposition', 'opportunity'),
        ('deal', 'enterprise', 'legal', 'Negotiation/Review', 'opportunity'),
        ('deal', 'enterprise', 'enterprise_won', 'Closed Won', 'customer'),
        ('deal', 'enterprise', 'enterprise_lost', 'Closed Lost', 'disqualified')
)
select n.*, cast(null as timestamp) as from_at, cast(null as timestamp) as to_at from named as n
union all
-- Sales renames its working stage every two years or so.
select 'person', null, 'mql_working', case when s.number % 2 = 0 then 'Working' else 'Working - Contacted' end, 'mql',
    spell_end(s.number - 1), spell_end(s.number)
from (
    select unnest(generate_series(
        spell(cast(getvariable('ends_on') - 740 as timestamp)), spell(cast(getvariable('ends_on') + 1200 as timestamp))
    )) as number
) as s;
