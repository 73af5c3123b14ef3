-- How many records stand where.
select 'person' as record_type, coalesce(p.crm_stage, '(none)') as crm_stage, p.stage, count(*) as records,
    cast(null as decimal(18, 2)) as amount
from truth.people as p group by all
union all
select 'deal', d.crm_stage, d.stage, count(*), sum(d.amount_in_currency) from truth.deals as d group by all
