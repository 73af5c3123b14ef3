"""A few rows of exports through every SQL file, as a night builds them: the tables agree with one another."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.catalog import catalog

SQL_TABLES = [t.key for t in catalog().tables.values() if t.sql is not None]
STEP = ("from_stage", "to_stage", "lag_days", "is_lost", "records", "deals_weight")


def person(warehouse, person_id, *, deals=(), **given):
    stages = {k: given.pop(k) for k in list(given) if k in ("prospect", "lead", "mql", "sql")}
    warehouse.put("raw_files.people", {"id": person_id, **given})
    warehouse.put(
        "raw_files.people_stage_dates", *({"id": person_id, "stage": s, "entered_at": at} for s, at in stages.items())
    )
    warehouse.put("raw_files.deal_people", *({"deal": d, "person": person_id} for d in deals))


def deal(warehouse, deal_id, **given):
    warehouse.put("raw_files.deals", {"id": deal_id, **given})


@pytest.mark.parametrize(
    "stages",
    [
        ["prospect", "lead", "mql", "sql", "opportunity", "customer"],
        ["lead", "mql", "sal", "sql", "opportunity", "proposal", "customer"],
        ["lead", "sql", "opportunity", "customer"],
        ["lead", "mql", "customer"],
        ["opportunity", "customer"],
    ],
)
def test_an_account_without_records_builds_every_table(warehouse, stages):
    warehouse.night(funnel={"stages": stages})
    for key in SQL_TABLES:
        rows = warehouse.build(key)
        if key not in ("funnel.capacity_observed", "reporting.data_quality"):
            assert rows == [], key


def test_an_account_without_people_and_one_without_deals(warehouse):
    warehouse.night(funnel={"stages": ["opportunity", "customer"]})
    deal(warehouse, "d1", created_at="2026-03-01", won_at="2026-03-11", amount=Decimal(100))
    assert warehouse.values("funnel.step_outcomes", *STEP, run=True) == [("opportunity", "customer", 10, False, 1, 0.0)]
    assert warehouse.values("funnel.deals", "stage", "origin") == [("customer", "marketing")]
    warehouse.night()
    warehouse.con.execute("delete from raw_files.deals")
    person(warehouse, "1", lead="2026-03-01", mql="2026-03-03")
    assert warehouse.values("funnel.step_outcomes", *STEP, run=True) == [
        ("lead", "mql", 2, False, 1, 0.0),
        ("mql", "sql", None, False, 1, 0.0),
        ("prospect", "lead", 0, False, 1, 0.0),
    ]


def test_one_person_from_lead_to_customer(warehouse):
    warehouse.night()
    person(warehouse, "1", lead="2026-03-01", mql="2026-03-03", sql="2026-03-06", source="Ads", deals=["9"])
    deal(warehouse, "9", created_at="2026-03-10", won_at="2026-03-20", amount=Decimal(500), currency="EUR")
    assert warehouse.values("funnel.step_outcomes", *STEP, run=True) == [
        ("lead", "mql", 2, False, 1, 0.0),
        ("mql", "sql", 3, False, 1, 0.0),
        ("opportunity", "customer", 10, False, 1, 0.0),
        ("prospect", "lead", 0, False, 1, 0.0),
        ("sql", "opportunity", 4, False, 1, 1.0),
    ]
    assert warehouse.values("funnel.won_deals", "booked_on", "amount_in_currency", "origin", run=True) == [
        (date(2026, 3, 20), 500.0, "marketing")
    ]
    assert warehouse.values("funnel.deliveries", "stage", "entered", run=True) == [
        ("customer", 1),
        ("lead", 1),
        ("mql", 1),
        ("opportunity", 1),
        ("sql", 1),
    ]


@pytest.mark.parametrize(
    ("as_of", "steps", "won"),
    [
        # Nobody is known to be an SQL yet; the deal is not there.
        ("2026-03-05", [("lead", None), ("prospect", 0)], 0),
        # The MQL of the 6th, the deal of the 10th.
        ("2026-03-15", [("lead", 5), ("mql", 4), ("opportunity", None), ("prospect", 0), ("sql", 0)], 0),
        # Won on the 20th.
        ("2026-03-31", [("lead", 5), ("mql", 4), ("opportunity", 10), ("prospect", 0), ("sql", 0)], 1),
    ],
)
def test_pitfall_04_a_past_night_knows_only_what_had_happened(warehouse, as_of, steps, won):
    warehouse.night(as_of, cut_off="2026-04-30")
    person(warehouse, "1", lead="2026-03-01", mql="2026-03-06", deals=["9"])
    deal(warehouse, "9", created_at="2026-03-10", won_at="2026-03-20", amount=Decimal(500))
    assert warehouse.values("funnel.step_outcomes", "from_stage", "lag_days", run=True) == steps
    assert len(warehouse.run("funnel.won_deals")) == won


def test_pitfall_08_a_deal_without_any_dated_stage_of_its_person_implies_them(warehouse):
    warehouse.night(funnel={"handover": None})
    person(warehouse, "1", deals=["9"])
    deal(warehouse, "9", created_at="2026-03-10")
    assert warehouse.values("funnel.stage_entries", "record_type", "stage", "round", run=True) == [
        ("deal", "opportunity", 1),
        ("person", "lead", 0),
        ("person", "mql", 0),
        ("person", "prospect", 0),
        ("person", "sql", 0),
    ]


def test_pitfall_47_a_person_who_begins_with_a_deal_is_sales_own_and_so_is_the_deal(warehouse):
    warehouse.night()
    person(warehouse, "1", deals=["9"])
    deal(warehouse, "9", created_at="2026-03-10")
    assert warehouse.values("funnel.people", "origin", run=True) == ["sales"]
    assert warehouse.values("funnel.deals", "origin", run=True) == ["sales"]
    # Its steps of people are not marketing's; the deal's own step counts while marketing owes all.
    assert warehouse.values("funnel.step_outcomes", "from_stage", run=True) == ["opportunity"]


def test_an_undated_status_counts_in_stage_counts_only(warehouse):
    warehouse.night()
    person(warehouse, "1", status="Qualified")
    assert warehouse.values("reporting.stage_counts", "crm_stage", "stage", "records", run=True) == [
        ("Qualified", "sql", 1)
    ]
    assert warehouse.run("reporting.stage_entries_weekly") == []
    assert warehouse.run("funnel.step_outcomes") == []


def test_a_dated_disqualification_ends_the_stay_and_keeps_the_record_in_the_step(warehouse):
    warehouse.night()
    person(warehouse, "1", mql="2026-03-01", status="Unqualified", status_at="2026-03-05")
    entries = warehouse.values("funnel.explicit_entries", "stage", "left_at", run=True)
    assert [(stage, left.day) for stage, left in entries] == [("mql", 5)]
    outcomes = warehouse.values("funnel.step_outcomes", "from_stage", "lag_days", "is_lost", run=True)
    assert ("mql", None, True) in outcomes


def test_pitfall_38_a_lead_of_half_past_eleven_at_night_counts_on_its_own_day_everywhere(warehouse):
    # Sunday 8 March 2026, 23:30 in New York: summer time began that day, so it is Monday 03:30 UTC.
    warehouse.night("2026-03-31", timezone="America/New_York")
    person(warehouse, "1", lead="2026-03-09 03:30")
    assert warehouse.values("funnel.explicit_entries", "entered_on", run=True) == [date(2026, 3, 8)]
    assert warehouse.values("funnel.stage_times", "stage", "reached_on", run=True) == [
        ("lead", date(2026, 3, 8)),
        ("prospect", date(2026, 3, 8)),
    ]
    assert warehouse.values("reporting.stage_entries_weekly", "week_start", "stage", run=True) == [
        (date(2026, 3, 2), "lead"),
        (date(2026, 3, 2), "prospect"),
    ]
    assert warehouse.values("funnel.deliveries", "week_start", "stage", run=True) == [(date(2026, 3, 2), "lead")]
    assert warehouse.values("funnel.step_outcomes", "from_stage", "age_days", run=True)[0] == ("lead", 23)


def test_pitfall_14_and_21_one_row_a_record_however_many_links_it_has(warehouse):
    warehouse.night()
    for p in ("1", "2", "3"):
        person(warehouse, p, mql="2026-03-01", deals=["8", "9"])
    for d in ("8", "9"):
        deal(warehouse, d, created_at="2026-03-10", won_at="2026-03-20", amount=Decimal(300))
    assert len(warehouse.run("funnel.people")) == 3
    assert len(warehouse.run("funnel.deals")) == 2
    assert sum(r["amount"] for r in warehouse.run("funnel.won_deals")) == 600.0
    # Three MQLs, each with a third of two deals.
    assert warehouse.values("funnel.step_outcomes", *STEP, run=True)[-1] == ("sql", "opportunity", 0, False, 3, 2.0)


@pytest.mark.parametrize(
    ("by", "people", "deals"),
    [("source", "Ads", "Ads"), ("owner", "Ada", "Ben"), ("team", "North", "South"), ("pipeline", None, "(none)")],
)
def test_segments_run_through_every_table(warehouse, by, people, deals):
    warehouse.night(funnel={"segment_by": by})
    warehouse.put(
        "raw_files.reps", {"id": "u1", "name": "Ada", "team": "North"}, {"id": "u2", "name": "Ben", "team": "South"}
    )
    person(warehouse, "1", lead="2026-03-01", mql="2026-03-02", source="Ads", owner="u1", deals=["9"])
    deal(warehouse, "9", created_at="2026-03-10", owner="u2")
    found = warehouse.values("funnel.step_outcomes", "from_stage", "segment", run=True)
    assert {segment for stage, segment in found if stage == "mql"} == {people}
    assert {segment for stage, segment in found if stage == "opportunity"} == {deals}
    counts = warehouse.values("reporting.stage_counts", "record_type", "segment", run=True)
    assert set(counts) == {("person", None), ("person", people), ("deal", None), ("deal", deals)}
