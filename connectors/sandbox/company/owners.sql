-- owners: reps, who left, a queue, the marketing machine, two managers.
create table company.owners as
with first_names(place, name) as (
    values (0, 'Aïcha'), (1, 'Björn'), (2, 'Chloé'), (3, 'David'), (4, 'Ewa'), (5, '芳子'), (6, 'Georgios'),
        (7, 'Hélène'), (8, 'Ibrahim'), (9, 'Jürgen'), (10, 'Katarzyna'), (11, 'Łukasz')
),
last_names(place, name) as (
    values (0, 'Ångström'), (1, 'Ben Salah'), (2, 'Çelik'), (3, 'D''Souza'), (4, 'Ferreira'), (5, '田中'), (6, 'Müller')
),
reps as (
    select e.slot as owner_no, e.slot, cast(null as timestamp) as left_at
    from drawn.efforts as e
    where e.slot < getvariable('reps')
    union all
    select 1000 + s.number, getvariable('reps'), spell_end(s.number)
    from (
        select unnest(generate_series(
            spell(cast(getvariable('ends_on') - 740 as timestamp)), spell(cast(getvariable('ends_on') + 1200 as timestamp))
        )) as number
    ) as s
)
select
    r.owner_no,                                             -- reps from 1; those whose place changes hands from 1000
    f.name || ' ' || l.name as name,
    'rep' || r.owner_no || '@vendor.example' as email,
    ['Inbound', 'Mid-market', 'Équipe Sud'][1 + r.slot % 3] as team,
    'rep' as kind,                                          -- rep, queue, integration or manager
    r.left_at is null or r.left_at > cast(getvariable('ends_on') + 1 as timestamp) as is_active,
    r.left_at                                               -- NULL: stays
from reps as r
join first_names as f on f.place = r.owner_no % 12
join last_names as l on l.place = r.owner_no % 7
union all
values
    (901, 'Inbound queue', 'queue@vendor.example', 'Inbound', 'queue', true, null),
    (902, 'Marketing automation', 'automation@vendor.example', null, 'integration', true, null),
    (903, 'Zoë Marketing', 'zoe@vendor.example', 'Marketing', 'manager', true, null),
    (904, 'Sales Director', 'director@vendor.example', 'Sales', 'manager', true, null);
