with told as (
    select m.deal_no, 64 * m.deal_no + 2 * m.move_no as row_no, m.crm_stage, m.moved_at, m.move_no
    from company.deal_moves as m where m.recorded_at < timestamp '{at}'
    union all
    select z.deal_no, 64 * z.deal_no + 1, z.crm_stage, z.changed_at, 1 from org._postponed as z
)
select
    d.deleted_at as _gone_at,
    org.id18('008', t.row_no) as "Id",
    d.deleted_at is not null as "IsDeleted",
    org.id18('006', t.deal_no) as "OpportunityId",
    -- As the stage was called that day.
    l.label as "StageName",
    cast(d.amount as double) as "Amount",
    cast(d.amount * f.probability / 100 as double) as "ExpectedRevenue",
    case when f.forecast in ('Closed', 'Omitted') then org.local_day(t.moved_at) else d.planned_on end as "CloseDate",
    cast(f.probability as double) as "Probability",
    f.forecast as "ForecastCategory",
    d.currency as "CurrencyIsoCode",
    case when t.move_no > 1 then cast(d.amount as double) end as "PrevAmount",
    case when t.move_no > 1 then d.planned_on end as "PrevCloseDate",
    org.owner_id(d.owner_no) as "CreatedById",
    t.moved_at as "CreatedDate",
    t.moved_at as "SystemModstamp"
from told as t
join org._deals_now as d on d.deal_no = t.deal_no
join org._stage_facts as f on f.crm_stage = t.crm_stage
join org.labels as l on l.crm_stage = t.crm_stage and l.from_at <= t.moved_at and l.to_at > t.moved_at
