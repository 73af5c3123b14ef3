-- Every entry, those included that a later stage, or a person's deal, implies.
with evidence as (
    select e.record_type, e.record_no, e.position, e.entered_at from truth.explicit_entries as e
    union all
    -- A deal is beyond all stages of people.
    select 'person', l.person_no, 5, e.entered_at
    from truth.deal_people as l
    join truth.explicit_entries as e on e.record_type = 'deal' and e.record_no = l.deal_no
    where l.weight > 0
),
passed as (
    select r.record_type, r.record_no, s.place as position, s.stage, min(r.entered_at) as entered_at
    from evidence as r
    join (values (1, 'prospect', 'person'), (2, 'lead', 'person'), (3, 'mql', 'person'), (4, 'sql', 'person'), (5, 'opportunity', 'deal'))
        as s(place, stage, counted) on s.counted = r.record_type and s.place < r.position
    group by all
)
select e.record_type, '{source}:' || e.record_no as record_id, e.record_no, e.stage, e.round, e.entered_at, e.evidence, e.moved_by
from truth.explicit_entries as e
union all
select p.record_type, '{source}:' || p.record_no, p.record_no, p.stage, 0, p.entered_at, 'imputed', 'unknown'
from passed as p
anti join truth.explicit_entries as e on e.record_type = p.record_type and e.record_no = p.record_no and e.stage = p.stage
