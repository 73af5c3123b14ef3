"""Read as a HubSpot portal, the simulated company is what its own truth says, and what its export files say."""

import duckdb
import pytest

from tests.hubspot_night import portal_of
from tests.hubspot_truth import hubspot_differences, hubspot_night
from tests.sandbox_night import build_night

pytestmark = pytest.mark.costly

# What hangs on first entries alone is the same through both; amounts in other currencies and rounds are not.
SAME_THROUGH_BOTH = {
    "step outcomes": "select from_stage, to_stage, age_days, lag_days, is_lost, records from {w}.funnel.step_outcomes",
    "rates": "select from_stage, to_stage, unit, entered, converted, lost, still_open, effective_entered, "
    "observed_rate, mature_rate, rate, rate_low, rate_high, deals_per_person, status "
    "from {w}.reporting.conversion_rates",
    "entries per week": "select week_start, stage, origin, entered, imputed from {w}.reporting.stage_entries_weekly "
    "where entered + imputed > 0",
    "median deal": "select won_deals, paying_share, without_amount from {w}.reporting.average_deal",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The company, its warehouse through HubSpot, and through its export files."""
    folder = tmp_path_factory.mktemp("both")
    with portal_of(people=4000, seed=5) as (company, _, url):
        (folder / "files").mkdir()
        yield company, hubspot_night(company, url, folder), build_night(company, folder / "files")


def test_entries_deals_links_owners_touches_and_response_times_equal_the_truth(both):
    company, by_hubspot, _ = both
    assert hubspot_differences(company, by_hubspot) == {}


@pytest.mark.parametrize("what", SAME_THROUGH_BOTH)
def test_files_and_hubspot_give_the_same_rows(both, what):
    company, by_hubspot, by_files = both
    con = company.con
    con.execute(f"attach '{by_hubspot}' as one (read_only)")
    con.execute(f"attach '{by_files}' as two (read_only)")
    one, two = (SAME_THROUGH_BOTH[what].format(w=w) for w in ("one", "two"))
    try:
        assert con.execute(f"select count(*) from ({one})").fetchall()[0][0] > 0
        assert con.execute(f"({one} except all {two}) union all ({two} except all {one})").fetchall() == []
    finally:
        con.execute("detach one")
        con.execute("detach two")


def test_a_portal_without_dates_of_stages_gives_the_same_from_its_history_and_says_so(tmp_path):
    with portal_of(people=800, seed=6, stage_dates=False) as (company, _, url):
        warehouse = hubspot_night(company, url, tmp_path)
        assert hubspot_differences(company, warehouse) == {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = dict(con.execute("select finding, remedy from raw_hubspot.findings").fetchall())
        evidence = con.execute("select distinct evidence from raw_hubspot.changes where property = 'stage'").fetchall()
    assert "read from the history, at twice the calls" in found["no_stage_dates:contacts"]
    assert evidence == [("history",)]
