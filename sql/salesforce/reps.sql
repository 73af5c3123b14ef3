-- Users of the org, deactivated ones too, its queues, and every other owner that a record names.
-- grain: owner_id
with named as (
    select l.owner as id from raw_salesforce.leads as l
    union
    select o.owner as id from raw_salesforce.opportunities as o
    union
    select a.owner as id from raw_salesforce.activities as a
    union
    select u.owner_id as id from raw_salesforce.owners as u
)
select
    'salesforce:' || n.id as owner_id,          -- `salesforce:` and Salesforce's id
    coalesce(u.name, n.id) as name,             -- the name of the user or queue, else its id
    u.team,                                     -- the user's role
    coalesce(u.is_active and u.kind = 'user', false) as is_active   -- whether it is a person who can sign in
from named as n
left join raw_salesforce.owners as u on u.owner_id = n.id
where n.id is not null
