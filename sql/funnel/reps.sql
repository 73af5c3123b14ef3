-- The owners of the CRM, and which of them are reps.
--
-- A rep had an MQL or made a human touch in the last 28 days and is active in the CRM, or is named in the settings.
-- grain: owner_id
-- check: share between 0 and 1
with said as (
    select r.* from files.reps as r
    union all
    select r.* from hubspot.reps as r
),
recent as (
    select n.day_end_at, n.day_end_at - interval 28 day as since_at, n.as_of from settings.night as n
),
received as (
    select distinct o.owner_id
    from funnel.explicit_entries as e
    cross join recent as c
    join settings.stages as s on s.stage = e.stage and s.is_handover
    join funnel.owner_spans as o on o.record_type = 'person' and o.record_id = e.record_id
        and coalesce(o.to_at > e.entered_at, true)
    where e.record_type = 'person' and e.entered_at >= c.since_at
),
touched as (
    select distinct t.owner_id
    from funnel.touches as t
    cross join recent as c
    where t.touched_at >= c.since_at and not t.is_automated
),
named as (
    select p.owner_key, p.share
    from settings.rep_shares as p
    cross join recent as c
    where p.share_from <= c.as_of
    qualify row_number() over (partition by p.owner_key order by p.share_from desc) = 1
)
select
    s.owner_id,                             -- `<source>:<crm id>`
    s.name,                                 -- the owner's name
    s.team,                                 -- the owner's team; NULL: none
    s.is_active,                            -- whether the CRM shows the owner as active
    coalesce(i.share, m.share) is not null
        or s.is_active and (v.owner_id is not null or t.owner_id is not null) as is_rep,    -- whether the owner counts as a rep
    coalesce(i.share, m.share, 1.0) as share    -- share of full time, 0..1
from said as s
left join received as v on v.owner_id = s.owner_id
left join touched as t on t.owner_id = s.owner_id
left join named as i on i.owner_key = lower(split_part(s.owner_id, ':', 2))
left join named as m on m.owner_key = lower(trim(s.name))
