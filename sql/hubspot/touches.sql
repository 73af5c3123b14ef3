-- Sales activities of the portal: one for each contact behind it; the first keeps the activity's own id.
--
-- Calls' dispositions are HubSpot's own by their ids, and a portal's by their labels; without one, the call's status
-- says how it ended.
-- grain: touch_id
with reached as (
    select
        a.*,
        l.contact_id,
        row_number() over (partition by a.kind, a.activity_id order by cast(l.contact_id as bigint)) as place
    from raw_hubspot.activities as a
    join raw_hubspot.links as l on l.record_type = a.kind and l.record_id = a.activity_id
    join raw_hubspot.contacts as c on c.contact_id = l.contact_id
    where a.happened_at is not null
),
worded as (
    select
        r.*,
        case
            when r.kind = 'call' and upper(r.status) = 'FAILED' then 'failed'
            when r.kind = 'call' and upper(r.status) in ('CANCELED', 'CANCELLED') then 'cancelled'
            when r.kind = 'call' then coalesce(case lower(r.outcome)
                when '9d9162e7-6cf3-4944-bf63-4dff82258764' then 'busy'
                when 'f240bbac-87c9-4f6e-bf70-924b57d47db7' then 'connected'
                when 'a4c4c377-d246-4b32-a13b-75a56a4cd0ff' then 'left live message'
                when 'b2cf5968-551e-4856-9783-52b3da59a7d0' then 'voicemail'
                when '73a0d17f-1163-4015-bdd5-ec830791da20' then 'no answer'
                when '17b47fee-58de-441e-a44c-c6300d46f273' then 'wrong number'
            end, lower(o.label), case upper(r.status) when 'NO_ANSWER' then 'no answer' when 'BUSY' then 'busy' when 'MISSED' then 'no answer'
                when 'COMPLETED' then 'connected' end)
            when r.kind = 'email' and upper(r.direction) = 'INCOMING_EMAIL' then 'replied'
            when r.kind = 'email' then lower(r.status)
            when r.kind = 'meeting' then case upper(r.outcome) when 'COMPLETED' then 'held' when 'NO_SHOW' then 'no show'
                when 'CANCELED' then 'cancelled' when 'CANCELLED' then 'cancelled' when 'SCHEDULED' then null
                else lower(r.outcome) end
        end as word
    from reached as r
    left join raw_hubspot.options as o on o.kind = 'call_disposition' and o.value = r.outcome and r.kind = 'call'
)
select
    'hubspot:' || w.kind || ':' || w.activity_id || case when w.place > 1 then ':' || w.contact_id else '' end as touch_id,  -- `hubspot:`, the kind and HubSpot's id
    'hubspot:' || w.contact_id as person_id,                -- the person touched
    'hubspot:' || w.owner as owner_id,                      -- who did it
    w.kind,                                                 -- call, email, meeting or message
    case when upper(w.direction) in ('INBOUND', 'INCOMING_EMAIL') then 'inbound' else 'outbound' end as direction,  -- outbound unless HubSpot says inbound
    w.word as outcome,                                      -- how it ended, lower case
    coalesce(upper(w.made_by) in ('AUTOMATION_PLATFORM', 'WORKFLOWS', 'MARKETING_EMAIL', 'SEQUENCES', 'EMAIL_INTEGRATION_AUTOMATION', 'BOT', 'INTEGRATION'), false) as is_automated,  -- whether a machine did it
    coalesce(upper(w.made_by) in ('IMPORT', 'MIGRATION'), false) as is_imported,    -- whether it was brought in with an import
    case
        when w.word in ('connected', 'held', 'replied') then true
        when w.word in ('no answer', 'busy', 'voicemail', 'left live message', 'wrong number', 'bounced', 'failed', 'cancelled', 'no show') then false
    end as reached,                                         -- whether the person was reached; NULL: the outcome does not say
    w.happened_at as touched_at,                            -- UTC instant of the activity
    coalesce(w.created_at, w.happened_at) as recorded_at    -- UTC instant the CRM knew of it
from worded as w
