"""The ground truth of people made by hand: each number below can be counted in the comments."""

from datetime import date, datetime

import pytest

from connectors.sandbox.company import Company
from connectors.sandbox.truth import Truth, tell_truth

AT = datetime.fromisoformat("2026-06-30 22:00")

# Person 1: lead on 1 June, MQL on the 2nd, working on the 3rd (the same stage), back in nurture on the 10th, MQL again
# on the 15th, SQL on the 16th, deal 11 on the 20th, won on the 25th. Person 2: entered by a rep at the deal, no stage.
# Person 3: prospect only, colleague on deal 11. Person 4: MQL on 29 June, nobody called.
MADE_BY_HAND = """
    delete from company.people; delete from company.person_moves; delete from company.person_outcomes;
    delete from company.person_owners; delete from company.deals; delete from company.deal_moves;
    delete from company.deal_people; delete from company.deal_owners; delete from company.touches;
    insert into company.people
        select n, timestamp '2026-06-01 08:00', s, 'A', 'B', 'a@b.example', 'automation', null, null, null, null, null
        from (values (1, 'Website'), (2, 'Website'), (3, 'Website'), (4, 'Outbound')) as t(n, s);
    insert into company.person_moves
        select p, row_number() over (partition by p order by m), s, cast('2026-06-' || m as timestamp),
            cast('2026-06-' || m as timestamp), 'automation'
        from (values (1, 'lead', '01 08:00'), (1, 'mql_new', '02 09:00'), (1, 'mql_working', '03 09:00'),
            (1, 'nurture', '10 09:00'), (1, 'mql_new', '15 09:00'), (1, 'sql', '16 09:00'),
            (3, 'subscriber', '01 08:00'), (4, 'mql_new', '29 09:00')) as t(p, s, m);
    insert into company.person_outcomes values (1, 'recycled', 'Not now', '2026-06-10 09:00');
    insert into company.person_owners values
        (1, 901, '2026-06-02 09:00'), (1, 2, '2026-06-02 09:10'), (1, 3, '2026-06-15 11:00'),
        (4, 1, '2026-06-29 12:00');
    insert into company.deals values
        (11, '2026-06-20 10:00', 'sales', 1000, 'EUR', '2026-08-01', null, null),
        (12, '2026-06-21 10:00', 'sales', 500, 'USD', '2026-08-01', null, null);
    insert into company.deal_moves values
        (11, 1, 'qualification', '2026-06-20 10:00', '2026-06-20 10:00', 'person'),
        (11, 2, 'sales_lost', '2026-06-22 10:00', '2026-06-22 10:00', 'person'),
        (11, 3, 'negotiation', '2026-06-24 10:00', '2026-06-24 10:00', 'person'),
        (11, 4, 'sales_won', '2026-06-25 10:00', '2026-06-25 10:00', 'person'),
        (12, 1, 'qualification', '2026-06-21 10:00', '2026-06-21 10:00', 'person');
    insert into company.deal_people values
        (11, 1, '2026-06-20 10:00', null), (11, 3, '2026-06-20 12:00', null), (12, 2, '2026-06-21 10:00', null);
    insert into company.deal_owners values (11, 2, '2026-06-20 10:00'), (12, 3, '2026-06-21 10:00');
    insert into company.touches values
        (1, 1, 902, 'email', 'outbound', 'sent', true, '2026-06-02 09:00', '2026-06-02 09:00', null),
        (2, 1, 2, 'call', 'outbound', 'failed', false, '2026-06-02 10:00', '2026-06-02 10:00', null),
        (3, 1, 2, 'call', 'inbound', 'connected', false, '2026-06-02 11:00', '2026-06-02 11:00', null),
        (4, 1, 2, 'call', 'outbound', 'no answer', false, '2026-06-02 12:00', '2026-06-04 12:00', null),
        (5, 1, 3, 'email', 'outbound', 'bounced', false, '2026-06-16 10:00', '2026-06-16 10:00', null),
        (6, 1, 3, 'email', 'outbound', 'sent', false, '2026-06-17 10:00', '2026-06-17 10:00', null),
        (7, 1, 3, 'call', 'outbound', 'connected', false, '2026-06-18 10:00', '2026-06-18 10:00', null),
        (8, 1, 3, 'call', 'outbound', 'connected', false, '2026-06-30 09:00', '2026-06-30 09:00', null),
        (9, 1, 3, 'meeting', 'outbound', 'held', false, '2026-07-02 09:00', '2026-06-30 09:00', null);
"""


@pytest.fixture(scope="module")
def company():
    with Company.generate(None, people=5, seed=1, timezone="Europe/Paris", ends_on=date(2026, 6, 30)) as made:
        made.con.execute(MADE_BY_HAND)
        yield made


def truth(company, carries, sql, **how):
    tell_truth(company, AT, Truth(carries=carries, **how))
    return company.con.execute(sql).fetchall()


