"""What Salesforce can tell of the company differs from what happened as it is written down, and in no other way."""

import pytest

from connectors.sandbox.salesforce_face.shown import tell_truth_of
from connectors.sandbox.truth import Truth, tell_truth
from tests.salesforce_night import org_of

# People nobody merged, and whose leads nobody had to make up a status for.
PLAIN = """
    select person_no from company.people as p
    where merged_into is null
        and person_no not in (select merged_into from company.people where merged_into is not null)
"""


@pytest.fixture(scope="module")
def both():
    """(of the company, of Salesforce): each question to one truth and the other."""
    with org_of(people=4000, seed=5) as (company, face, _url, _ca):
        con = company.con
        tell_truth(company, face.org.at, Truth("salesforce", "history", ("Outbound",)))
        for table in ("people", "deals", "deal_people", "touches", "mql_rounds", "stage_entries", "outcomes"):
            con.execute(f"create schema if not exists plain; create table plain.{table} as select * from truth.{table}")
        tell_truth_of(face.org, ("Outbound",))

        def ask(sql):
            said = [sorted(con.execute(sql.format(of=of)).fetchall(), key=repr) for of in ("plain", "truth")]
            assert said[0]
            return said

        yield ask, con


def test_plain_people_s_entries_up_to_the_conversion_are_the_company_s(both):
    ask, _ = both
    one, other = ask(
        "select record_id, stage, round, entered_at, evidence from {of}.stage_entries where record_type = 'person' and "
        f"evidence = 'history' and stage in ('prospect', 'lead', 'mql', 'sql') and record_no in ({PLAIN})"
    )
    assert one == other


def test_deals_and_their_ends_are_the_company_s(both):
    ask, _ = both
    shown = "deal_id, stage, is_won, is_lost, amount, currency, created_at, closed_on, owner_id"
    one, other = ask(f"select {shown} from {{of}}.deals")
    assert one == other
    one, other = ask("select * from {of}.outcomes where record_type = 'deal'")
    assert one == other


def test_touches_of_plain_people_are_the_company_s(both):
    ask, _ = both
    one, other = ask(f"select * exclude (touch_id) from {{of}}.touches where person_no in ({PLAIN})")
    assert one == other


def test_rounds_of_mqls_are_the_company_s_but_for_those_that_nobody_owned(both):
    ask, con = both
    shown = "person_id, round, became_mql_at, ended_at, first_touch_at"
    plain = f"select 'salesforce:' || person_no from ({PLAIN})"
    one, other = ask(f"select {shown} from {{of}}.mql_rounds where person_id in ({plain})")
    assert one == other
    owners = con.execute(
        "select p.owner_id, t.owner_id from plain.mql_rounds as p join truth.mql_rounds as t using (person_id, round) "
        f"where p.owner_id is distinct from t.owner_id and person_id in ({plain})"
    ).fetchall()
    assert set(owners) <= {(None, "salesforce:902"), (None, "salesforce:905"), ("salesforce:901", "salesforce:902")}


def test_who_is_converted_into_a_deal_takes_all_of_it(both):
    _, con = both
    rows = con.execute(
        "select l.weight from truth.deal_people as l join visible.conversions as c using (deal_no, person_no)"
    ).fetchall()
    assert len(rows) > 50
    assert set(rows) == {(1.0,)}
    sums = con.execute(
        "select distinct sum(round(weight, 6)) over (partition by deal_no) from truth.deal_people"
    ).fetchall()
    assert [round(s[0], 4) for s in sums] == [1.0] * len(sums)
