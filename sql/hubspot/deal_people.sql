-- Which contacts stand behind which deal.
-- grain: deal_id, person_id
select
    'hubspot:' || l.record_id as deal_id,       -- `hubspot:` and the deal's id
    'hubspot:' || l.contact_id as person_id,    -- `hubspot:` and the contact's id
    false as is_conversion                      -- whether this person was converted into this deal and takes all of it
from raw_hubspot.links as l
join hubspot.deals as d on d.deal_id = 'hubspot:' || l.record_id
join raw_hubspot.contacts as c on c.contact_id = l.contact_id
where l.record_type = 'deal'
