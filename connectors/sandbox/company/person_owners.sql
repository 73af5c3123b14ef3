-- person_owners: who owned a person from when on, until the next.
create table company.person_owners as
with handed as (
    select j.person_no, j.created_at, j.created_by, j.slot, j.is_sales, coalesce(case when j.skipped is distinct from 'mql' then j.mql_at end, j.sql_at) as handed_at
    from drawn.journeys as j
),
given as (
    select h.person_no, 903 as owner_no, h.created_at as from_at
    from handed as h where not h.is_sales and u('marketing owns', h.person_no) < 0.1
    union all
    select h.person_no, rep_in(h.slot, h.created_at), h.created_at
    from handed as h where h.is_sales
    union all
    select h.person_no, 901, h.handed_at
    from handed as h where not h.is_sales and h.handed_at is not null and u('owned', h.person_no) < 0.22
    union all
    select h.person_no, rep_in(h.slot, q.assigned_at), q.assigned_at
    from handed as h
    join (
        select
            k.person_no,
            case when u('owned', k.person_no) < 0.22
                then at_work(k.handed_at + to_seconds(cast(600 + floor(20000 * u('out of the queue', k.person_no)) as bigint)), 'out of the queue', k.person_no)
                else k.handed_at + to_seconds(cast(floor(600 * u('assigned', k.person_no)) as bigint)) end as assigned_at
        from handed as k where not k.is_sales and k.handed_at is not null and u('owned', k.person_no) < 0.95
    ) as q on q.person_no = h.person_no
    union all
    select h.person_no, 1 + (h.slot % cast(getvariable('reps') - 1 as bigint)),
        at_work(h.handed_at + wait(6, 0.9, 'reassigned', h.person_no), 'reassigned', h.person_no)
    from handed as h where h.handed_at is not null and u('reassigned', h.person_no) < 0.07 and u('owned', h.person_no) between 0.22 and 0.95
),
ordered as (
    -- Two at one instant: the CRM keeps the later written.
    select g.* from given as g
    qualify row_number() over (partition by g.person_no, g.from_at order by g.owner_no) = 1
),
spans as (
    select o.*, lead(o.from_at) over (partition by o.person_no order by o.from_at) as to_at from ordered as o
)
select s.person_no, s.owner_no, s.from_at from spans as s
union all
-- On the day a rep leaves, all of theirs go to one other, at one instant.
select s.person_no, 1, spell_end(s.owner_no - 1000)
from spans as s
where s.owner_no >= 1000 and (s.to_at is null or s.to_at > spell_end(s.owner_no - 1000));
