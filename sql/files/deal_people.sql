-- Which people of the exports stand behind which deal.
-- grain: deal_id, person_id
select
    'files:' || l.deal as deal_id,          -- `files:` and the deal's id in the export
    'files:' || l.person as person_id,      -- `files:` and the person's id in the export
    false as is_conversion                  -- whether this person was converted into this deal and takes all of it
from raw_files.deal_people as l
join raw_files.deals as d on d.id = l.deal
join raw_files.people as p on p.id = l.person
