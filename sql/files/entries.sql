-- Moves of the exports' people and deals into CRM stages, with the canonical stage each one means.
--
-- People move by their stage dates, and by a dated status where no stage date says so; a status that is no stage of
-- the funnel ends the stay in the one before. A deal enters the first deal stage when it is created and the last when
-- it is won.
-- grain: record_type, record_id, stage
with stage_dates as (
    select d.id, d.stage, d.entered_at
    from raw_files.people_stage_dates as d
    join raw_files.people as p on p.id = d.id
    join settings.stages as s on s.stage = d.stage
),
dated_status as (
    select p.id, s.stage, p.status_at as entered_at
    from raw_files.people as p
    left join settings.mapping as m on m.crm_stage_key = lower(trim(p.status))
    left join settings.stages as s on s.stage = m.stage
    where p.status is not null and p.status_at is not null
        and not exists (select 1 from stage_dates as d where d.id = p.id and d.stage = s.stage)
),
moves as (
    select 'person' as record_type, 'files:' || d.id as record_id, d.stage, d.entered_at from stage_dates as d
    union all
    select 'person' as record_type, 'files:' || d.id as record_id, d.stage, d.entered_at from dated_status as d
    union all
    select 'deal' as record_type, d.deal_id as record_id, s.stage, d.created_at as entered_at
    from files.deals as d
    join settings.stages as s on s.unit = 'deals' and s.next_stage is not null
    where d.created_at is not null
    qualify row_number() over (partition by d.deal_id order by s.position) = 1
    union all
    select 'deal' as record_type, d.deal_id as record_id, s.stage, d.won_at as entered_at
    from files.deals as d
    join settings.stages as s on s.unit = 'deals' and s.next_stage is null
    where d.won_at is not null
)
select
    m.record_type,                          -- person or deal
    m.record_id,                            -- the person's or deal's id
    m.stage,                                -- canonical stage entered; NULL: none, or not mapped
    m.entered_at,                           -- UTC instant of the move
    m.entered_at as recorded_at,            -- UTC instant the CRM knew of it: exports do not say, so the move's own
    'stage_date' as evidence,               -- a date column of the export
    'unknown' as moved_by                   -- exports do not say who moved it
from moves as m
