"""The product's tables of a simulated company equal its ground truth, record by record."""

from datetime import date

import pytest

from connectors.sandbox.company import Company
from tests.sandbox_night import AS_OF, build_night, differences


@pytest.mark.parametrize(
    ("people", "seed", "timezone"),
    [(20_000, 1, "Europe/Paris"), (2_000, 2, "America/New_York"), (2_000, 3, "Asia/Kolkata")],
)
def test_first_entries_deals_amounts_links_owners_and_touches_equal_the_truth(tmp_path, people, seed, timezone):
    with Company.generate(None, people=people, seed=seed, timezone=timezone, ends_on=AS_OF) as company:
        assert differences(company, build_night(company, tmp_path)) == {}


def test_a_night_the_company_has_outlived_equals_the_truth_of_that_day(tmp_path):
    with Company.generate(None, people=2_000, seed=4, timezone="Europe/Paris", ends_on=AS_OF) as company:
        earlier = date(2026, 3, 29)
        assert differences(company, build_night(company, tmp_path, earlier), earlier) == {}


def test_the_comparison_notices_a_single_wrong_record(tmp_path):
    with Company.generate(None, people=500, seed=1, timezone="UTC", ends_on=AS_OF) as company:
        warehouse = build_night(company, tmp_path)
        company.con.execute(
            "update company.touches set touched_at = touched_at + interval 1 second where touch_no = "
            "(select min(touch_no) from visible.touches where touched_at < '2026-06-01')"
        )
        assert list(differences(company, warehouse)) == ["touches"]
