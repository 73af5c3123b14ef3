-- People of the exports, in the shape every source shares.
--
-- Where the export has no status column, the stage of the latest stage date stands for the CRM stage.
-- grain: person_id
with dated as (
    select
        d.id,
        s.stage,
        row_number() over (partition by d.id order by d.entered_at desc, s.position desc) as newest
    from raw_files.people_stage_dates as d
    cross join settings.night as n
    join settings.stages as s on s.stage = d.stage
    where d.entered_at < n.day_end_at
)
select
    'files:' || p.id as person_id,                      -- `files:` and the id in the export
    'files' as source_system,                           -- the source it was read from
    p.created_at,                                       -- UTC instant it was created in the CRM
    p.source as lead_source,                            -- where the person came from, as the CRM says
    'files:' || p.owner as owner_id,                    -- its owner, `files:` and the id in the export
    coalesce(p.status, d.stage) as crm_stage,           -- the CRM's own status or stage today
    coalesce(p.status, d.stage) as crm_stage_label,     -- the same, as the CRM shows it
    cast(null as varchar) as crm_url                    -- the person's page in the CRM: exports have none
from raw_files.people as p
left join dated as d on d.id = p.id and d.newest = 1
