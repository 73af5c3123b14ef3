"""The simulated company has every kind of dirt that real CRMs have."""

import pytest

# What is dirty, as FROM and WHERE of its rows.
DIRT = {
    "skipped stages": """company.person_moves as m where crm_stage = 'opportunity' and not exists (
        select 1 from company.person_moves as s where s.person_no = m.person_no and s.crm_stage like 'mql%')""",
    "recycled MQLs": """company.person_moves as m where crm_stage = 'mql_new' and exists (
        select 1 from company.person_moves as s
        where s.person_no = m.person_no and s.crm_stage = 'nurture' and s.moved_at < m.moved_at)""",
    "backward moves": """company.person_moves as m where crm_stage = 'mql_working' and exists (
        select 1 from company.person_moves as s
        where s.person_no = m.person_no and s.crm_stage = 'sql' and s.moved_at < m.moved_at)""",
    "two CRM stages for one canonical stage": """company.person_moves as m where crm_stage = 'mql_working' and exists (
        select 1 from company.person_moves as s where s.person_no = m.person_no and s.crm_stage = 'mql_new')""",
    "a stage that means nothing in the funnel": "company.person_moves where crm_stage = 'on_hold'",
    "people without a stage": "company.people where person_no not in (select person_no from company.person_moves)",
    "merged people": "company.people where merged_at is not null",
    "deleted people": "company.people where deleted_at is not null and restored_at is null",
    "restored people": "company.people where restored_at is not null",
    "erased people": "company.people where erased_at is not null",
    "deleted deals": "company.deals where deleted_at is not null",
    "restored deals": "company.deals where restored_at is not null",
    "deleted touches": "company.touches where deleted_at is not null",
    "deals with no person": "company.deals where deal_no not in (select deal_no from company.deal_people)",
    "deals of several people": "(select 1 from company.deal_people group by deal_no having count(*) > 1)",
    "people with several deals": "(select 1 from company.deal_people group by person_no having count(*) > 1)",
    "links taken away again": "company.deal_people where to_at is not null",
    "sales-sourced deals": """company.deals as d
        join company.people as p on d.deal_no = 10 * p.person_no and p.created_by = 'person'""",
    "reopened deals": """company.deal_moves as m where crm_stage like '%lost' and exists (
        select 1 from company.deal_moves as s where s.deal_no = m.deal_no and s.moved_at > m.moved_at)""",
    "zero amounts": "company.deals where amount = 0",
    "missing amounts": "company.deals where amount is null",
    "negative amounts": "company.deals where amount < 0",
    "several currencies": "(select 1 from company.deals having count(distinct currency) >= 5)",
    "a currency without a rate": """company.deals
        where currency not in (select currency from company.exchange_rates)""",
    "moves at midnight": "company.person_moves where to_local(moved_at) = date_trunc('day', to_local(moved_at))",
    "moves at clock changes": """company.person_moves where moved_at in (
        timestamp '2025-03-30 01:00', timestamp '2025-10-26 01:00', timestamp '2026-03-29 01:00')""",
    "imports at one instant": """(
        select 1 from company.people where created_by = 'import' group by created_at having count(*) > 1)""",
    "bulk edits at one instant": """(
        select 1 from company.person_moves where moved_by = 'import' and crm_stage = 'nurture'
        group by moved_at having count(*) > 10)""",
    "reassigned owners": """(
        select 1 from company.person_owners where owner_no < 900 group by person_no having count(*) > 1)""",
    "queue owners": "company.person_owners join company.owners using (owner_no) where kind = 'queue'",
    "owners who left": "company.owners where not is_active",
    "people nobody owns": "company.people where person_no not in (select person_no from company.person_owners)",
    "automated touches": "company.touches where is_automated",
    "inbound touches": "company.touches where direction = 'inbound'",
    "late-recorded activities": "company.touches where recorded_at > touched_at + interval 1 hour",
    "meetings in the calendar before they take place": """company.touches
        where kind = 'meeting' and recorded_at < touched_at""",
    "Unicode": "company.people where lead_source = 'Partner 合作伙伴' and last_name like '%Nguyễn%'",
    "commas and quotes in names": "company.people where last_name like '%,%' or last_name like '%\"%'",
    "a renamed stage": "(select 1 from company.stages group by crm_stage having count(distinct label) > 1)",
    "moves by automation, people and imports": """(
        select 1 from company.person_moves having count(distinct moved_by) = 3)""",
}


@pytest.mark.parametrize("dirt", DIRT)
def test_the_company_has(value, dirt):
    assert value(f"select count(*) from {DIRT[dirt]}") > 0
