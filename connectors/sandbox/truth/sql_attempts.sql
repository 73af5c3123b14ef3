-- Calls and e-mails in the 14 days after each entry as an SQL.
with rounds as (
    select e.record_no as person_no, e.round, e.entered_at from truth.explicit_entries as e
    where e.record_type = 'person' and e.stage = 'sql'
)
select
    '{source}:' || r.person_no as person_id,
    r.round,
    r.entered_at as became_sql_at,
    count(*) filter (where t.kind = 'call') as call_attempts,
    count(*) filter (where t.kind = 'email') as emails
from rounds as r
left join truth.touches as t on t.person_no = r.person_no and t.is_attempt
    and t.touched_at >= r.entered_at and t.touched_at < r.entered_at + interval 14 day
group by r.person_no, r.round, r.entered_at
