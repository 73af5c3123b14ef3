-- Sales activities of the exports.
-- grain: touch_id
select
    'files:' || t.id as touch_id,                           -- `files:` and the id in the export
    'files:' || t.person as person_id,                      -- the person touched
    'files:' || t.owner as owner_id,                        -- who did it
    t.kind,                                                 -- call, email, meeting or message
    case when lower(t.direction) in ('inbound', 'in', 'incoming', 'received') then 'inbound'
        else 'outbound' end as direction,                   -- outbound unless the export says inbound
    lower(t.outcome) as outcome,                            -- how it ended, as the CRM says, lower case
    coalesce(t.is_automated, false) as is_automated,        -- whether a machine did it
    false as is_imported,                                   -- exports do not say
    case when lower(t.outcome) in ('connected', 'completed', 'answered', 'held', 'replied', 'reached') then true
        when lower(t.outcome) in ('no answer', 'no_answer', 'busy', 'voicemail', 'left voicemail', 'left live message',
            'wrong number', 'bounced', 'failed', 'canceled', 'cancelled', 'no show') then false
        end as reached,                                     -- whether the person was reached; NULL: the outcome does not say
    t.touched_at,                                           -- UTC instant of the activity
    coalesce(t.logged_at, t.touched_at) as recorded_at      -- UTC instant the CRM knew of it
from raw_files.touches as t
where t.touched_at is not null and t.kind is not null
