"""The night's tables equal the simulated company's truth at full size: 20,000 people, three seeds, three time zones."""

import pytest

from connectors.sandbox.company import Company
from tests.sandbox_night import AS_OF, build_night, differences


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("timezone", ["Europe/Paris", "America/New_York", "Asia/Kolkata"])
def test_the_night_equals_the_truth(tmp_path, seed, timezone):
    with Company.generate(None, people=20_000, seed=seed, timezone=timezone, ends_on=AS_OF) as company:
        assert differences(company, build_night(company, tmp_path)) == {}


def test_the_night_of_three_hundred_thousand_equals_the_truth(tmp_path):
    file = tmp_path / "company.duckdb"
    with Company.generate(file, people=300_000, seed=1, timezone="Europe/Paris", ends_on=AS_OF) as company:
        assert differences(company, build_night(company, tmp_path)) == {}
