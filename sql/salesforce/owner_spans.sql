-- Who owned the org's people and deals: a person's first lead by the history of its owner; a deal by today's owner.
-- grain: record_type, record_id, from_at
with begins as (
    -- Where the org did not tell, the oldest change that was read.
    select coalesce(
        min(case when o.kind = 'history_begins' then cast(cast(o.label as timestamptz) at time zone 'UTC' as timestamp) end),
        (select min(c.changed_at) from raw_salesforce.changes as c where c.record_type = 'person' and c.evidence = 'history')
    ) as begins_at
    from raw_salesforce.options as o
),
handed as (
    -- Two at one instant: either was in force for no time.
    select c.record_id as lead_id, c.old_value, c.value as owner, c.changed_at
    from raw_salesforce.changes as c
    where c.record_type = 'person' and c.property = 'owner'
    qualify row_number() over (partition by c.record_id, c.changed_at order by c.change_id desc) = 1
),
first_changes as (
    select h.lead_id, h.old_value from handed as h
    qualify row_number() over (partition by h.lead_id order by h.changed_at) = 1
),
owned as (
    select h.lead_id, h.owner, h.changed_at as from_at, h.changed_at as known_at from handed as h
    union all
    -- Whom a lead belonged to at first is in no row of its history; beyond the history, since when is not known.
    select l.lead_id, coalesce(f.old_value, l.owner), case when f.lead_id is null or l.created_at >= b.begins_at then l.created_at end, l.created_at
    from raw_salesforce.leads as l
    cross join begins as b
    left join first_changes as f on f.lead_id = l.lead_id
)
select
    'person' as record_type,                -- person or deal
    p.person_id as record_id,               -- the person's or deal's id
    'salesforce:' || o.owner as owner_id,   -- the owner: a user or a queue
    o.from_at,                              -- UTC instant the ownership began; NULL: always
    lead(o.known_at) over (partition by o.lead_id order by o.known_at) as to_at,    -- UTC instant it ended; NULL: it has not
    o.known_at as recorded_at               -- UTC instant the CRM knew of it
from owned as o
join salesforce.leads_as_people as p on p.lead_id = o.lead_id and p.person_id = 'salesforce:' || p.lead_id
where o.owner is not null
union all
select 'deal' as record_type, d.deal_id as record_id, d.owner_id, d.created_at as from_at, cast(null as timestamp) as to_at, d.created_at as recorded_at
from salesforce.deals as d
where d.owner_id is not null
