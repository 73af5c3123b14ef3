with listed as (
    select l.label, min(list_position(['qualification', 'discovery', 'evaluation', 'proposal', 'negotiation', 'legal', 'sales_won', 'sales_lost', 'enterprise_won', 'enterprise_lost'], l.crm_stage)) as place,
        any_value(f.probability) as probability, any_value(f.forecast) as forecast
    from org.labels as l join org._stage_facts as f on f.crm_stage = l.crm_stage
    where l.from_at < timestamp '{at}' and l.to_at >= timestamp '{at}'
    group by l.label
    union all
    -- One that nobody uses any more.
    select 'Perception Analysis', 20, 70, 'Pipeline'
)
select
    org.id18('01J', 100 + l.place) as "Id",
    l.label as "MasterLabel",
    l.label as "ApiName",
    l.place < 20 as "IsActive",
    l.place as "SortOrder",
    l.forecast in ('Closed', 'Omitted') as "IsClosed",
    l.forecast = 'Closed' as "IsWon",
    l.forecast as "ForecastCategory",
    l.forecast as "ForecastCategoryName",
    cast(l.probability as double) as "DefaultProbability",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from listed as l
