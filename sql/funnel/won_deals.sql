-- The won deals as the average deal sees them.
-- grain: deal_id
select
    d.deal_id,                                                  -- `<source>:<crm id>`
    d.segment,                                                  -- the segment it counts in; NULL: no segments
    d.origin,                                                   -- marketing or sales
    d.booked_on,                                                -- day its revenue counts on; NULL: not dated
    cast(d.amount as double) as amount,                         -- in the deal's currency; NULL: not known
    cast(d.amount_in_currency as double) as amount_in_currency  -- in the account's currency; NULL: not known, or no rate
from funnel.deals as d
where d.is_won
