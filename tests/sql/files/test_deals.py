"""files.deals: deals of the exports, won or lost as of the night."""

from datetime import datetime
from decimal import Decimal

import pytest

KEY = "files.deals"
STATE = ("is_won", "is_lost", "closed_at", "won_at", "lost_at")
MARCH_1, MARCH_9 = datetime(2026, 3, 1), datetime(2026, 3, 9)
OPEN = (False, False, None, None, None)


def state_of(warehouse, **deal):
    warehouse.put("raw_files.deals", {"id": "1", **deal})
    return warehouse.values(KEY, *STATE)[0]


@pytest.mark.parametrize(
    ("deal", "state"),
    [
        pytest.param({"created_at": "2026-02-01"}, OPEN, id="nothing says it ended"),
        pytest.param({"stage": "Proposal"}, OPEN, id="an open stage"),
        pytest.param({"stage": "Nobody knows"}, OPEN, id="an unmapped stage"),
        pytest.param({"won_at": "2026-03-01"}, (True, False, MARCH_1, MARCH_1, None), id="a win date"),
        pytest.param({"lost_at": "2026-03-01"}, (False, True, MARCH_1, None, MARCH_1), id="a loss date"),
        pytest.param(
            {"stage": "Signed", "stage_outcome": "won", "closed_at": "2026-03-01"},
            (True, False, MARCH_1, MARCH_1, None),
            id="a won value of the settings",
        ),
        pytest.param(
            {"stage": "Gone", "stage_outcome": "lost", "closed_at": "2026-03-01"},
            (False, True, MARCH_1, None, MARCH_1),
            id="a lost value of the settings",
        ),
        pytest.param(
            {"stage": " Closed Won ", "closed_at": "2026-03-01"},
            (True, False, MARCH_1, MARCH_1, None),
            id="a stage that means the last of the funnel",
        ),
        pytest.param(
            {"stage": "Closed Lost", "closed_at": "2026-03-01"},
            (False, True, MARCH_1, None, MARCH_1),
            id="a stage that means disqualified",
        ),
        pytest.param({"stage": "Closed Won"}, (True, False, None, None, None), id="a win without a date"),
        pytest.param({"stage": "Closed Lost"}, (False, True, None, None, None), id="a loss without a date"),
    ],
)
def test_what_ends_a_deal(warehouse, deal, state):
    warehouse.night()
    assert state_of(warehouse, **deal) == state


def test_pitfall_10_the_closing_date_of_an_open_deal_is_no_win(warehouse):
    warehouse.night()
    assert state_of(warehouse, stage="Proposal", closed_at="2026-03-01") == OPEN


@pytest.mark.parametrize(
    ("deal", "won"),
    [
        pytest.param({"won_at": "2026-03-01", "lost_at": "2026-03-09"}, False, id="lost after won"),
        pytest.param({"won_at": "2026-03-09", "lost_at": "2026-03-01"}, True, id="won after lost"),
        pytest.param({"won_at": "2026-03-01", "stage": "Closed Lost"}, False, id="an undated loss is today's word"),
        pytest.param({"won_at": "2026-03-01", "stage": "Gone", "stage_outcome": "lost"}, False, id="by the settings"),
        pytest.param({"stage": "Closed Won", "lost_at": "2026-03-01"}, True, id="an undated win is today's word"),
        pytest.param({"won_at": "2026-03-01", "lost_at": "2026-03-01"}, True, id="one day, and no stage to tell"),
        pytest.param(
            {"won_at": "2026-03-01", "lost_at": "2026-03-01", "stage": "Closed Lost"}, False, id="one day, stage lost"
        ),
    ],
)
def test_pitfall_11_of_a_win_and_a_loss_the_later_holds(warehouse, deal, won):
    warehouse.night()
    assert state_of(warehouse, **deal)[:2] == (won, not won)


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2026-02-28", (False, False, MARCH_1, None, None)),  # its first end is still to come
        ("2026-03-01", (True, False, MARCH_1, MARCH_1, None)),
        ("2026-03-08", (True, False, MARCH_1, MARCH_1, None)),
        ("2026-03-09", (False, True, MARCH_9, None, MARCH_9)),
    ],
)
def test_pitfall_11_a_win_is_reversed_on_the_day_of_the_reversal(warehouse, as_of, state):
    warehouse.night(as_of, cut_off="2026-03-31")
    assert state_of(warehouse, won_at="2026-03-01", lost_at="2026-03-09") == state


def test_a_win_dated_after_the_night_is_open_and_the_zone_decides_where_the_night_ends(warehouse):
    # 22:30 UTC on 31 March is 00:30 on 1 April in Paris (summer time since the 29th), 17:30 on 31 March in Chicago.
    for zone, won in (("Europe/Paris", False), ("America/Chicago", True)):
        warehouse.night("2026-03-31", timezone=zone)
        warehouse.con.execute("delete from raw_files.deals")
        assert state_of(warehouse, won_at="2026-03-31 22:30")[:2] == (won, False)


def test_the_stage_of_a_funnel_without_opportunity_wins_too(warehouse):
    warehouse.night(funnel={"stages": ["lead", "mql", "sold"], "mapping": {"Done": "sold"}})
    assert state_of(warehouse, stage="done", closed_at="2026-03-01") == (True, False, MARCH_1, MARCH_1, None)


@pytest.mark.parametrize(
    ("amount", "currency", "shown", "in_euros"),
    [
        (Decimal("10.50"), "EUR", "EUR", Decimal("10.50")),
        (Decimal("10.50"), None, "EUR", Decimal("10.50")),
        (Decimal("10.50"), "USD", "USD", None),  # no rate: no number
        (None, "EUR", "EUR", None),
    ],
)
def test_an_amount_in_another_currency_has_no_value_without_a_rate(warehouse, amount, currency, shown, in_euros):
    warehouse.night(currency="EUR")
    warehouse.put("raw_files.deals", {"id": "1", "amount": amount, "currency": currency})
    assert warehouse.values(KEY, "amount", "currency", "amount_in_currency") == [(amount, shown, in_euros)]


def test_a_deal_keeps_its_facts_under_a_prefixed_id(warehouse):
    warehouse.night()
    warehouse.put("raw_files.deals", {"id": "7", "created_at": "2026-03-01", "owner": "u1", "stage": "Proposal"})
    columns = ("deal_id", "source_system", "pipeline", "crm_stage", "crm_stage_label", "created_at", "owner_id")
    assert warehouse.values(KEY, *columns) == [
        ("files:7", "files", None, "Proposal", "Proposal", MARCH_1, "files:u1"),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
