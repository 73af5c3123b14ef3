-- Owners, and which are reps: those with an MQL or an attempt of their own in the last 28 days.
with received as (
    select s.owner_id
    from truth.explicit_entries as e
    join truth.owner_spans as s on s.record_type = 'person' and s.record_id = '{source}:' || e.record_no
        -- Whose an MQL is, is settled a quarter of an hour after it became one.
        and s.from_at <= e.entered_at + interval 15 minute and coalesce(s.to_at > e.entered_at + interval 15 minute, true)
    where e.record_type = 'person' and e.stage = 'mql' and e.entered_at >= timestamp '{at}' - interval 28 day
),
busy as (
    select r.owner_id from received as r
    union
    select t.owner_id from truth.touches as t where t.is_attempt and t.touched_at >= timestamp '{at}' - interval 28 day
)
select '{source}:' || o.owner_no as owner_id, o.name, o.team, o.is_active, b.owner_id is not null as had_work
from visible.owners as o
left join busy as b on b.owner_id = '{source}:' || o.owner_no
