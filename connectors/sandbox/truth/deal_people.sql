-- Whose a deal is, by weights that sum to 1.
with claims as (
    select
        l.deal_no,
        l.person_no,
        case
            -- Converted into the deal: all of it is theirs.
            when count(c.deal_no) > 0 then 4
            -- MQL or SQL: a person's own opportunity stage follows the deal and says nothing of who brought it.
            when min(e.entered_at) filter (where e.position in (3, 4)) <= d.created_at + interval 1 day then 3
            when count(e.entered_at) > 0 then 2
            else 1
        end as claim
    from visible.deal_people as l
    join visible.deals as d on d.deal_no = l.deal_no
    left join truth.explicit_entries as e on e.record_type = 'person' and e.record_no = l.person_no
    left join visible.conversions as c on c.deal_no = l.deal_no and c.person_no = l.person_no
    group by l.deal_no, l.person_no, d.created_at
)
select
    '{source}:' || c.deal_no as deal_id,
    '{source}:' || c.person_no as person_id,
    c.deal_no,
    c.person_no,
    case when c.claim = max(c.claim) over (partition by c.deal_no)
        then 1.0 / count(*) over (partition by c.deal_no, c.claim) else 0.0 end as weight
from claims as c
