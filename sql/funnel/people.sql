-- The living people of the CRM, one row each, with their stage today and whose they are.
--
-- `sales` when the first thing the CRM shows lies beyond the handover (a later stage, or a deal), or the lead
-- source is one of sales' own. The segment is fixed at the first handover entry.
-- grain: person_id
-- check: origin in ('marketing', 'sales')
with said as (
    select p.* from files.people as p
    union all
    select p.* from hubspot.people as p
    union all
    select p.* from salesforce.people as p
),
living as (
    select s.*
    from said as s
    cross join settings.night as n
    where s.created_at < n.day_end_at or s.created_at is null
),
handover as (
    select max(s.position) as position from settings.stages as s where s.is_handover
),
first_entry as (
    select e.record_id as person_id, e.position
    from funnel.explicit_entries as e
    where e.record_type = 'person'
    qualify row_number() over (partition by e.record_id order by e.entered_at, e.position) = 1
),
handed_over as (
    select e.record_id as person_id, min(e.entered_at) as handed_over_at
    from funnel.explicit_entries as e
    join handover as h on e.position = h.position
    where e.record_type = 'person'
    group by e.record_id
),
owned as (
    select o.person_id, o.owner_id
    from (
        select
            h.person_id,
            s.owner_id,
            row_number() over (partition by h.person_id order by s.from_at desc nulls last, s.owner_id) as newest
        from handed_over as h
        join funnel.owner_spans as s on s.record_type = 'person' and s.record_id = h.person_id
            and coalesce(s.from_at <= h.handed_over_at, true) and coalesce(s.to_at > h.handed_over_at, true)
    ) as o
    where o.newest = 1
),
with_deal as (
    select distinct d.person_id from funnel.deal_people as d where d.weight > 0
),
placed as (
    select
        l.*,
        s.stage as stage,
        f.position as first_position,
        w.person_id is not null as has_deal,
        coalesce(o.owner_id, l.owner_id) as segment_owner_id
    from living as l
    -- By its id, else by its label; what the account wrote down goes before what is built in.
    left join settings.mapping as i on i.crm_stage_key = lower(trim(l.crm_stage))
    left join settings.mapping as b on b.crm_stage_key = lower(trim(l.crm_stage_label))
    left join settings.stages as s on s.stage = case when not i.is_built_in then i.stage when not b.is_built_in then b.stage
        else coalesce(i.stage, b.stage) end
    left join first_entry as f on f.person_id = l.person_id
    left join with_deal as w on w.person_id = l.person_id
    left join owned as o on o.person_id = l.person_id
)
select
    p.person_id,                            -- `<source>:<crm id>`
    p.source_system,                        -- the source it was read from
    p.created_at,                           -- UTC instant it was created in the CRM; NULL: not known
    p.lead_source,                          -- where the person came from, as the CRM says
    p.owner_id,                             -- its owner today
    p.crm_stage,                            -- the CRM's own stage today, by id
    p.stage,                                -- the canonical stage today; NULL: none, or not mapped
    case n.segment_by
        when 'source' then coalesce(p.lead_source, '(none)')
        when 'owner' then coalesce(r.name, p.segment_owner_id, '(none)')
        when 'team' then coalesce(r.team, '(none)')
    end as segment,                         -- the segment it counts in; NULL: no segments
    case
        when x.lead_source_key is not null then 'sales'
        when h.position is null then 'marketing'
        when coalesce(p.first_position > h.position, p.has_deal) then 'sales'
        else 'marketing'
    end as origin                           -- marketing or sales
from placed as p
cross join settings.night as n
cross join handover as h
left join settings.sales_sources as x on x.lead_source_key = lower(trim(p.lead_source))
left join funnel.reps as r on r.owner_id = p.segment_owner_id
