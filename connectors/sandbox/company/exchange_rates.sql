-- exchange_rates: units of the account's currency for one unit, from a month on; one currency has none.
create table company.exchange_rates as
select
    c.code as currency,
    cast(m.month as date) as from_on,
    cast(case when c.rate = 1 then 1 else round(c.rate * (0.95 + 0.1 * u('rate ' || c.code, year(m.month) * 12 + month(m.month))), 4) end as decimal(18, 6)) as rate
from drawn.currencies as c
cross join (
    select unnest(generate_series(date_trunc('month', getvariable('ends_on') - 760), date_trunc('month', getvariable('ends_on') + 730), interval 1 month)) as month
) as m
where c.rate is not null;
