-- Sales activities of the org: tasks that are done and events, with the person that their lead or contact is.
--
-- A conversion moves an activity from the lead to its contact: both are the same person.
-- grain: touch_id
with contacts as (
    select distinct p.contact_id, p.person_id from salesforce.leads_as_people as p where p.contact_id is not null
),
done as (
    select a.*, coalesce(l.person_id, c.person_id) as person_id
    from raw_salesforce.activities as a
    left join salesforce.leads_as_people as l on l.lead_id = a.who_id
    left join contacts as c on c.contact_id = a.who_id
    where a.kind is not null and a.is_done and a.happened_at is not null
),
worded as (
    select
        d.*,
        coalesce(lower(d.direction) = 'inbound', false) as is_inbound,
        case
            when d.kind = 'email' and lower(d.direction) = 'inbound' then 'replied'
            when d.kind = 'email' and lower(d.outcome) = 'completed' then 'sent'
            -- A task that is done says no more than that.
            when d.kind in ('call', 'message') and lower(d.outcome) = 'completed' then null
            else lower(d.outcome)
        end as word
    from done as d
    where d.person_id is not null
)
select
    'salesforce:' || w.activity_id as touch_id,             -- `salesforce:` and Salesforce's id
    w.person_id,                                            -- the person touched
    'salesforce:' || w.owner as owner_id,                   -- who did it
    w.kind,                                                 -- call, email, meeting or message
    case when w.is_inbound then 'inbound' else 'outbound' end as direction,     -- outbound unless Salesforce says inbound
    w.word as outcome,                                      -- how it ended, lower case
    w.is_mass or coalesce(u.kind = 'integration', false) as is_automated,       -- whether a machine did it, or it went to many at once
    false as is_imported,                                   -- whether it was brought in with an import: Salesforce does not tell
    case
        when w.word in ('connected', 'held', 'replied', 'completed') then true
        when w.word in ('no answer', 'busy', 'voicemail', 'left voicemail', 'left live message', 'wrong number', 'bounced', 'failed', 'cancelled', 'canceled', 'no show') then false
    end as reached,                                         -- whether the person was reached; NULL: the outcome does not say
    w.happened_at as touched_at,                            -- UTC instant of the activity
    coalesce(w.created_at, w.happened_at) as recorded_at    -- UTC instant the CRM knew of it
from worded as w
left join raw_salesforce.owners as u on u.owner_id = w.owner
