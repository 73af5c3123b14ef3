-- grain: person_no. Whose lead and contact what is done with a person hangs on today; a merged lead's on its winner's.
select
    p.person_no,
    coalesce(w.person_no, p.person_no) as lead_no,
    case when w.person_no is null then p.conv_at else w.conv_at end as conv_at,
    case when w.person_no is null then p.conv_deal_no else w.conv_deal_no end as conv_deal_no,
    case when w.person_no is null then p.contact_no else w.contact_no end as contact_no,
    p.merged_at,
    coalesce(w.deleted_at, p.deleted_at) as deleted_at,
    coalesce(w.restored_at, p.restored_at) as restored_at
from org._people_now as p
left join org._people_now as w on p.is_loser and w.person_no = p.winner_no
