-- How many people and deals entered each stage, week by week, as the CRM shows it tonight.
--
-- What happened in a week, for pace; never a conversion rate: the people of one week are not those of the next.
-- grain: week_start, stage, segment, origin
-- check: entered >= 0 and reentered >= 0 and imputed >= 0
with records as (
    select 'person' as record_type, p.person_id as record_id, p.segment, p.origin from funnel.people as p
    union all
    select 'deal' as record_type, d.deal_id as record_id, d.segment, d.origin from funnel.deals as d
),
scoped as (
    select r.record_type, r.record_id, cast(null as varchar) as segment, r.origin from records as r
    union all
    select r.record_type, r.record_id, r.segment, r.origin from records as r where r.segment is not null
),
entries as (
    select
        e.record_type,
        e.record_id,
        e.stage,
        e.round,
        cast((e.entered_at at time zone 'UTC') at time zone n.timezone as date) as entered_on
    from funnel.stage_entries as e
    cross join settings.night as n
    join settings.stages as s on s.stage = e.stage
        and s.unit = case e.record_type when 'deal' then 'deals' else 'people' end
)
select
    -- Older than the calendar: the Monday of the week.
    coalesce(c.week_start, cast(date_trunc('week', e.entered_on) as date)) as week_start,   -- first day of the week: Monday, or where a target's period begins
    e.stage,                                        -- the canonical stage
    r.segment,                                      -- the segment; NULL: the whole
    r.origin,                                       -- marketing or sales
    cast(count_if(e.round = 1) as bigint) as entered,       -- first entries that the CRM shows
    cast(count_if(e.round > 1) as bigint) as reentered,     -- later entries
    cast(count_if(e.round = 0) as bigint) as imputed        -- entries that a later stage implies
from entries as e
join scoped as r on r.record_type = e.record_type and r.record_id = e.record_id
left join settings.calendar as c on c.day = e.entered_on
group by all
