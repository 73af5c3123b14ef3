select
    org.id18('04w', row_number() over (order by r.currency, r.from_on)) as "Id",
    r.currency as "IsoCode",
    r.from_on as "StartDate",
    coalesce(lead(r.from_on) over (partition by r.currency order by r.from_on), date '9999-12-31') as "NextStartDate",
    cast(1.0 / r.rate as double) as "ConversionRate",
    cast(r.from_on as timestamp) as "CreatedDate",
    cast(r.from_on as timestamp) as "LastModifiedDate",
    cast(r.from_on as timestamp) as "SystemModstamp"
from company.exchange_rates as r
where r.from_on <= org.local_day(timestamp '{at}') and r.currency <> '{currency}'
