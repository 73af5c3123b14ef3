-- deals: one for each person who came that far, some with a second one, some with nobody; `drawn.plain` is how each went.
create table drawn.plain as
with begun as (
    select 10 * j.person_no as deal_no, j.person_no, j.person_no as main_no, j.deal_at as created_at, j.slot
    from drawn.journeys as j where j.is_deal
    union all
    select 10 * j.person_no + 1, j.person_no, j.person_no,
        at_work(j.deal_at + wait(70, 0.5, 'second deal', j.person_no), 'second deal', j.person_no), j.slot
    from drawn.journeys as j where j.is_deal and u('second deal', j.person_no) < getvariable('second_deal')
    union all
    select 10 * j.person_no + 2, j.person_no, null, at_work(j.deal_at + interval 3 day, 'lone deal', j.person_no), j.slot
    from drawn.journeys as j where j.is_deal and u('lone deal', j.person_no) < getvariable('deals_without_person')
),
decided as (
    select
        b.*,
        u('won', b.deal_no) < getvariable('opportunity_to_customer') as wins,
        u('reopened', b.deal_no) < getvariable('reopened') as is_reopened,
        at_work(b.created_at + wait(getvariable('to_loss_median'), getvariable('to_loss_sigma'), 'to loss', b.deal_no), 'to loss', b.deal_no) as first_loss_at
    from begun as b
),
reopened as (
    select
        d.*,
        case when d.is_reopened then at_work(d.first_loss_at + wait(20, 0.6, 'reopened', d.deal_no), 'reopened', d.deal_no) end as reopened_at
    from decided as d
)
select
    r.*,
    case when r.wins then at_work(coalesce(r.reopened_at, r.created_at)
        + wait(getvariable('to_win_median'), getvariable('to_win_sigma'), 'to win', r.deal_no), 'to win', r.deal_no) end as won_at,
    case when not r.wins and r.reopened_at is not null
        then at_work(r.reopened_at + wait(15, 0.5, 'lost again', r.deal_no), 'lost again', r.deal_no) end as second_loss_at
from reopened as r;
create table company.deals as
with valued as (
    select
        p.*,
        c.code as currency,
        u('amount kind', p.deal_no) as kind,
        round(getvariable('amount_median') * exp(getvariable('amount_sigma') * bell('amount', p.deal_no)), 2) as value,
        case when u('deleted deal', p.deal_no) < getvariable('deleted')
            then at_work(p.created_at + wait(30, 0.8, 'deleted deal', p.deal_no), 'deleted deal', p.deal_no) end as deleted_at
    from drawn.plain as p
    join drawn.currencies as c on u('currency', p.deal_no) >= c.above and u('currency', p.deal_no) < c.below
)
select
    v.deal_no,
    v.created_at,
    case when u('pipeline', v.deal_no) < 0.25 then 'enterprise' else 'sales' end as pipeline,
    cast(case
        when v.kind < getvariable('amount_missing') then null
        when v.kind < getvariable('amount_missing') + getvariable('amount_zero') then 0
        when v.kind < getvariable('amount_missing') + getvariable('amount_zero') + getvariable('amount_negative') then -v.value
        else v.value
    end as decimal(18, 2)) as amount,                       -- NULL: nobody filled it in
    v.currency,
    cast(to_local(v.created_at) as date) + 45 as close_date,    -- as planned; in `visible`, the day it closed once it did
    v.deleted_at,
    case when u('restored deal', v.deal_no) < getvariable('restored')
        then at_work(v.deleted_at + wait(4, 0.5, 'restored deal', v.deal_no), 'restored deal', v.deal_no) end as restored_at
from valued as v;
