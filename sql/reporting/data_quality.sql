-- What in the CRM's data bends or hides a number, and what to do about it. Every night is kept.
-- grain: as_of, finding
-- check: records > 0
-- check: severity in ('info', 'warning')
-- plot: warnings: count(*) filter (where severity = 'warning')
with unmapped as (
    select 'person' as record_type, p.person_id as record_id, p.crm_stage
    from funnel.people as p
    union all
    select 'deal' as record_type, d.deal_id as record_id, d.crm_stage
    from funnel.deals as d
    where not d.is_won and not d.is_lost
),
labels as (
    select distinct 'person' as record_type, p.crm_stage, p.crm_stage_label from hubspot.people as p
    union
    select distinct 'deal' as record_type, d.crm_stage, d.crm_stage_label from hubspot.deals as d
    union
    select distinct 'person' as record_type, p.crm_stage, p.crm_stage_label from salesforce.people as p
    union
    select distinct 'deal' as record_type, d.crm_stage, d.crm_stage_label from salesforce.deals as d
),
unmapped_stages as (
    select u.record_type, u.record_id, u.crm_stage, l.crm_stage_label
    from unmapped as u
    left join labels as l on l.record_type = u.record_type and l.crm_stage = u.crm_stage
    where u.crm_stage is not null
        and not exists (
            select 1 from settings.mapping as m
            left join settings.stages as s on s.stage = m.stage
            where m.crm_stage_key in (lower(trim(u.crm_stage)), lower(trim(l.crm_stage_label)))
                -- A stage of people means nothing for a deal.
                and (u.record_type = 'person' or s.unit is distinct from 'people')
        )
),
entered as (
    select t.stage, bool_or(t.is_explicit) as is_explicit from funnel.stage_times as t group by t.stage
),
backward as (
    select distinct a.record_type, a.record_id
    from funnel.explicit_entries as a
    join funnel.explicit_entries as b on b.record_type = a.record_type and b.record_id = a.record_id
        and b.position > a.position and b.entered_on < a.entered_on
    where a.round = 1 and b.round = 1
    union
    select distinct 'person' as record_type, d.person_id as record_id
    from funnel.deal_people as d
    join funnel.explicit_entries as p on p.record_type = 'person' and p.record_id = d.person_id and p.unit = 'people'
    join funnel.explicit_entries as e on e.record_type = 'deal' and e.record_id = d.deal_id
    where d.weight > 0 and p.round = 1 and e.round = 1 and e.entered_on < p.entered_on
),
found as (
    select
        'unmapped_stage:' || u.record_type || ':' || u.crm_stage as finding,
        'warning' as severity,
        u.record_id,
        'Map it' || coalesce(' (' || nullif(u.crm_stage_label, u.crm_stage) || ')', '')
            || ': funnel.mapping: {"' || u.crm_stage || '": <a stage of yours, or ignore>}.' as remedy
    from unmapped_stages as u
    union all
    select 'no_stage:' || u.record_type, 'warning', u.record_id,
        'Give these records a stage in the CRM, or name the column that holds it in sources.'
    from unmapped as u
    where u.crm_stage is null
    union all
    select 'undated_win', 'warning', d.deal_id,
        'Fill in the closing date: these wins count as records but in no cohort and no average.'
    from funnel.deals as d
    where d.is_won and d.booked_on is null
    union all
    select 'undated_deal', 'info', d.deal_id,
        'Fill in the creation date: these deals count as records but in no cohort.'
    from funnel.deals as d
    where d.created_at is null and not d.is_won
    union all
    select 'win_without_amount', 'warning', d.deal_id,
        'Fill in the amount: the average deal leaves these wins out.'
    from funnel.deals as d
    where d.is_won and d.amount is null
    union all
    select 'win_not_positive', 'warning', d.deal_id,
        'Check the amount: it is zero or negative; these wins lower the paying share instead of the average deal.'
    from funnel.deals as d
    where d.is_won and d.amount <= 0
    union all
    select 'no_exchange_rate:' || coalesce(d.currency, '(none)'), 'warning', d.deal_id,
        'No rate turns this currency into the account''s own; these amounts are left out of every sum.'
    from funnel.deals as d
    where d.amount is not null and d.amount_in_currency is null
    union all
    select 'stages_out_of_order', 'info', b.record_id,
        'A later stage is dated before an earlier one; the days between them count as 0.'
    from backward as b
    union all
    select 'deal_without_person', 'info', d.deal_id,
        'Link these deals to the people behind them, else marketing gets no credit for them.'
    from funnel.deals as d
    where not exists (select 1 from funnel.deal_people as p where p.deal_id = d.deal_id)
        and exists (select 1 from settings.stages as s where s.unit = 'people')
    union all
    select 'stage_never_entered:' || s.stage, 'warning', cast(null as varchar),
        'The CRM shows no entry into this stage, so the rates around it are assumed: map it, or take it out of funnel.stages.'
    from settings.stages as s
    left join entered as e on e.stage = s.stage
    where not s.is_mapped and not coalesce(e.is_explicit, false)
    union all
    select 'end_to_end_differs', 'warning', cast(null as varchar),
        'Of ' || e.entered || ' people at ' || e.from_stage || ' from ' || e.window_start || ' to ' || e.window_end || ', '
            || cast(round(100 * e.observed_rate, 2) as varchar) || ' % came to ' || e.to_stage
            || '; the product of tonight''s rates is ' || cast(round(100 * e.product_of_rates, 2) as varchar)
            || ' %. The plan follows tonight''s rates: see in conversion_rates by night which step moved, and lengthen '
            || 'observe.lookback_days if that is not to last.'
    from reporting.end_to_end as e
    join settings.night as n on n.as_of = e.as_of
    where e.differs
    union all
    select 'replayed_values', 'info', cast(null as varchar),
        'This night was computed later: stages without dates, amounts and owners are those of the day it was computed.'
    from settings.night as n
    where n.is_replay
),
counted as (
    select f.finding, f.severity, f.record_id, f.remedy,
        row_number() over (partition by f.finding order by f.record_id) as place
    from found as f
),
summed as (
    select
        c.finding,
        min(c.severity) as severity,
        count(*) as records,
        string_agg(c.record_id, ', ' order by c.record_id) filter (where c.place <= 5) as example_ids,
        min(c.remedy) as remedy
    from counted as c
    group by c.finding
    union all
    select
        f.finding || ':' || f.setting as finding,
        case when f.finding in ('not_a_deal', 'duplicate_row', 'repeated_header', 'blank_row', 'above_header',
                'guessed_encoding', 'clock_change')
            then 'info' else 'warning' end as severity,
        f.records,
        f.example_ids,
        case f.finding
            when 'unreadable_cell' then 'Correct these cells in the export; they count as empty.'
            when 'other_currency' then 'These amounts bear the sign of another currency than their deal and count as empty; '
                || 'correct them, or let sources.files.deals.currency name the column with the code.'
            when 'duplicate_id' then 'The export holds these ids more than once; the last row of each counts.'
            when 'duplicate_row' then 'These rows are there more than once; each counts once.'
            when 'missing_id' then 'These rows have no id and are left out.'
            when 'shortened_id' then 'A spreadsheet has cut these ids short, so the rows are left out; '
                || 'export again, without opening and saving the file.'
            when 'not_a_deal' then 'These rows have neither a deal''s date nor its stage, so they are no deals; '
                || 'that is right where people and deals share a file.'
            when 'malformed_row' then 'These lines have another number of cells than the header, or a quote that is not '
                || 'closed, and are left out; correct them in the export.'
            when 'repeated_header' then 'The header comes again below; these lines are left out.'
            when 'blank_row' then 'These rows are blank and are left out.'
            when 'above_header' then 'These lines stand above the header and are left out.'
            when 'guessed_encoding' then 'These files are not UTF-8 and were read as Windows-1252; '
                || 'export them as UTF-8 if names look wrong.'
            when 'broken_characters' then 'These files hold bytes that are not UTF-8, shown as �; export them again.'
            when 'clock_change' then 'These times fall into the hour of a clock change; where it comes twice, the second '
                || 'counts, and one that is skipped counts an hour later.'
            else 'Check these rows in the export.'
        end as remedy
    from raw_files.findings as f
    union all
    select f.finding, f.severity, cast(1 as bigint) as records, cast(null as varchar) as example_ids, f.remedy
    from raw_hubspot.findings as f
    union all
    select f.finding, f.severity, cast(1 as bigint) as records, cast(null as varchar) as example_ids, f.remedy
    from raw_salesforce.findings as f
)
select
    n.as_of,                                -- the day this night speaks for
    s.finding,                              -- what was found, and where
    s.severity,                             -- warning: it bends a number; info: good to know
    cast(s.records as bigint) as records,   -- how many records, cells or stages
    s.example_ids,                          -- up to five of them, by id
    s.remedy                                -- what to do about it
from summed as s
cross join settings.night as n
where s.records > 0
