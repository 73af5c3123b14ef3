-- The owners of the CRM, and which of them are reps.
--
-- A rep had an MQL or made a human touch in the last 28 days and is active in the CRM, or is named in the settings.
-- grain: owner_id
-- check: share between 0 and 1
with said as (
    select r.* from files.reps as r
    union all
    select r.* from hubspot.reps as r
    union all
    select r.* from salesforce.reps as r
),
recent as (
    select n.as_of, n.as_of - 27 as since_on, n.timezone from settings.night as n
),
rounds as (
    select
        e.record_id,
        e.entered_on,
        e.entered_at + interval 15 minute as settled_at,
        lead(e.entered_at) over (partition by e.record_id order by e.entered_at) as next_round_at
    from funnel.explicit_entries as e
    join settings.stages as s on s.stage = e.stage and s.is_handover
    where e.record_type = 'person'
),
received as (
    -- The owner a quarter of an hour after the entry, else the first later one of the round.
    select o.owner_id
    from rounds as r
    cross join recent as c
    join funnel.owner_spans as o on o.record_type = 'person' and o.record_id = r.record_id
        and coalesce(o.to_at > r.settled_at, true)
        and coalesce(o.from_at <= r.settled_at or o.from_at < r.next_round_at or r.next_round_at is null, true)
    where r.entered_on >= c.since_on
    qualify row_number() over (
        partition by r.record_id, r.settled_at
        order by case when coalesce(o.from_at <= r.settled_at, true) then 0 else 1 end,
            case when o.from_at > r.settled_at then o.from_at end, o.from_at desc nulls last, o.owner_id
    ) = 1
),
mql_owners as (
    select distinct r.owner_id from received as r
),
touched as (
    select distinct t.owner_id
    from funnel.touches as t
    cross join recent as c
    where not t.is_automated
        and cast((t.touched_at at time zone 'UTC') at time zone c.timezone as date) >= c.since_on
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
left join mql_owners as v on v.owner_id = s.owner_id
left join touched as t on t.owner_id = s.owner_id
left join named as i on i.owner_key = lower(substr(s.owner_id, strpos(s.owner_id, ':') + 1))
left join named as m on m.owner_key = lower(trim(s.name))
