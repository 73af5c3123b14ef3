"""Read as a Salesforce org, the simulated company is what its own truth says; where both tell, what its portal says."""

import pytest

from tests.hubspot_night import portal_of
from tests.hubspot_truth import hubspot_night
from tests.salesforce_night import org_of
from tests.salesforce_truth import salesforce_differences, salesforce_night

# What becomes of a lead once it is converted, only a portal's contact tells; deals and what sales did are the same.
SAME_THROUGH_BOTH = {
    "deals": "select split_part(deal_id, ':', 2) <> '', is_won, is_lost, amount, currency, created_at, booked_on "
    "from {w}.funnel.deals",
    "entries of deals": "select e.stage, e.round, e.entered_at from {w}.funnel.stage_entries as e "
    "where e.record_type = 'deal'",
    "touches per day": "select cast(touched_at as date), kind, direction, is_automated, count(*) "
    "from {w}.funnel.touches where kind <> 'message' group by all",
    "steps of deals": "select from_stage, to_stage, entered, converted, lost, still_open, effective_entered, "
    "observed_rate, mature_rate, rate, rate_low, rate_high, status from {w}.reporting.conversion_rates "
    "where unit = 'deals'",
}


@pytest.fixture(scope="module")
def by_salesforce(tmp_path_factory):
    folder = tmp_path_factory.mktemp("salesforce")
    with org_of(people=3000, seed=7) as (company, face, _, ca_file):
        yield company, face, salesforce_night(face, ca_file, folder)


def test_entries_deals_links_owners_touches_and_response_times_equal_the_truth(by_salesforce):
    _, face, warehouse = by_salesforce
    assert salesforce_differences(face, warehouse) == {}


def test_a_portal_and_an_org_give_the_same_deals_and_touches(by_salesforce, tmp_path):
    _, _, warehouse = by_salesforce
    with portal_of(people=3000, seed=7) as (company, _, url):
        other = hubspot_night(company, url, tmp_path)
        con = company.con
        con.execute(f"attach '{warehouse}' as one (read_only)")
        con.execute(f"attach '{other}' as two (read_only)")
        for what, query in SAME_THROUGH_BOTH.items():
            one, two = (query.format(w=w) for w in ("one", "two"))
            assert con.execute(f"select count(*) from ({one})").fetchall()[0][0] > 0, what
            differing = con.execute(f"({one} except all {two}) union all ({two} except all {one}) limit 5").fetchall()
            assert differing == [], what
        con.execute("detach one")
        con.execute("detach two")
