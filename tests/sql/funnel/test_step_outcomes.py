"""funnel.step_outcomes: what became of the records at each step."""

from datetime import date

import pytest

KEY = "funnel.step_outcomes"
STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
STEP = ("from_stage", "to_stage", "age_days", "lag_days", "is_lost", "records", "deals_weight")


def at(record, kind="person", **days):
    """Times of a record at stages: stage=day of March, negative where the entry is imputed."""
    times = {STAGES.index(stage) + 1: n for stage, n in days.items()}
    following = {p: times.get(p + 1) for p in times}
    return [
        {
            "record_type": kind,
            "record_id": record,
            "stage": STAGES[p - 1],
            "position": p,
            "reached_on": date(2026, 3, abs(n)),
            "reached_at": date(2026, 3, abs(n)),
            "is_explicit": n > 0,
            "next_on": following[p] and date(2026, 3, abs(following[p])),
            "is_next_explicit": following[p] and following[p] > 0,
        }
        for p, n in times.items()
    ]


def people(warehouse, *ids, origin="marketing", segment=None):
    warehouse.put("funnel.people", *({"person_id": p, "origin": origin, "segment": segment} for p in ids))


def deal(
    warehouse, deal_id, *, is_won=False, is_lost=False, booked_on=None, origin="marketing", shares=(), segment=None
):
    row = {"deal_id": deal_id, "is_won": is_won, "is_lost": is_lost, "origin": origin, "segment": segment}
    warehouse.put("funnel.deals", row | {"booked_on": booked_on})
    for person_id, weight in shares:
        warehouse.put("funnel.deal_people", {"deal_id": deal_id, "person_id": person_id, "weight": weight})


def step(warehouse, from_stage, *columns):
    rows = warehouse.values(KEY, "from_stage", *(columns or STEP[1:]))
    return [r[1:] for r in rows if r[0] == from_stage]


def test_pitfall_01_a_step_follows_the_same_records(warehouse):
    # Two became MQLs; one of them, and one whose MQL is older, became an SQL this month.
    warehouse.night("2026-03-31")
    people(warehouse, "p1", "p2")
    warehouse.put("funnel.stage_times", *at("p1", mql=1, sql=11), *at("p2", mql=2))
    assert step(warehouse, "mql") == [("sql", 29, None, False, 1, 0.0), ("sql", 30, 10, False, 1, 0.0)]


def test_pitfall_06_a_lost_record_stays_in_the_step(warehouse):
    warehouse.night("2026-03-31")
    people(warehouse, "p1", "p2", "p3")
    warehouse.put("funnel.stage_times", *at("p1", mql=1), *at("p2", mql=1), *at("p3", mql=1, sql=5))
    for p in ("p2", "p3"):
        warehouse.put("funnel.outcomes", {"record_type": "person", "record_id": p, "outcome": "disqualified"})
    assert step(warehouse, "mql", "lag_days", "is_lost", "records") == [
        (None, False, 1),
        (None, True, 1),
        (4, False, 1),
    ]


@pytest.mark.parametrize(
    ("outcomes", "is_lost"),
    [
        ([("disqualified", "2026-03-05")], True),
        ([("lost", "2026-03-05")], True),
        ([("disqualified", None)], True),
        ([("recycled", "2026-03-05")], False),
        ([("disqualified", "2026-03-05"), ("recycled", "2026-03-09")], False),
        ([("disqualified", "2026-03-05"), ("reopened", "2026-03-09"), ("disqualified", "2026-03-12")], True),
        ([("recycled", "2026-03-01"), ("disqualified", "2026-03-05")], True),
    ],
)
def test_an_end_holds_unless_a_return_follows(warehouse, outcomes, is_lost):
    warehouse.night("2026-03-31")
    people(warehouse, "p1")
    warehouse.put("funnel.stage_times", *at("p1", mql=1))
    for what, day in outcomes:
        warehouse.put(
            "funnel.outcomes", {"record_type": "person", "record_id": "p1", "outcome": what, "outcome_at": day}
        )
    assert step(warehouse, "mql", "is_lost", "records") == [(is_lost, 1)]


def test_pitfall_27_a_lag_is_never_negative_and_unconverted_has_none(warehouse):
    warehouse.night("2026-03-31")
    people(warehouse, "p1", "p2")
    deal(warehouse, "d1", shares=[("p1", 1.0)])
    warehouse.put("funnel.stage_times", *at("p1", sql=9), *at("p2", sql=9), *at("d1", "deal", opportunity=4))
    assert step(warehouse, "sql", "lag_days", "deals_weight") == [(None, 0.0), (0, 1.0)]


def test_pitfall_09_a_step_is_timed_from_stage_to_stage_not_from_creation(warehouse):
    warehouse.night("2026-03-31")
    warehouse.put("funnel.people", {"person_id": "p1", "origin": "marketing", "created_at": "2020-01-01"})
    warehouse.put("funnel.stage_times", *at("p1", lead=3, mql=5))
    assert step(warehouse, "lead", "age_days", "lag_days") == [(28, 2)]


def test_pitfall_08_imputed_times_count_and_are_told_apart(warehouse):
    warehouse.night("2026-03-31")
    people(warehouse, "p1")
    warehouse.put("funnel.stage_times", *at("p1", lead=1, mql=-5, sql=5))
    columns = ("lag_days", "is_from_explicit", "is_to_explicit")
    assert step(warehouse, "lead", *columns) == [(4, True, False)]
    assert step(warehouse, "mql", *columns) == [(0, False, True)]


