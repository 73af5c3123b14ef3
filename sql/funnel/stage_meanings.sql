-- What each stage of the CRM means in the funnel: as the settings say of its id, else of its label.
--
-- What the account wrote down goes before what is built in.
-- grain: record_type, crm_stage
with shown as (
    select 'person' as record_type, p.crm_stage, min(p.crm_stage_label) as crm_stage_label from files.people as p group by p.crm_stage
    union all
    select 'person' as record_type, p.crm_stage, min(p.crm_stage_label) as crm_stage_label from hubspot.people as p group by p.crm_stage
    union all
    select 'deal' as record_type, d.crm_stage, min(d.crm_stage_label) as crm_stage_label from files.deals as d group by d.crm_stage
    union all
    select 'deal' as record_type, d.crm_stage, min(d.crm_stage_label) as crm_stage_label from hubspot.deals as d group by d.crm_stage
)
select
    s.record_type,                                  -- person or deal
    s.crm_stage,                                    -- the CRM's own stage, by id
    min(s.crm_stage_label) as crm_stage_label,      -- the stage as the CRM shows it
    min(case when not i.is_built_in then i.stage when not l.is_built_in then l.stage
        else coalesce(i.stage, l.stage) end) as stage   -- canonical stage, or disqualified, recycled, ignore; NULL: not mapped
from shown as s
left join settings.mapping as i on i.crm_stage_key = lower(trim(s.crm_stage))
left join settings.mapping as l on l.crm_stage_key = lower(trim(s.crm_stage_label))
where s.crm_stage is not null
group by s.record_type, s.crm_stage
