-- A rate is units of the currency for one of the org's own, the other way round from the company's.
with latest as (
    select r.currency, arg_max(r.rate, r.from_on) as rate from company.exchange_rates as r
    where r.from_on <= org.local_day(timestamp '{at}') group by r.currency
)
select
    org.id18('01L', row_number() over (order by l.currency)) as "Id",
    l.currency as "IsoCode",
    cast(case when l.currency = '{currency}' then 1.0 else 1.0 / l.rate end as double) as "ConversionRate",
    2 as "DecimalPlaces",
    true as "IsActive",
    l.currency = '{currency}' as "IsCorporate",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
from latest as l
