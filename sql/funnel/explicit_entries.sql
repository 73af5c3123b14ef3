-- Entries into canonical stages that the CRM itself shows, as of the night.
--
-- Consecutive CRM stages of one canonical stage are one entry; an entry from another stage, an unmapped one or
-- none opens a round.
-- grain: record_type, record_id, stage, round
-- check: round >= 1
with moves as (
    select e.* from files.entries as e
    union all
    select e.* from hubspot.entries as e
    union all
    select e.* from salesforce.entries as e
),
known as (
    select
        m.record_type, m.record_id, s.stage, s.position, s.unit,
        m.entered_at, m.recorded_at, m.evidence, m.moved_by
    from moves as m
    cross join settings.night as n
    -- A deal cannot be in a stage of people; a person's own later stages are evidence for the earlier ones.
    left join settings.stages as s on s.stage = m.stage and (m.record_type = 'person' or s.unit = 'deals')
    where m.entered_at < n.day_end_at
        and coalesce(m.recorded_at, m.entered_at) <= n.cut_off_at
),
ordered as (
    select
        k.*,
        lag(k.stage) over (
            partition by k.record_type, k.record_id
            order by k.entered_at, k.position nulls first, k.recorded_at, k.evidence, k.moved_by
        ) as came_from
    from known as k
),
entries as (
    select o.* from ordered as o where o.stage is not null and o.came_from is distinct from o.stage
),
leaving as (
    -- An unmapped stage ends the stay as well as a mapped one.
    select o.record_type, o.record_id, o.entered_at, o.position
    from ordered as o
    where o.came_from is distinct from o.stage
),
stays as (
    select
        l.record_type,
        l.record_id,
        l.entered_at,
        l.position,
        lead(l.entered_at) over (partition by l.record_type, l.record_id order by l.entered_at, l.position nulls first) as left_at
    from leaving as l
)
select
    e.record_type,                          -- person or deal
    e.record_id,                            -- the person's or deal's id
    e.stage,                                -- canonical stage entered
    e.position,                             -- the stage's place in the funnel, from 1
    e.unit,                                 -- people or deals, as counted at this stage
    row_number() over (partition by e.record_type, e.record_id, e.stage order by e.entered_at) as round,    -- 1 for the first entry
    e.entered_at,                           -- UTC instant of the entry
    cast((e.entered_at at time zone 'UTC') at time zone n.timezone as date) as entered_on,  -- its day in the account's time zone
    s.left_at,                              -- UTC instant it left for another stage; NULL: it has not
    e.recorded_at,                          -- UTC instant the CRM knew of it
    e.evidence,                             -- history, stage_date or conversion
    e.moved_by                              -- person, automation, import or unknown
from entries as e
cross join settings.night as n
join stays as s on s.record_type = e.record_type and s.record_id = e.record_id
    and s.entered_at = e.entered_at and s.position = e.position
