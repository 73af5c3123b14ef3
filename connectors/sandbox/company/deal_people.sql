-- deal_people: who stands behind a deal, from when to when.
create table company.deal_people as
with colleagues as (
    -- One of the thirty who came next. One on the way to a deal of their own, or one who is not for sales at all.
    select p.deal_no, j.person_no, p.created_at + interval 2 hour as from_at
    from drawn.plain as p
    join drawn.journeys as j on j.person_no = p.main_no + 1 + cast(floor(30 * u('colleague', p.deal_no)) as bigint)
    where u('several people', p.deal_no) < getvariable('several_people') * 2
        and j.created_at < p.created_at and not j.is_sales and (j.is_deal or not j.is_mql)
),
linked as (
    select p.deal_no, p.main_no as person_no, p.created_at as from_at, cast(null as timestamp) as to_at
    from drawn.plain as p where p.main_no is not null
    union all
    select c.deal_no, c.person_no, c.from_at,
        case when u('unlinked', c.deal_no) < 0.2 then at_work(c.from_at + interval 9 day, 'unlinked', c.deal_no) end
    from colleagues as c
)
select l.deal_no, l.person_no, l.from_at, l.to_at from linked as l;