def test_the_last_step_of_deals_converts(warehouse):
    warehouse.night("2026-03-31")
    deal(warehouse, "d1", is_won=True, booked_on=date(2026, 3, 9))
    deal(warehouse, "d2", is_lost=True)
    deal(warehouse, "d3")
    for d, days in (("d1", {"opportunity": 1, "customer": 9}), ("d2", {"opportunity": 1}), ("d3", {"opportunity": 1})):
        warehouse.put("funnel.stage_times", *at(d, "deal", **days))
    assert step(warehouse, "opportunity") == [
        ("customer", 30, None, False, 1, 0.0),
        ("customer", 30, None, True, 1, 0.0),
        ("customer", 30, 8, False, 1, 0.0),
    ]


def test_pitfall_11_a_win_that_was_reversed_has_not_converted(warehouse):
    warehouse.night("2026-03-31")
    deal(warehouse, "d1", is_lost=True)
    deal(warehouse, "d2")  # reopened
    for d in ("d1", "d2"):
        warehouse.put("funnel.stage_times", *at(d, "deal", opportunity=1, customer=9))
    assert step(warehouse, "opportunity", "lag_days", "is_lost") == [(None, False), (None, True)]


def test_a_win_without_a_date_is_in_no_cohort(warehouse):
    warehouse.night("2026-03-31")
    deal(warehouse, "d1", is_won=True)
    warehouse.put("funnel.stage_times", *at("d1", "deal", opportunity=1))
    assert step(warehouse, "opportunity") == []


def test_pitfall_21_several_people_of_a_deal_share_it(warehouse):
    warehouse.night("2026-03-31")
    people(warehouse, "p1", "p2", "p3")
    deal(warehouse, "d1", shares=[("p1", 0.5), ("p2", 0.5), ("p3", 0.0)])
    warehouse.put("funnel.stage_times", *(t for p in ("p1", "p2", "p3") for t in at(p, sql=1)))
    warehouse.put("funnel.stage_times", *at("d1", "deal", opportunity=3))
    # Two people have a deal, together one deal: half a deal a person. The third has none.
    assert step(warehouse, "sql", "lag_days", "records", "deals_weight") == [(None, 1, 0.0), (2, 2, 1.0)]


def test_a_person_of_several_deals_converts_once_with_all_of_them(warehouse):
    warehouse.night("2026-03-31")
    people(warehouse, "p1")
    for d, n in (("d1", 9), ("d2", 5)):
        deal(warehouse, d, shares=[("p1", 1.0)])
        warehouse.put("funnel.stage_times", *at(d, "deal", opportunity=n))
    warehouse.put("funnel.stage_times", *at("p1", sql=1))
    assert step(warehouse, "sql", "lag_days", "records", "deals_weight") == [(4, 1, 2.0)]


def test_pitfall_47_steps_of_people_are_marketing_s_and_steps_of_deals_all(warehouse):
    warehouse.night("2026-03-31")
    people(warehouse, "p1", origin="sales")
    deal(warehouse, "d1", origin="sales")
    warehouse.put("funnel.stage_times", *at("p1", mql=1), *at("d1", "deal", opportunity=1))
    assert warehouse.values(KEY, "from_stage") == ["opportunity"]


def test_pitfall_47_where_marketing_owes_a_share_its_deals_alone_count(warehouse):
    target = {"revenue": 1.0, "start": "2026-01-01", "end": "2026-12-31", "marketing_share": 0.6}
    warehouse.night("2026-03-31", target=target)
    deal(warehouse, "d1", origin="sales")
    deal(warehouse, "d2", origin="marketing")
    warehouse.put("funnel.stage_times", *at("d1", "deal", opportunity=1), *at("d2", "deal", opportunity=2))
    assert step(warehouse, "opportunity", "age_days") == [(29,)]


def test_pitfall_22_and_25_records_are_counted_by_segment_whatever_their_amount(warehouse):
    warehouse.night("2026-03-31", funnel={"segment_by": "pipeline"})
    for d, pipeline in (("d1", "New"), ("d2", "New"), ("d3", "Renewal")):
        deal(warehouse, d, segment=pipeline)
        warehouse.put("funnel.stage_times", *at(d, "deal", opportunity=1))
    assert step(warehouse, "opportunity", "segment", "records") == [("New", 2), ("Renewal", 1)]


def test_without_opportunity_people_convert_into_won_deals(warehouse):
    warehouse.night("2026-03-31", funnel={"stages": ["lead", "mql", "customer"]})
    people(warehouse, "p1", "p2")
    deal(warehouse, "d1", is_won=True, booked_on=date(2026, 3, 9), shares=[("p1", 1.0)])
    deal(warehouse, "d2", is_lost=True, shares=[("p2", 1.0)])  # its win was reversed
    warehouse.put("funnel.stage_times", *at("p1", mql=1), *at("p2", mql=1))
    warehouse.put("funnel.stage_times", *at("d1", "deal", customer=9), *at("d2", "deal", customer=9))
    assert step(warehouse, "mql") == [
        ("customer", 30, None, False, 1, 0.0),
        ("customer", 30, 8, False, 1, 1.0),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
