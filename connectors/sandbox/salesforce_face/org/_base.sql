-- What does not depend on the moment: ids, and what becomes of each person as a lead and as a contact.
create schema if not exists org;
-- Ids of 15 characters, told apart by case, and three more that tell the case: one for each five characters.
create or replace macro org.digit(n, place) as cast((n // cast(pow(62, place) as bigint)) % 62 as integer);
create or replace macro org.sign(n, place) as
    substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + org.digit(n, place), 1);
create or replace macro org.upper_bit(n, place, bit) as case when org.digit(n, place) between 10 and 35 then bit else 0 end;
create or replace macro org.capital(text, place, bit) as case when ascii(substr(text, place, 1)) between 65 and 90 then bit else 0 end;
create or replace macro org.check_sign(bits) as substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + bits, 1);
create or replace macro org.id18(prefix, n) as
    prefix || '5g000' || org.sign(n, 6) || org.sign(n, 5) || org.sign(n, 4) || org.sign(n, 3) || org.sign(n, 2)
    || org.sign(n, 1) || org.sign(n, 0)
    || org.check_sign(org.capital(prefix, 1, 1) + org.capital(prefix, 2, 2) + org.capital(prefix, 3, 4))
    || org.check_sign(org.upper_bit(n, 6, 8) + org.upper_bit(n, 5, 16))
    || org.check_sign(org.upper_bit(n, 4, 1) + org.upper_bit(n, 3, 2) + org.upper_bit(n, 2, 4) + org.upper_bit(n, 1, 8)
        + org.upper_bit(n, 0, 16));
create or replace macro org.owner_id(owner_no) as
    case when owner_no = 901 then org.id18('00G', owner_no) else org.id18('005', owner_no) end;
create or replace macro org.local_day(moment) as cast((moment at time zone 'UTC') at time zone '{zone}' as date);
-- Text that a reader may take for something else.
create or replace macro org.tricky(n, plain) as
    case n % 41
        when 0 then 'Null' when 1 then 'True' when 2 then 'Line one' || chr(10) || 'line "two"'
        when 3 then 'Say "cheese" & Co, Inc.' when 4 then 'NUL' || chr(0) || 'byte' when 5 then '""' when 6 then ', ;' || chr(9) || '|'
        when 7 then 'Carriage' || chr(13) || chr(10) || 'return' when 8 then '=1+1' when 9 then 'back\slash ''quoted''' when 10 then 'null,"x"'
        when 11 then '合作伙伴 é ü' else plain
    end;

