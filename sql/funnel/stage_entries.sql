-- Every entry of a person or deal into a canonical stage: those the CRM shows, and those that a later one implies.
--
-- A record that enters a later stage has passed the earlier ones: those it never entered are imputed, at the same
-- moment and with round 0. A deal is such evidence for its people, too.
-- grain: record_type, record_id, stage, round
-- check: round >= 0
-- check: (round = 0) = (evidence = 'imputed')
with last_people_stage as (
    select max(s.position) as position from settings.stages as s where s.unit = 'people'
),
deal_evidence as (
    select d.person_id as record_id, min(e.entered_at) as entered_at, min(e.recorded_at) as recorded_at
    from funnel.deal_people as d
    join funnel.explicit_entries as e on e.record_type = 'deal' and e.record_id = d.deal_id
    where d.weight > 0
    group by d.person_id
),
later as (
    select e.record_type, e.record_id, e.position, e.entered_at, e.recorded_at
    from funnel.explicit_entries as e
    union all
    -- A deal stands just beyond the last stage of people.
    select 'person' as record_type, d.record_id, l.position + 1 as position, d.entered_at, d.recorded_at
    from deal_evidence as d
    cross join last_people_stage as l
),
implied as (
    select
        l.record_type,
        l.record_id,
        s.stage,
        l.entered_at,
        l.recorded_at,
        row_number() over (
            partition by l.record_type, l.record_id, s.stage order by l.entered_at, l.position
        ) as nearest
    from later as l
    join settings.stages as s on s.position < l.position
        and s.unit = case l.record_type when 'deal' then 'deals' else 'people' end
)
select
    e.record_type,                          -- person or deal
    e.record_id,                            -- the person's or deal's id
    e.stage,                                -- canonical stage entered
    e.round,                                -- 1 for the first entry, 2 for the next; 0 imputed
    e.entered_at,                           -- UTC instant of the entry
    e.left_at,                              -- UTC instant it left for another stage; NULL: it has not
    e.recorded_at,                          -- UTC instant the CRM knew of it
    e.evidence,                             -- history, stage_date, conversion or imputed
    e.moved_by                              -- person, automation, import or unknown
from funnel.explicit_entries as e
union all
select
    i.record_type,
    i.record_id,
    i.stage,
    cast(0 as bigint) as round,
    i.entered_at,
    i.entered_at as left_at,
    i.recorded_at,
    'imputed' as evidence,
    'unknown' as moved_by
from implied as i
where i.nearest = 1
    and not exists (
        select 1 from funnel.explicit_entries as e
        where e.record_type = i.record_type and e.record_id = i.record_id and e.stage = i.stage
    )
