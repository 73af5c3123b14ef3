"""Ten past nights, replayed: every figure whose inputs carry their own time is what that night published."""

import pytest

from tests.built_nights import moment, nights
from tests.simulated_company import Law, company

pytestmark = pytest.mark.costly

LAWS = [Law(0.5, 20), Law(0.5, 15), Law(0.3, 40)]
DAYS = range(0, 30, 3)
TABLES = (
    "conversion_rates",
    "average_deal",
    "required_funnel",
    "required_weekly",
    "required_reps",
    "forecast",
    "scenarios",
)


@pytest.fixture(scope="module")
def replayed():
    """(table, day) → what the night published, and what its replay seven weeks later did."""
    channels = [("ads", 0.7, LAWS), ("fair", 0.3, [Law(0.4, 20), Law(0.5, 15), Law(0.4, 40)])]
    simulated = company(1, LAWS, per_day=2, first_day=-400, last_day=60, segments=channels)
    settings = {
        "funnel": {"stages": ["mql", "sql", "opportunity", "customer"], "segment_by": "source"},
    }
    with nights() as built:
        first = {}
        for day in DAYS:
            built.export(simulated, moment(day))
            assert not built.run(day, moment(day), **settings).night.is_replay
            first |= {(table, day): built.night(table, day) for table in TABLES}
        built.export(simulated, moment(50))
        again = {}
        for day in DAYS:
            assert built.run(day, moment(50), earlier_cut_off=moment(day), **settings).night.is_replay
            again |= {(table, day): built.night(table, day) for table in TABLES}
    return first, again


@pytest.mark.parametrize("table", TABLES)
def test_a_replayed_night_publishes_what_the_night_published(replayed, table):
    first, again = replayed
    for day in DAYS:
        assert first[table, day], f"the night of day {day} has no {table}"
        assert again[table, day] == first[table, day]


def test_nights_differ_so_that_the_comparison_means_something(replayed):
    first, _ = replayed
    assert len({str([row[1:] for row in first["forecast", day]]) for day in DAYS}) == len(DAYS)
