-- Owners of the exports: those of the users file, and every owner a record or a touch names.
-- grain: owner_id
with named as (
    select owner as id from raw_files.people
    union
    select owner as id from raw_files.deals
    union
    select owner as id from raw_files.touches
    union
    select id from raw_files.reps
)
select
    'files:' || n.id as owner_id,           -- `files:` and the id in the export
    coalesce(r.name, n.id) as name,         -- the owner's name, else its id
    r.team,                                 -- the owner's team
    true as is_active                       -- exports do not say who left
from named as n
left join raw_files.reps as r on r.id = n.id
where n.id is not null
