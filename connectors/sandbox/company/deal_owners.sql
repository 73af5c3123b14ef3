-- deal_owners: who owned a deal from when on, until the next.
create table company.deal_owners as
select p.deal_no, rep_in(p.slot, p.created_at) as owner_no, p.created_at as from_at
from drawn.plain as p
union all
select p.deal_no, 1 + (p.slot % cast(getvariable('reps') - 1 as bigint)), at_work(p.created_at + interval 8 day, 'deal reassigned', p.deal_no)
from drawn.plain as p where u('deal reassigned', p.deal_no) < 0.06;
