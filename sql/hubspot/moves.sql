-- Every entry of a contact or deal into a stage of the portal, and what the stage means in the funnel.
--
-- By the history, where it was read; by the stages' dates of entry elsewhere. A stage means what the settings say of
-- its internal name, else of its label; a deal stage that the portal calls won or lost is the end it says.
-- grain: record_type, record_id, moved_at, crm_stage
with last_stage as (
    select s.stage from settings.stages as s where s.next_stage is null
),
meant as (
    select
        case o.kind when 'lifecyclestage' then 'person' when 'dealstage' then 'deal' else 'lead' end as record_type,
        o.value,
        max(case
            when i.stage is not null and not i.is_built_in then i.stage
            when n.stage is not null and not n.is_built_in then n.stage
            when o.is_won then w.stage
            when o.is_lost then 'disqualified'
            else coalesce(i.stage, n.stage)
        end) as stage,
        bool_or(o.is_won) as is_won,
        bool_or(o.is_lost) as is_lost
    from raw_hubspot.options as o
    cross join last_stage as w
    left join settings.mapping as i on i.crm_stage_key = lower(trim(o.value))
    left join settings.mapping as n on n.crm_stage_key = lower(trim(o.label))
    where o.kind in ('lifecyclestage', 'dealstage', 'leadstage')
    group by 1, 2
)
select
    h.record_type,                                                      -- person, deal or lead
    h.record_id,                                                        -- HubSpot's id
    h.value as crm_stage,                                               -- the stage by internal name; NULL: cleared
    coalesce(m.stage, i.stage) as meaning,                              -- canonical stage, or disqualified, recycled, ignore
    coalesce(m.is_won, false) as is_won,                                -- whether the portal calls the stage won
    coalesce(m.is_lost, false) or coalesce(m.stage, i.stage) is not distinct from 'disqualified' as is_lost,  -- whether it is a lost end
    h.changed_at as moved_at,                                           -- UTC instant of the entry
    h.evidence,                                                         -- history or stage_date
    case
        when h.made_by is null then 'unknown'
        when h.made_by in ('IMPORT', 'MIGRATION', 'BATCH_IMPORT') then 'import'
        when h.made_by in ('CRM_UI', 'CRM_UI_BULK_ACTION', 'CONTACTS_WEB', 'CONTACTS', 'DEALS', 'SALES', 'MOBILE_IOS',
            'MOBILE_ANDROID', 'EXTENSION', 'BCC_TO_CRM', 'BATCH_UPDATE', 'MEETINGS', 'CONVERSATIONS', 'TASK') then 'person'
        else 'automation'
    end as moved_by                                                     -- person, automation, import or unknown
from raw_hubspot.changes as h
left join meant as m on m.record_type = h.record_type and m.value = h.value
left join settings.mapping as i on i.crm_stage_key = lower(trim(h.value)) and m.value is null
where h.property = 'stage'
qualify row_number() over (partition by h.record_type, h.record_id, h.changed_at, h.value order by h.evidence) = 1
