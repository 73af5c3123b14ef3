-- Each round as an MQL: whose it was, and when sales first tried to reach the person.
with rounds as (
    select e.record_no as person_no, e.round, e.entered_at,
        lead(e.entered_at) over (partition by e.record_no order by e.entered_at) as next_at
    from truth.explicit_entries as e where e.record_type = 'person' and e.stage = 'mql'
),
owned as (
    -- In force a quarter of an hour later, else the first to come before the next round.
    select r.person_no, r.round,
        coalesce(
            arg_max(s.owner_id, s.from_at) filter (where s.from_at <= r.entered_at + interval 15 minute),
            arg_min(s.owner_id, s.from_at) filter (where s.from_at > r.entered_at + interval 15 minute)
        ) as owner_id,
        coalesce(
            max(s.from_at) filter (where s.from_at <= r.entered_at + interval 15 minute),
            min(s.from_at) filter (where s.from_at > r.entered_at + interval 15 minute)
        ) as owned_from_at
    from rounds as r
    join truth.owner_spans as s on s.record_type = 'person' and s.record_id = '{source}:' || r.person_no
        and coalesce(s.from_at < r.next_at, true)
    group by r.person_no, r.round
),
reached as (
    select r.person_no, r.round, min(t.touched_at) as first_touch_at
    from rounds as r
    join truth.touches as t on t.person_no = r.person_no and t.is_attempt and t.touched_at >= r.entered_at
        and coalesce(t.touched_at < r.next_at, true)
    group by r.person_no, r.round
)
select
    '{source}:' || r.person_no as person_id,
    r.round,
    o.owner_id,
    r.entered_at as became_mql_at,
    -- Not greatest() alone: nobody's was never assigned.
    case when o.owner_id is not null then greatest(o.owned_from_at, r.entered_at) end as assigned_at,
    r.next_at as ended_at,
    f.first_touch_at,
    epoch(f.first_touch_at - r.entered_at) / 3600 as elapsed_hours_to_first_touch
from rounds as r
left join owned as o on o.person_no = r.person_no and o.round = r.round
left join reached as f on f.person_no = r.person_no and f.round = r.round
