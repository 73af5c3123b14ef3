-- journeys: each person's way through the funnel, one row each, before it is told as moves, deals and calls.
create table drawn.journeys as
with rated as (
    select p.person_no, p.created_at, p.created_by, p.lead_source, s.mql_to_sql, p.created_by = 'person' as is_sales
    from company.people as p
    join drawn.sources as s on s.name = p.lead_source
),
fated as (
    select
        r.*,
        not r.is_sales and u('lead', r.person_no) < getvariable('prospect_to_lead') as is_lead,
        u('mql', r.person_no) < getvariable('lead_to_mql') as would_mql,
        u('sql', r.person_no) < r.mql_to_sql as would_sql,
        u('opportunity', r.person_no) < getvariable('sql_to_opportunity') as would_deal,
        u('second round', r.person_no) as second_round,
        u('fate', r.person_no) as fate
    from rated as r
),
marketed as (
    select
        f.*,
        case when f.is_lead then by_hand_or_machine(f.created_at + wait(getvariable('to_lead_median'), getvariable('to_lead_sigma'), 'to lead', f.person_no), 'to lead', f.person_no) end as lead_at,
        f.is_lead and f.would_mql as is_mql
    from fated as f
),
qualified as (
    select
        m.*,
        case when m.is_mql then by_hand_or_machine(m.lead_at + wait(getvariable('to_mql_median'), getvariable('to_mql_sigma'), 'to mql', m.person_no), 'to mql', m.person_no) end as mql_at,
        m.is_sales or m.is_mql and m.would_sql as is_sql
    from marketed as m
),
recycled as (
    -- A recycled MQL leaves by hand, or with the quarter's bulk edit: a Monday at 07:00, all at one instant.
    select
        q.*,
        case
            when not q.is_mql or not (q.is_sql and q.second_round < getvariable('second_round_of_converted')
                or not q.is_sql and q.fate < getvariable('recycled')) then null
            when u('bulk', q.person_no) < 0.4 then to_utc(cast(
                date '2000-01-03' + cast(91 * (1 + floor((cast(to_local(q.mql_at + interval 14 day) as date) - date '2000-01-03') / 91)) as integer)
                as timestamp) + interval 7 hour)
            else at_work(q.mql_at + wait(getvariable('to_recycling_median'), getvariable('to_recycling_sigma'), 'to recycling', q.person_no), 'to recycling', q.person_no)
        end as recycled_at
    from qualified as q
),
returned as (
    select
        r.*,
        case when r.recycled_at is not null and (r.is_sql or r.second_round < getvariable('returned'))
            then by_machine(r.recycled_at + wait(getvariable('to_return_median'), getvariable('to_return_sigma'), 'to return', r.person_no), 'to return', r.person_no) end as mql_again_at
    from recycled as r
),
accepted as (
    select
        r.*,
        case
            when r.is_sales then r.created_at
            when r.is_sql then at_work(coalesce(r.mql_again_at, r.mql_at) + wait(getvariable('to_sql_median'), getvariable('to_sql_sigma'), 'to sql', r.person_no), 'to sql', r.person_no)
        end as sql_at,
        r.is_sql and r.would_deal as is_deal
    from returned as r
),
dealt as (
    select
        a.*,
        case when a.is_deal
            then at_work(a.sql_at + wait(getvariable('to_opportunity_median'), getvariable('to_opportunity_sigma'), 'to opportunity', a.person_no), 'to opportunity', a.person_no)
            end as deal_at,
        case
            when a.is_sql and not a.is_deal and a.fate < 0.5
                then at_work(a.sql_at + wait(18, 0.6, 'to disqualified', a.person_no), 'to disqualified', a.person_no)
            when a.is_mql and not a.is_sql and a.recycled_at is null and a.fate < getvariable('recycled') + getvariable('disqualified')
                then at_work(a.mql_at + wait(9, 0.8, 'to disqualified', a.person_no), 'to disqualified', a.person_no)
            when not a.is_sql and a.mql_again_at is not null and a.fate < 0.2
                then at_work(a.mql_again_at + wait(12, 0.7, 'to disqualified', a.person_no), 'to disqualified', a.person_no)
        end as disqualified_at
    from accepted as a
)
select
    d.*,
    -- The stage that the CRM never showed; the person had passed it all the same.
    case
        -- Of a rep's own people the CRM often shows nothing before the deal.
        when d.is_sales and d.is_deal and d.person_no % 3 = 0 then 'sql'
        when d.is_sales or d.recycled_at is not null or u('skipped', d.person_no) >= getvariable('skipped') then null
        when d.is_deal then ['lead', 'mql', 'sql'][1 + d.person_no % 3]
        when d.is_sql then ['lead', 'mql'][1 + d.person_no % 2]
        when d.is_mql then 'lead'
    end as skipped,
    1 + cast(floor(getvariable('reps') * u('rep', d.person_no)) as bigint) as slot,     -- the rep's place
    -- Back to MQL and forward again, on the way to the deal.
    case when d.is_deal and u('back', d.person_no) < 0.06 then at_work(d.sql_at + (d.deal_at - d.sql_at) * 0.3, 'back', d.person_no) end as back_at,
    case when d.is_deal and u('back', d.person_no) < 0.06 then at_work(d.sql_at + (d.deal_at - d.sql_at) * 0.7, 'forward', d.person_no) end as forward_at
from dealt as d;
