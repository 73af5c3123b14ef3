"""funnel.deals: the living deals, won or lost as of the night."""

from datetime import date, datetime
from decimal import Decimal

import pytest

KEY = "funnel.deals"


def deal(deal_id="d1", is_won=False, is_lost=False, **more):
    return {"deal_id": deal_id, "source_system": "files", "is_won": is_won, "is_lost": is_lost, **more}


def person(warehouse, person_id, deal_id="d1", weight=1.0, origin="marketing", segment=None):
    warehouse.put("funnel.people", {"person_id": person_id, "origin": origin, "segment": segment})
    warehouse.put("funnel.deal_people", {"deal_id": deal_id, "person_id": person_id, "weight": weight})


def test_a_won_deal(warehouse):
    warehouse.night(timezone="America/New_York")
    closed = datetime(2026, 3, 2, 4, 30)  # 23:30 on the 1st in New York
    warehouse.put(
        "files.deals",
        deal(
            is_won=True, pipeline="New", crm_stage="closedwon", amount=Decimal("10.5"), currency="USD", owner_id="u1",
            created_at=datetime(2026, 2, 1), closed_at=closed,
        ),
    )  # fmt: skip
    assert warehouse.build(KEY) == [
        {
            "deal_id": "d1",
            "source_system": "files",
            "pipeline": "New",
            "crm_stage": "closedwon",
            "stage": "customer",
            "is_won": True,
            "is_lost": False,
            "amount": Decimal("10.50"),
            "currency": "USD",
            "amount_in_currency": None,
            "created_at": datetime(2026, 2, 1),
            "closed_at": closed,
            "booked_on": date(2026, 3, 1),
            "owner_id": "u1",
            "segment": None,
            "origin": "sales",
        }
    ]


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({"crm_stage": "Proposal"}, "opportunity"),
        ({"crm_stage": "Proposal", "is_lost": True}, None),
        ({"crm_stage": "never heard of"}, None),
        ({"crm_stage": "never heard of", "is_won": True}, "customer"),
        ({"crm_stage": "Qualified"}, None),  # means sql, a stage of people
        ({"crm_stage": "Closed Won"}, None),  # won after the night: where it stood is not known
        ({}, None),
    ],
)
def test_the_stage_of_a_deal(warehouse, given, stage):
    warehouse.night()
    warehouse.put("files.deals", deal(**given))
    assert warehouse.values(KEY, "stage") == [stage]


def test_pitfall_10_an_open_deal_has_no_closing_date(warehouse):
    warehouse.night()
    warehouse.put("files.deals", deal(created_at="2026-03-01", closed_at="2026-06-01"))
    assert warehouse.values(KEY, "closed_at", "booked_on") == [(None, None)]


def test_a_lost_deal_is_closed_and_not_booked(warehouse):
    warehouse.night()
    warehouse.put("files.deals", deal(is_lost=True, closed_at="2026-03-05"))
    assert warehouse.values(KEY, "closed_at", "booked_on") == [(datetime(2026, 3, 5), None)]


@pytest.mark.parametrize(
    ("zone", "closed", "booked"),
    [
        ("Europe/Paris", "2026-03-28 23:30", date(2026, 3, 29)),  # winter time: 00:30
        ("Europe/Paris", "2026-03-29 22:30", date(2026, 3, 30)),  # summer time: 00:30
        ("Europe/Paris", "2026-03-29 21:30", date(2026, 3, 29)),  # 23:30
        ("UTC", "2026-03-29 23:30", date(2026, 3, 29)),
    ],
)
def test_pitfall_38_a_win_is_booked_on_the_account_s_day(warehouse, zone, closed, booked):
    warehouse.night(timezone=zone)
    warehouse.put("files.deals", deal(is_won=True, closed_at=closed))
    assert warehouse.values(KEY, "booked_on") == [booked]


def test_deals_created_after_the_night_are_not_there_yet_and_undated_ones_are(warehouse):
    warehouse.night("2026-03-31")
    warehouse.put(
        "files.deals",
        deal("d1", created_at="2026-03-31 23:59"),
        deal("d2", created_at="2026-04-01"),
        deal("d3"),
        deal("d4", closed_at="2026-04-01"),  # all that is known of it lies ahead
        deal("d5", is_won=True, closed_at="2026-03-01"),
    )
    assert warehouse.values(KEY, "deal_id") == ["d1", "d3", "d5"]


@pytest.mark.parametrize(
    ("people", "origin"),
    [
        pytest.param([], "sales", id="nobody"),
        pytest.param([("marketing", 1.0)], "marketing", id="marketing's"),
        pytest.param([("sales", 1.0)], "sales", id="sales'"),
        pytest.param([("sales", 0.5), ("marketing", 0.5)], "marketing", id="one of them is enough"),
        pytest.param([("sales", 1.0), ("marketing", 0.0)], "sales", id="a person without a share is none"),
    ],
)
def test_pitfall_47_a_deal_is_marketing_s_when_one_of_its_people_with_a_share_is(warehouse, people, origin):
    warehouse.night()
    warehouse.put("files.deals", deal())
    for i, (whose, weight) in enumerate(people):
        person(warehouse, f"p{i}", weight=weight, origin=whose)
    assert warehouse.values(KEY, "origin") == [origin]


def test_without_a_handover_a_deal_is_marketing_s_unless_only_sales_own_people_stand_behind_it(warehouse):
    warehouse.night(funnel={"stages": ["lead", "opportunity", "customer"]})
    warehouse.put("files.deals", deal("d1"), deal("d2"), deal("d3"))
    person(warehouse, "p2", "d2", origin="sales")
    person(warehouse, "p3", "d3", origin="marketing")
    assert warehouse.values(KEY, "deal_id", "origin") == [("d1", "marketing"), ("d2", "sales"), ("d3", "marketing")]


@pytest.mark.parametrize(
    ("by", "segments"),
    [
        (None, [None, None]),
        ("source", ["Ads", "(none)"]),  # its heaviest person's
        ("owner", ["Ada", "(none)"]),  # its own
        ("team", ["North", "(none)"]),
        ("pipeline", ["Renewal", "(none)"]),
    ],
)
def test_pitfall_22_the_segment_of_a_deal(warehouse, by, segments):
    warehouse.night(funnel={"segment_by": by})
    warehouse.put("files.deals", deal("d1", pipeline="Renewal", owner_id="u1"), deal("d2"))
    warehouse.put("funnel.reps", {"owner_id": "u1", "name": "Ada", "team": "North"})
    person(warehouse, "p1", weight=0.25, segment="Fair")
    person(warehouse, "p2", weight=0.75, segment="Ads")
    assert warehouse.values(KEY, "deal_id", "segment") == [("d1", segments[0]), ("d2", segments[1])]


def test_pitfall_21_several_people_leave_one_row_a_deal(warehouse):
    warehouse.night(funnel={"segment_by": "source"})
    warehouse.put("files.deals", deal())
    for p in ("p1", "p2", "p3"):
        person(warehouse, p, weight=1 / 3, segment=p)
    assert warehouse.values(KEY, "deal_id", "segment") == [("d1", "p1")]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
