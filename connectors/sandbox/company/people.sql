-- people: who came when and from where, and what later became of the record itself.
create table company.people as
with arrived as (
    select unnest(range(a.first_no, a.next_no)) as person_no, a.day from drawn.arrivals as a
),
sourced as (
    select
        a.person_no,
        a.day,
        s.name as lead_source,
        case
            when s.name = getvariable('import_source') then 'import'
            when s.name = getvariable('sales_source') or u('entered by a rep', a.person_no) < getvariable('rep_entered')
                then 'person'
            else 'automation'
        end as created_by
    from arrived as a
    join drawn.sources as s on u('source', a.person_no) >= s.above and u('source', a.person_no) < s.below
),
created as (
    select
        s.*,
        case
            -- A week's list comes in at one instant.
            when s.created_by = 'import' then to_utc(date_trunc('week', s.day) + interval 34 hour)
            when s.created_by = 'person' then at_work(to_utc(cast(s.day as timestamp)), 'created', s.person_no)
            when u('created at midnight', s.person_no) < 0.005 then to_utc(cast(s.day as timestamp))
            else to_utc(cast(s.day as timestamp) + to_seconds(cast(
                floor(43200 * (u('hour', s.person_no) + u('other hour', s.person_no))) as bigint)))
        end as created_at
    from sourced as s
),
ends as (
    select
        c.*,
        case when u('merged', c.person_no) < getvariable('merged')
            then c.person_no + 1 + cast(floor(20 * u('merged into', c.person_no)) as bigint) end as twin_no,
        case when u('deleted', c.person_no) < getvariable('deleted')
            then at_work(c.created_at + wait(60, 0.9, 'deleted', c.person_no), 'deleted', c.person_no) end as deleted_at,
        case when u('erased', c.person_no) < getvariable('erased')
            then at_work(c.created_at + wait(90, 0.9, 'erased', c.person_no), 'erased', c.person_no) end as erased_at
    from created as c
)
select
    e.person_no,                                            -- counted from the epoch
    e.created_at,
    e.lead_source,
    ['Anaïs', 'Bjørn', 'Chiara', 'Dmitri', 'Eoghan', 'Fátima', 'Gül', '浩', 'Ingrid', 'José'][1 + e.person_no % 10] as first_name,
    ['O''Brien', 'Nguyễn', 'Süß', 'de la "Cruz"', 'Иванова', '王', 'Smith, Jr.'][1 + e.person_no % 7] || ' ' || e.person_no as last_name,
    'p' || e.person_no || '@customer.example' as email,
    e.created_by,                                           -- person, automation or import
    case when e.twin_no is null then e.deleted_at end as deleted_at,
    case when e.twin_no is null and u('restored', e.person_no) < getvariable('restored')
        then at_work(e.deleted_at + wait(5, 0.5, 'restored', e.person_no), 'restored', e.person_no) end as restored_at,
    case when e.twin_no is null then e.erased_at end as erased_at,    -- gone for good, on the person's demand
    t.person_no as merged_into,                             -- the record that survived; it is never merged itself
    case when t.person_no is not null
        then at_work(greatest(e.created_at, t.created_at) + wait(20, 1.0, 'merged', e.person_no), 'merged', e.person_no)
        end as merged_at
from ends as e
left join ends as t on t.person_no = e.twin_no and t.twin_no is null;
