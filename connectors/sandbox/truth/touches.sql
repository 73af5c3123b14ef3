-- Activities that have taken place and that the CRM knows of.
select
    '{source}:' || t.touch_no as touch_id,
    '{source}:' || t.person_no as person_id,
    '{source}:' || t.owner_no as owner_id,
    t.person_no,
    t.owner_no,
    t.kind,
    t.direction,
    t.outcome,
    t.is_automated,
    t.touched_at,
    t.recorded_at,
    -- What counts as an attempt by sales to reach the person.
    t.direction = 'outbound' and not t.is_automated and o.kind <> 'integration'
        and coalesce(t.outcome not in ('failed', 'bounced'), true)
        and not (t.kind = 'call' and coalesce(t.outcome = 'cancelled', false)) as is_attempt
from visible.touches as t
join visible.owners as o on o.owner_no = t.owner_no
where t.touched_at < '{at}'
