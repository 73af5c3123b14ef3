-- How many people and deals stand in each stage of the CRM tonight. Every night is kept.
--
-- Nothing is left out: a record without a stage is counted under `(none)`, one in a stage that is not mapped under
-- its CRM stage with `stage` NULL. Rows with `segment` NULL are the whole; where the account has segments, each
-- segment's rows stand beside them.
-- grain: as_of, record_type, pipeline, crm_stage, stage, segment
-- check: records > 0
-- plot: records by coalesce(stage, '(no stage)'): sum(records) filter (where segment is null)
with labels as (
    select l.record_type, l.crm_stage, min(l.crm_stage_label) as crm_stage_label
    from (
        select 'person' as record_type, p.crm_stage, p.crm_stage_label from files.people as p
        union all
        select 'person' as record_type, p.crm_stage, p.crm_stage_label from hubspot.people as p
        union all
        select 'deal' as record_type, d.crm_stage, d.crm_stage_label from files.deals as d
        union all
        select 'deal' as record_type, d.crm_stage, d.crm_stage_label from hubspot.deals as d
        union all
        select 'person' as record_type, p.crm_stage, p.crm_stage_label from salesforce.people as p
        union all
        select 'deal' as record_type, d.crm_stage, d.crm_stage_label from salesforce.deals as d
    ) as l
    group by l.record_type, l.crm_stage
),
records as (
    select 'person' as record_type, cast(null as varchar) as pipeline, p.crm_stage, p.stage, p.segment,
        cast(null as decimal(18, 2)) as amount
    from funnel.people as p
    union all
    select 'deal' as record_type, d.pipeline, d.crm_stage, d.stage, d.segment, d.amount_in_currency as amount
    from funnel.deals as d
),
scoped as (
    select r.record_type, r.pipeline, r.crm_stage, r.stage, cast(null as varchar) as segment, r.amount
    from records as r
    union all
    select r.record_type, r.pipeline, r.crm_stage, r.stage, r.segment, r.amount
    from records as r
    where r.segment is not null
)
select
    n.as_of,                                                    -- the day this night speaks for
    s.record_type,                                              -- person or deal
    s.pipeline,                                                 -- the deal's pipeline; NULL: people, or no pipelines
    coalesce(s.crm_stage, '(none)') as crm_stage,               -- the CRM's own stage, by id
    coalesce(l.crm_stage_label, '(none)') as crm_stage_label,   -- the stage as the CRM shows it
    s.stage,                                                    -- the canonical stage; NULL: lost, none, or not mapped
    s.segment,                                                  -- the segment; NULL: the whole
    count(*) as records,                                        -- people or deals
    cast(sum(s.amount) as decimal(18, 2)) as amount             -- sum of the deals' values, in the account's currency
from scoped as s
cross join settings.night as n
left join labels as l on l.record_type = s.record_type and l.crm_stage = s.crm_stage
group by all
