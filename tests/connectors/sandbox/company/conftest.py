"""The simulated company that the tests of this folder look at."""

from datetime import date

import pytest

from connectors.sandbox.company import Company


@pytest.fixture(scope="session")
def company():
    """A company of 20,000 people in Paris up to the end of June 2026; no test may change it."""
    with Company.generate(None, people=20_000, seed=1, timezone="Europe/Paris", ends_on=date(2026, 6, 30)) as made:
        yield made


@pytest.fixture(scope="session")
def value(company):
    """The one value of a SELECT on that company."""
    return lambda sql: company.con.execute(sql).fetchall()[0][0]