-- Who became what: the person's own conversion, and what a merge of two records made of them.
create or replace table org.persons as
with merges as (
    select p.person_no, p.merged_into as winner_no, p.merged_at from company.people as p where p.merged_at is not null
),
links as (
    select l.person_no, l.from_at, d.deal_no, d.created_at, l.deal_no // 10 = l.person_no as is_own
    from company.deal_people as l join company.deals as d on d.deal_no = l.deal_no
),
alone as (
    select
        p.person_no,
        min(l.created_at) filter (where l.is_own) as deal_at,
        min(l.from_at) as attached_at
    from company.people as p left join links as l on l.person_no = p.person_no group by p.person_no
),
last_moves as (
    select m.person_no, max(m.moved_at) as last_at from company.person_moves as m
    where m.crm_stage not in ('opportunity', 'customer') group by m.person_no
),
planned as (
    -- DuckDB's greatest() passes over NULL: who is attached to nothing is converted by nothing.
    select a.*, coalesce(a.deal_at, case when a.attached_at is not null then greatest(l.last_at + interval 1 hour, a.attached_at) end) as conv_at
    from alone as a left join last_moves as l on l.person_no = a.person_no
),
kinds as (
    select m.*,
        case
            when coalesce(l.attached_at >= m.merged_at, true) and coalesce(w.conv_at >= m.merged_at, true) then 'leads'
            when coalesce(l.attached_at >= m.merged_at, true) then 'into contact'
            when w.attached_at < m.merged_at then 'contacts'
            else 'takes contact'
        end as kind
    from merges as m
    join planned as l on l.person_no = m.person_no
    join planned as w on w.person_no = m.winner_no
),
-- Two losers cannot both lend the winner their contact: the second stays by itself.
merged as (
    select k.* from kinds as k
    qualify k.kind <> 'takes contact' or row_number() over (partition by k.winner_no, k.kind order by k.merged_at, k.person_no) = 1
),
grouped as (
    -- What a merged lead does later, the winner's lead does.
    select coalesce(m.winner_no, l.person_no) as lead_no, l.* from links as l
    left join merged as m on m.person_no = l.person_no and m.kind = 'leads'
),
converted as (
    select
        g.lead_no,
        min(g.created_at) filter (where g.is_own) as deal_at,
        arg_min(g.deal_no, (g.created_at, g.deal_no)) filter (where g.is_own) as deal_no,
        min(g.from_at) as attached_at
    from grouped as g group by g.lead_no
),
taking as (
    select m.winner_no as person_no, m.person_no as giver_no, m.merged_at from merged as m where m.kind = 'takes contact'
)
select
    p.person_no,
    m.kind as merge_kind,                                   -- leads, into contact, contacts, takes contact; NULL: not merged
    m.winner_no,
    m.merged_at,
    case when m.kind = 'leads' then null
        when m.kind = 'into contact' then m.merged_at
        when c.deal_at is not null then c.deal_at
        when c.attached_at is not null then greatest(c.attached_at, l.last_at + interval 1 hour)
        when t.merged_at is not null then greatest(t.merged_at, l.last_at + interval 1 hour) end as conv_at,
    case when m.kind is distinct from 'into contact' then c.deal_no end as conv_deal_no,
    case when m.kind = 'into contact' then m.winner_no when t.giver_no is not null then t.giver_no else p.person_no end as contact_no,
    case when m.kind = 'contacts' then m.winner_no end as later_contact_no,
    case when m.kind = 'leads' or m.kind is not distinct from 'into contact' then null
        else least(c.attached_at, c.deal_at) end as own_contact_at,
    -- What becomes of the winner's record becomes of the merged one's.
    coalesce(p.deleted_at, greatest(m.merged_at, w.deleted_at)) as deleted_at,
    coalesce(p.restored_at, greatest(m.merged_at, w.restored_at)) as restored_at,
    coalesce(p.erased_at, case when w.erased_at is not null then greatest(m.merged_at, w.erased_at) end) as erased_at
from company.people as p
left join merged as m on m.person_no = p.person_no
left join company.people as w on w.person_no = m.winner_no
left join converted as c on c.lead_no = p.person_no and m.kind is distinct from 'leads'
left join taking as t on t.person_no = p.person_no
left join (
    select coalesce(case when k.kind = 'leads' and v.moved_at >= k.merged_at then k.winner_no end, v.person_no) as person_no, max(v.moved_at) as last_at
    from company.person_moves as v left join merged as k on k.person_no = v.person_no
    where v.crm_stage not in ('opportunity', 'customer') group by 1
) as l on l.person_no = p.person_no;

-- Each lead's statuses in order, as it took them on; a converted lead takes on none.
create or replace table org.statuses as
with told as (
    select coalesce(case when k.merge_kind = 'leads' and v.moved_at >= k.merged_at then k.winner_no end, v.person_no) as lead_no,
        v.person_no, v.move_no, v.crm_stage, v.moved_at, v.moved_by
    from company.person_moves as v join org.persons as k on k.person_no = v.person_no
)
select t.*, 256 * t.person_no + t.move_no as place
from told as t join org.persons as p on p.person_no = t.lead_no
where coalesce(t.moved_at < p.conv_at, true)
union all
select p.person_no, p.person_no, 0, case when p.conv_deal_no is null then 'attached' else 'opportunity' end, p.conv_at, 'person', 256 * p.person_no + 90
from org.persons as p where p.conv_at is not null;

create or replace table org.labels as
select s.crm_stage, s.label, coalesce(s.from_at, timestamp '1900-01-01') as from_at, coalesce(s.to_at, timestamp '9999-01-01') as to_at
from company.stages as s where s.crm_stage <> 'proposal' and s.crm_stage <> 'customer'
union all
values
    -- A status for who has none, and one for who is converted without a deal of their own.
    ('unsorted', 'Unsorted', timestamp '1900-01-01', timestamp '9999-01-01'),
    ('attached', 'Attached to a deal', timestamp '1900-01-01', timestamp '9999-01-01'),
    -- Sales renamed its second stage.
    ('proposal', 'Proposal/Price Quote', timestamp '1900-01-01', timestamp '2026-01-01'),
    ('proposal', 'Proposal', timestamp '2026-01-01', timestamp '9999-01-01');
