-- Every entry of a person or opportunity into a stage of the org, and what the stage means in the funnel.
--
-- Leads by the history of their status, with the status they were created in where history reaches that far; by the
-- date fields and campaign responses that the settings name; a converted lead without history by its conversion.
-- Opportunities by their history. A stage means what the settings say of it; a closed stage, what its flags say.
-- grain: record_type, record_id, moved_at, crm_stage
with history as (
    select count(*) > 0 as is_kept from raw_salesforce.changes as c where c.record_type = 'person' and c.property = 'status'
),
begins as (
    -- Where the org did not tell, the oldest change that was read.
    select coalesce(
        min(case when o.kind = 'history_begins' then cast(cast(o.label as timestamptz) at time zone 'UTC' as timestamp) end),
        (select min(c.changed_at) from raw_salesforce.changes as c where c.record_type = 'person' and c.evidence = 'history')
    ) as begins_at
    from raw_salesforce.options as o
),
elsewhere as (
    select o.value as stage from raw_salesforce.options as o where o.kind = 'stage_from'
),
last_stage as (
    select s.stage from settings.stages as s where s.next_stage is null
),
meant_statuses as (
    select m.crm_stage_key, m.stage from settings.mapping as m
    -- What a date field or a campaign tells, a status does not.
    where m.stage not in (select e.stage from elsewhere as e)
),
first_changes as (
    select c.record_id, c.old_value
    from raw_salesforce.changes as c
    where c.record_type = 'person' and c.property = 'status'
    qualify row_number() over (partition by c.record_id order by c.changed_at, c.change_id) = 1
),
converted as (
    select c.record_id, min(c.changed_at) as converted_at
    from raw_salesforce.changes as c where c.record_type = 'person' and c.property = 'converted' group by c.record_id
),
statuses as (
    select c.record_id as lead_id, c.value as status, c.changed_at as moved_at, 'history' as evidence, c.made_by
    from raw_salesforce.changes as c
    where c.record_type = 'person' and c.property = 'status'
    union all
    -- The status a lead was created in is in no row of its history.
    select l.lead_id, coalesce(f.old_value, l.status), l.created_at, 'history', cast(null as varchar)
    from raw_salesforce.leads as l
    cross join history as h
    cross join begins as b
    left join first_changes as f on f.record_id = l.lead_id
    where h.is_kept and l.created_at >= b.begins_at
    union all
    select l.lead_id, l.status, coalesce(c.converted_at, o.created_at,
            cast((cast(l.converted_on as timestamp) + interval 12 hour) at time zone n.timezone at time zone 'UTC' as timestamp)),
        'conversion', cast(null as varchar)
    from raw_salesforce.leads as l
    cross join history as h
    cross join settings.night as n
    left join converted as c on c.record_id = l.lead_id
    left join raw_salesforce.opportunities as o on o.opportunity_id = l.opportunity_id
    where l.is_converted and not h.is_kept
),
told as (
    select 'person' as record_type, p.person_id as record_id, s.status as crm_stage,
        coalesce(v.stage, b.stage) as meaning, s.moved_at, s.evidence, s.made_by
    from statuses as s
    join salesforce.leads_as_people as p on p.lead_id = s.lead_id
    left join raw_salesforce.options as o on o.kind = 'lead_status' and o.value = s.status
    left join meant_statuses as v on v.crm_stage_key = lower(trim(s.status))
    left join meant_statuses as b on b.crm_stage_key = lower(trim(o.label))
    where s.moved_at is not null
    union all
    select 'person', p.person_id, c.value, c.value, c.changed_at, c.evidence, c.made_by
    from raw_salesforce.changes as c
    join salesforce.leads_as_people as p on p.lead_id = c.record_id
    where c.record_type = 'person' and c.property = 'entered'
    union all
    select 'deal', 'salesforce:' || c.record_id, c.value,
        case
            when m.stage is not null and not m.is_built_in then m.stage
            when o.is_won then w.stage
            when o.is_closed then 'disqualified'
            else m.stage
        end,
        c.changed_at, c.evidence, c.made_by
    from (
        -- Most rows tell of another amount or date: the stage is the one before.
        select h.* from raw_salesforce.changes as h
        where h.record_type = 'deal' and h.property = 'stage'
        qualify lag(h.value) over (partition by h.record_id order by h.changed_at, h.change_id) is distinct from h.value
    ) as c
    cross join last_stage as w
    left join raw_salesforce.options as o on o.kind = 'stage' and o.value = c.value
    left join settings.mapping as m on m.crm_stage_key = lower(trim(c.value))
)
select
    t.record_type,                                      -- person or deal
    t.record_id,                                        -- `salesforce:` and Salesforce's id
    t.crm_stage,                                        -- the status or stage; the canonical stage where a date field or campaign tells it
    t.meaning,                                          -- canonical stage, or disqualified, recycled, ignore; NULL: not mapped
    t.moved_at,                                         -- UTC instant of the entry
    t.evidence,                                         -- history, stage_date or conversion
    case
        when t.made_by is null then 'unknown'
        when u.kind = 'user' then 'person'
        when u.kind is null then 'unknown'
        else 'automation'
    end as moved_by                                     -- person, automation or unknown
from told as t
left join raw_salesforce.owners as u on u.owner_id = t.made_by
qualify row_number() over (
    partition by t.record_type, t.record_id, t.moved_at, t.crm_stage order by t.evidence, t.made_by nulls last
) = 1
