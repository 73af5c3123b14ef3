-- What really became of those handed over long enough ago to have gone all the way, beside the product of tonight's rates.
--
-- The plan multiplies the rates of several steps, each measured on those who entered it lately. Where rates drift, or
-- deals of sales' own win more often than marketing's, that product is not the share of people who arrive.
-- grain: as_of
-- check: entered >= 0
-- check: product_low <= product_high
with steps as (
    select
        exp(sum(ln(c.rate * c.deals_per_person))) as product_of_rates,
        exp(sum(ln(greatest(c.rate_low, 1e-9) * c.deals_per_person))) as product_low,
        -- Who is late at one step may be early at the next, and arrive in time all the same: a twentieth of each step.
        exp(sum(ln(greatest(c.rate_high, 1e-9) * c.deals_per_person / 0.95))) as product_high,
        cast(sum(c.horizon_days) as integer) as days,
        count_if(c.status in ('not_mapped', 'no_denominator')) as unmeasured
    from reporting.conversion_rates as c
    join settings.night as n on n.as_of = c.as_of
    join settings.stages as s on s.stage = c.from_stage
    join settings.stages as h on h.is_handover and h.position <= s.position
    where c.segment is null
),
span as (
    select
        n.as_of,
        n.min_sample,
        h.stage as from_stage,
        l.stage as to_stage,
        s.*,
        n.as_of - s.days - cast(n.lookback_days - 1 as integer) as window_start,
        n.as_of - s.days as window_end
    from settings.night as n
    join settings.stages as h on h.is_handover
    join settings.stages as l on l.next_stage is null
    cross join steps as s
    where s.days is not null
),
people as (
    select t.record_id as person_id, t.reached_on, t.reached_on + s.days as last_day
    from funnel.stage_times as t
    join funnel.people as p on p.person_id = t.record_id and p.origin = 'marketing'
    join span as s on s.from_stage = t.stage and t.reached_on between s.window_start and s.window_end
    where t.record_type = 'person'
),
won as (
    -- What they buy again, years later, came of no rate.
    select sum(d.weight) as customers
    from people as p
    join funnel.deal_people as d on d.person_id = p.person_id and d.weight > 0
    join funnel.deals as l on l.deal_id = d.deal_id and l.is_won and l.booked_on <= p.last_day
),
cohort as (
    select
        (select count(*) from people) as entered,
        (select coalesce(sum(w.customers), 0.0) from won as w) as customers
),
judged as (
    select
        s.*,
        c.entered,
        c.customers,
        case
            when s.unmeasured > 0 or c.entered = 0 then 'no_denominator'
            when c.entered < s.min_sample then 'low_sample'
            else 'ok'
        end as status
    from span as s
    cross join cohort as c
)
select
    j.as_of,                                                    -- the day this night speaks for
    j.from_stage,                                               -- the stage at which marketing hands over
    j.to_stage,                                                 -- the last stage
    j.window_start,                                             -- first day of the cohort's entries
    j.window_end,                                               -- last day: since then each step's time to convert has passed
    j.entered,                                                  -- marketing's people who were at from_stage in the window
    j.customers,                                                -- records at to_stage that came of them within each step's time to convert, by weight
    j.customers / nullif(j.entered, 0) as observed_rate,        -- customers / entered; NULL: nobody entered
    j.product_of_rates,                                         -- of the rates, and of the deals a person
    j.product_low,                                              -- product of their lower ends
    j.product_high,                                             -- product of their upper ends, a twentieth of each step added
    j.status,                                                   -- no_denominator, low_sample or ok
    j.status = 'ok' and (
        j.customers + 2 * sqrt(j.customers + 1) < j.entered * j.product_low
        or j.customers - 2 * sqrt(j.customers) > j.entered * j.product_high
    ) as differs                                                -- whether the two differ by more than both their errors explain
from judged as j
