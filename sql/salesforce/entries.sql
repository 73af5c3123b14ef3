-- Moves of the org's people and opportunities into stages, with the canonical stage each one means.
--
-- A deal enters the first deal stage when it is created, where no stage of its own says so.
-- grain: record_type, record_id, entered_at, stage
with stages_of_deals as (
    select s.stage, row_number() over (order by s.position) as place from settings.stages as s where s.unit = 'deals' and s.next_stage is not null
),
moved as (
    select m.record_type, m.record_id, m.meaning, m.moved_at, m.evidence, m.moved_by
    from salesforce.moves as m
    where m.record_type = 'person' or m.record_id in (select d.deal_id from salesforce.deals as d)
    union all
    select 'deal' as record_type, d.deal_id as record_id, s.stage as meaning, d.created_at as moved_at,
        'stage_date' as evidence, 'unknown' as moved_by
    from salesforce.deals as d
    join stages_of_deals as s on s.place = 1
    where d.created_at is not null
        and not exists (
            select 1 from salesforce.moves as v
            where v.record_type = 'deal' and v.record_id = d.deal_id and v.moved_at <= d.created_at + interval 1 minute
        )
)
select
    m.record_type,                          -- person or deal
    m.record_id,                            -- the person's or deal's id
    case when m.meaning in ('disqualified', 'recycled', 'ignore') then null else m.meaning end as stage,    -- canonical stage entered; NULL: none
    m.moved_at as entered_at,               -- UTC instant of the move
    m.moved_at as recorded_at,              -- UTC instant the CRM knew of it: Salesforce dates a move when it is made
    m.evidence,                             -- history, stage_date or conversion
    m.moved_by                              -- person, automation or unknown
from moved as m
qualify row_number() over (
    partition by m.record_type, m.record_id, m.moved_at,
        case when m.meaning in ('disqualified', 'recycled', 'ignore') then null else m.meaning end
    order by m.evidence, m.moved_by
) = 1
