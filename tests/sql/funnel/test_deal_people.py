"""funnel.deal_people: the weights of a deal's people."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEY = "funnel.deal_people"
POSITION = {"prospect": 1, "lead": 2, "mql": 3, "sql": 4, "opportunity": 5, "customer": 6}


def deal(warehouse, *people, deal_id="d1", created="2026-03-10", conversions=(), **more):
    warehouse.put("files.deals", {"deal_id": deal_id, "created_at": created, **more})
    for p in people:
        warehouse.put("files.deal_people", {"deal_id": deal_id, "person_id": p, "is_conversion": p in conversions})


def person(warehouse, person_id, *entries, crm_stage=None, created="2026-01-01"):
    warehouse.put("files.people", {"person_id": person_id, "created_at": created, "crm_stage": crm_stage})
    for stage, at in entries:
        unit = "deals" if POSITION[stage] > 4 else "people"
        row = {"record_type": "person", "record_id": person_id, "stage": stage, "position": POSITION[stage]}
        warehouse.put("funnel.explicit_entries", row | {"unit": unit, "round": 1, "entered_at": at})


def weights(warehouse):
    return {(r["deal_id"], r["person_id"]): round(float(r["weight"]), 6) for r in warehouse.build(KEY)}


def test_pitfall_21_a_deal_of_several_people_is_shared_not_multiplied(warehouse):
    warehouse.night()
    for p in ("p1", "p2", "p3"):
        person(warehouse, p, ("mql", "2026-03-01"))
    deal(warehouse, "p1", "p2", "p3")
    assert weights(warehouse) == {("d1", p): 0.333333 for p in ("p1", "p2", "p3")}


def test_those_at_the_handover_by_the_creation_plus_a_day_share_it(warehouse):
    warehouse.night()
    person(warehouse, "p1", ("mql", "2026-03-01"))
    person(warehouse, "p2", ("sql", "2026-03-11"))  # exactly a day later
    person(warehouse, "p3", ("mql", "2026-03-11 00:00:01"))
    person(warehouse, "p4", ("lead", "2026-02-01"))
    deal(warehouse, "p1", "p2", "p3", "p4", created="2026-03-10")
    assert weights(warehouse) == {("d1", "p1"): 0.5, ("d1", "p2"): 0.5, ("d1", "p3"): 0.0, ("d1", "p4"): 0.0}


def test_a_person_s_own_opportunity_is_no_handover(warehouse):
    # Some CRMs make every contact of a new deal an opportunity: that says nothing of who brought it.
    warehouse.night()
    person(warehouse, "p1", ("mql", "2026-03-01"))
    person(warehouse, "p2", ("opportunity", "2026-03-10"))
    deal(warehouse, "p1", "p2")
    assert weights(warehouse) == {("d1", "p1"): 1.0, ("d1", "p2"): 0.0}


def test_else_those_in_any_stage_share_it_whenever_they_got_there(warehouse):
    warehouse.night()
    person(warehouse, "p1", ("lead", "2026-03-01"))
    person(warehouse, "p2", ("mql", "2026-03-20"))
    person(warehouse, "p3")
    deal(warehouse, "p1", "p2", "p3")
    assert weights(warehouse) == {("d1", "p1"): 0.5, ("d1", "p2"): 0.5, ("d1", "p3"): 0.0}


@pytest.mark.parametrize(
    ("crm_stage", "weight"), [(" Working ", 1.0), ("lead", 1.0), ("Unqualified", 0.5), (None, 0.5)]
)
def test_an_undated_stage_is_a_claim_where_it_is_mapped_to_one(warehouse, crm_stage, weight):
    warehouse.night()
    person(warehouse, "p1", crm_stage=crm_stage)
    person(warehouse, "p2", crm_stage="never heard of")
    deal(warehouse, "p1", "p2")
    assert weights(warehouse) == {("d1", "p1"): weight, ("d1", "p2"): 1 - weight}


def test_a_dated_handover_goes_before_an_undated_stage(warehouse):
    warehouse.night()
    person(warehouse, "p1", ("mql", "2026-03-01"))
    person(warehouse, "p2", crm_stage="Qualified")
    deal(warehouse, "p1", "p2")
    assert weights(warehouse) == {("d1", "p1"): 1.0, ("d1", "p2"): 0.0}


def test_else_all_share_it(warehouse):
    warehouse.night()
    person(warehouse, "p1")
    person(warehouse, "p2")
    deal(warehouse, "p1", "p2")
    assert weights(warehouse) == {("d1", "p1"): 0.5, ("d1", "p2"): 0.5}


def test_pitfall_12_a_conversion_takes_all_and_several_share(warehouse):
    warehouse.night()
    person(warehouse, "p1", ("mql", "2026-03-01"))
    person(warehouse, "p2")
    person(warehouse, "p3")
    deal(warehouse, "p1", "p2", conversions=["p2"])
    deal(warehouse, "p1", "p2", "p3", deal_id="d2", conversions=["p2", "p3"])
    assert weights(warehouse) == {
        ("d1", "p1"): 0.0,
        ("d1", "p2"): 1.0,
        ("d2", "p1"): 0.0,
        ("d2", "p2"): 0.5,
        ("d2", "p3"): 0.5,
    }


def test_a_person_of_several_deals_holds_each(warehouse):
    warehouse.night()
    person(warehouse, "p1", ("mql", "2026-03-01"))
    person(warehouse, "p2", ("mql", "2026-03-15"))
    deal(warehouse, "p1", "p2", deal_id="d1", created="2026-03-10")
    deal(warehouse, "p1", "p2", deal_id="d2", created="2026-03-20")
    assert weights(warehouse) == {("d1", "p1"): 1.0, ("d1", "p2"): 0.0, ("d2", "p1"): 0.5, ("d2", "p2"): 0.5}


def test_a_deal_without_a_creation_date_is_judged_by_its_end_and_without_any_date_by_none(warehouse):
    warehouse.night()
    person(warehouse, "p1", ("mql", "2026-03-01"))
    person(warehouse, "p2", ("mql", "2026-03-20"))
    deal(warehouse, "p1", "p2", deal_id="d1", created=None, closed_at="2026-03-10")
    deal(warehouse, "p1", "p2", deal_id="d2", created=None)
    assert weights(warehouse) == {("d1", "p1"): 1.0, ("d1", "p2"): 0.0, ("d2", "p1"): 0.5, ("d2", "p2"): 0.5}


def test_without_a_handover_any_stage_of_people_is_a_claim(warehouse):
    warehouse.night(funnel={"handover": None})
    person(warehouse, "p1", ("prospect", "2026-03-01"))
    person(warehouse, "p2")
    deal(warehouse, "p1", "p2")
    assert weights(warehouse) == {("d1", "p1"): 1.0, ("d1", "p2"): 0.0}


def test_deals_and_people_created_after_the_night_hold_nothing(warehouse):
    warehouse.night("2026-03-31")
    person(warehouse, "p1")
    person(warehouse, "p2", created="2026-04-01")
    deal(warehouse, "p1", "p2")
    deal(warehouse, "p1", deal_id="d2", created="2026-04-01")
    assert weights(warehouse) == {("d1", "p1"): 1.0}


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []


KINDS = st.sampled_from(["conversion", "mql", "late mql", "lead", "undated", "nothing"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(KINDS, min_size=1, max_size=5), min_size=1, max_size=4))
def test_the_weights_of_every_deal_sum_to_1(warehouse, deals):
    if not warehouse.con.execute("select count(*) from settings.night").fetchall()[0][0]:
        warehouse.night()
    for table in ("files.deals", "files.deal_people", "files.people", "funnel.explicit_entries"):
        warehouse.con.execute(f"delete from {table}")
    for d, kinds in enumerate(deals):
        names = [f"p{d}.{i}" for i, _ in enumerate(kinds)]
        for p, kind in zip(names, kinds, strict=True):
            dated = {"mql": ("mql", "2026-03-01"), "late mql": ("mql", "2026-03-20"), "lead": ("lead", "2026-03-01")}
            person(
                warehouse, p, *([dated[kind]] if kind in dated else []), crm_stage="lead" if kind == "undated" else None
            )
        deal(
            warehouse,
            *names,
            deal_id=f"d{d}",
            conversions=[p for p, k in zip(names, kinds, strict=True) if k == "conversion"],
        )
    totals = {}
    for (d, _), weight in weights(warehouse).items():
        totals[d] = totals.get(d, 0) + weight
    assert totals == {f"d{d}": pytest.approx(1, abs=1e-5) for d, _ in enumerate(deals)}