def test_history_opens_a_round_for_each_return_and_none_within_a_stage(company):
    entries = "select stage, round, strftime(entered_at, '%d %H') from truth.stage_entries where record_id = 'files:1'"
    assert truth(company, "history", f"{entries} order by entered_at, stage") == [
        ("lead", 1, "01 08"),
        # lead is the first that the CRM shows: prospect is implied at that moment.
        ("prospect", 0, "01 08"),
        ("mql", 1, "02 09"),
        ("mql", 2, "15 09"),
        ("sql", 1, "16 09"),
    ]


def test_date_columns_show_first_entries_only(company):
    entries = "select stage, round, strftime(entered_at, '%d %H') from truth.stage_entries where record_id = 'files:1'"
    assert truth(company, "dates", f"{entries} and round = 1 order by entered_at") == [
        ("lead", 1, "01 08"),
        ("mql", 1, "02 09"),
        ("sql", 1, "16 09"),
    ]


def test_a_deal_implies_its_persons_stages(company):
    entries = "select stage, strftime(entered_at, '%d %H') from truth.stage_entries where record_id = 'files:2'"
    assert truth(company, "history", f"{entries} and round = 0 order by stage") == [
        ("lead", "21 10"),
        ("mql", "21 10"),
        ("prospect", "21 10"),
        ("sql", "21 10"),
    ]


def test_a_deal_belongs_to_whom_sales_had_been_given(company):
    weights = "select deal_id, person_id, weight from truth.deal_people order by all"
    # The colleague on deal 11 is a prospect; on deal 12 nobody else stands.
    assert truth(company, "history", weights) == [
        ("files:11", "files:1", 1.0),
        ("files:11", "files:3", 0.0),
        ("files:12", "files:2", 1.0),
    ]


def test_origin_is_sales_where_a_deal_comes_first_or_the_source_is_theirs(company):
    origins = "select person_id, origin from truth.people order by all"
    expected = [("files:1", "marketing"), ("files:2", "sales"), ("files:3", "marketing"), ("files:4", "marketing")]
    assert truth(company, "history", origins) == expected
    assert truth(company, "history", origins, sales_sources=("Outbound",)) == [*expected[:3], ("files:4", "sales")]
    assert truth(company, "history", "select deal_id, origin from truth.deals order by all") == [
        ("files:11", "marketing"),
        ("files:12", "sales"),
    ]


def test_dates_know_the_closing_day_and_history_the_moment_and_the_reopening(company):
    wins = """select strftime(entered_at, '%d %H:%M') from truth.stage_entries
        where record_id = 'files:11' and stage = 'customer'"""
    # Midnight of 25 June in Paris.
    assert truth(company, "dates", wins) == [("24 22:00",)]
    assert truth(company, "history", wins) == [("25 10:00",)]
    outcomes = "select outcome, strftime(outcome_at, '%d') from truth.outcomes where record_id = 'files:11' order by 2"
    assert truth(company, "history", outcomes) == [("lost", "22"), ("reopened", "24")]
    assert truth(company, "dates", outcomes) == []


def test_only_the_accounts_currency_counts_without_rates(company):
    assert truth(company, "dates", "select deal_id, amount_in_currency from truth.deals order by all") == [
        ("files:11", 1000),
        ("files:12", None),
    ]


def test_an_mql_is_whose_it_is_after_a_quarter_of_an_hour_and_touched_by_attempts_only(company):
    rounds = """select person_id, round, owner_id, strftime(assigned_at, '%d %H:%M'),
        strftime(first_touch_at, '%d %H:%M'), elapsed_hours_to_first_touch from truth.mql_rounds order by all"""
    assert truth(company, "history", rounds) == [
        # The queue's ten minutes are none; the automatic, the failed and the inbound are no touches: 09:00 to 12:00.
        ("files:1", 1, "files:2", "02 09:10", "02 12:00", 3.0),
        # Rep 2 still owns it on the 15th: 09:00 on the 15th to 10:00 on the 17th, the bounced e-mail aside.
        ("files:1", 2, "files:2", "15 09:00", "17 10:00", 49.0),
        # Nobody's at first, rep 1's three hours later.
        ("files:4", 1, "files:1", "29 12:00", None, None),
    ]


def test_attempts_count_for_fourteen_days_after_an_sql(company):
    # Of the calls of the 18th and the 30th at 09:00 only the first falls before the 30th at 09:00.
    assert truth(company, "history", "select person_id, call_attempts, emails from truth.sql_attempts") == [
        ("files:1", 1, 1)
    ]


def test_a_meeting_to_come_is_no_touch_yet(company):
    assert truth(company, "history", "select count(*) from truth.touches where kind = 'meeting'") == [(0,)]


def test_every_record_is_counted_where_it_stands(company):
    counts = "select record_type, crm_stage, stage, records, amount from truth.stage_counts order by all"
    assert truth(company, "dates", counts) == [
        ("deal", "Closed Won", "customer", 1, 1000),
        ("deal", "Qualification", "opportunity", 1, None),
        ("person", "(none)", None, 1, None),
        ("person", "Marketing Qualified Lead", "mql", 1, None),
        ("person", "Sales Qualified Lead", "sql", 1, None),
        ("person", "Subscriber", "prospect", 1, None),
    ]
