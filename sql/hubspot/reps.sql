-- Owners of the portal: those it lists, deactivated ones too, and every other that a record names.
-- grain: owner_id
with named as (
    select c.owner as id from raw_hubspot.contacts as c
    union
    select d.owner as id from raw_hubspot.deals as d
    union
    select a.owner as id from raw_hubspot.activities as a
    union
    select o.owner_id as id from raw_hubspot.owners as o
)
select
    'hubspot:' || n.id as owner_id,             -- `hubspot:` and HubSpot's id
    coalesce(o.name, n.id) as name,             -- the owner's name, else its id
    o.team,                                     -- the owner's team
    coalesce(o.is_active, false) as is_active   -- whether the portal shows the owner as active
from named as n
left join raw_hubspot.owners as o on o.owner_id = n.id
where n.id is not null
