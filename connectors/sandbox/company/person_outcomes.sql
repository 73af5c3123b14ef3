-- person_outcomes: who was sent back to marketing or given up, when and why.
create table company.person_outcomes as
select
    m.person_no,
    case m.crm_stage when 'nurture' then 'recycled' else 'disqualified' end as outcome,
    case when m.crm_stage = 'nurture' then ['Not now', 'No budget', 'Wrong timing – à rappeler'][1 + m.person_no % 3]
        else ['Competitor', 'Student', 'No answer', 'Bad data'][1 + m.person_no % 4] end as reason,
    m.moved_at as outcome_at
from company.person_moves as m
where m.crm_stage in ('nurture', 'disqualified');
