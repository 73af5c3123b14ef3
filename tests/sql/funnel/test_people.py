"""funnel.people: the living people, their stage, segment and origin."""

from datetime import datetime

import pytest

KEY = "funnel.people"
POSITION = {"prospect": 1, "lead": 2, "mql": 3, "sql": 4, "opportunity": 5, "customer": 6}


def person(person_id="p1", **more):
    return {"person_id": person_id, "source_system": "files", **more}


def entry(stage, at, record="p1", number=1):
    row = {"record_type": "person", "record_id": record, "stage": stage, "position": POSITION[stage]}
    return row | {"entered_at": at, "round": number}


def test_a_person_keeps_its_facts_and_its_canonical_stage(warehouse):
    warehouse.night()
    at = datetime(2026, 3, 1)
    warehouse.put(
        "files.people", person(created_at=at, lead_source="Ads", owner_id="files:u1", crm_stage=" Working - Contacted ")
    )
    assert warehouse.build(KEY) == [
        {
            "person_id": "p1",
            "source_system": "files",
            "created_at": at,
            "lead_source": "Ads",
            "owner_id": "files:u1",
            "crm_stage": " Working - Contacted ",
            "stage": "mql",
            "segment": None,
            "origin": "marketing",
        }
    ]


@pytest.mark.parametrize(
    ("crm_stage", "stage"),
    [("Hot", "sql"), ("New", "lead"), ("Unqualified", None), ("Other", None), ("never heard of", None), (None, None)],
)
def test_the_stage_is_what_the_crm_stage_means(warehouse, crm_stage, stage):
    warehouse.night(funnel={"mapping": {"hot": "sql"}})
    warehouse.put("files.people", person(crm_stage=crm_stage))
    assert warehouse.values(KEY, "stage") == [stage]


def test_pitfall_44_today_s_stage_is_the_status_not_the_highest_stage_reached(warehouse):
    warehouse.night()
    warehouse.put("files.people", person(crm_stage="lead"))
    warehouse.put("funnel.explicit_entries", entry("sql", "2026-03-01"), entry("lead", "2026-03-05"))
    assert warehouse.values(KEY, "stage") == ["lead"]


def test_who_was_created_after_the_night_is_not_there_yet(warehouse):
    warehouse.night("2026-03-31", timezone="America/New_York")  # ends at 04:00 UTC on 1 April
    warehouse.put(
        "files.people",
        person("p1", created_at="2026-04-01 03:59:59"),
        person("p2", created_at="2026-04-01 04:00"),
        person("p3"),
    )
    assert warehouse.values(KEY, "person_id") == ["p1", "p3"]


@pytest.mark.parametrize(
    ("entries", "has_deal", "origin"),
    [
        pytest.param([("mql", "2026-03-01")], False, "marketing", id="the handover is marketing's"),
        pytest.param([("lead", "2026-03-01"), ("sql", "2026-03-02")], True, "marketing", id="first a lead"),
        pytest.param([("sql", "2026-03-01")], False, "sales", id="first beyond the handover"),
        pytest.param([("sql", "2026-03-01"), ("lead", "2026-03-05")], False, "sales", id="moved back later"),
        pytest.param([("customer", "2026-03-01")], False, "sales", id="first a customer"),
        pytest.param([("sql", "2026-03-01"), ("mql", "2026-03-01")], False, "marketing", id="both at one moment"),
        pytest.param([], True, "sales", id="nothing but a deal"),
        pytest.param([], False, "marketing", id="nothing at all"),
    ],
)
def test_pitfall_47_a_person_is_sales_own_when_first_seen_beyond_the_handover(warehouse, entries, has_deal, origin):
    warehouse.night()
    warehouse.put("files.people", person())
    warehouse.put("funnel.explicit_entries", *(entry(*e) for e in entries))
    if has_deal:
        warehouse.put("funnel.deal_people", {"deal_id": "d1", "person_id": "p1", "weight": 1.0})
    assert warehouse.values(KEY, "origin") == [origin]


def test_pitfall_47_a_lead_source_of_sales_makes_the_person_sales_own(warehouse):
    warehouse.night(funnel={"sales_sources": ["Outbound"]})
    warehouse.put("files.people", person("p1", lead_source=" OUTBOUND "), person("p2", lead_source="Ads"), person("p3"))
    warehouse.put("funnel.explicit_entries", entry("lead", "2026-03-01"))
    assert warehouse.values(KEY, "person_id", "origin") == [("p1", "sales"), ("p2", "marketing"), ("p3", "marketing")]


def test_a_share_of_nothing_is_no_deal(warehouse):
    warehouse.night()
    warehouse.put("files.people", person())
    warehouse.put("funnel.deal_people", {"deal_id": "d1", "person_id": "p1", "weight": 0.0})
    assert warehouse.values(KEY, "origin") == ["marketing"]


def test_without_a_handover_all_but_sales_sources_are_marketing_s(warehouse):
    warehouse.night(funnel={"stages": ["lead", "sql", "opportunity", "customer"], "sales_sources": ["outbound"]})
    warehouse.put("files.people", person("p1"), person("p2", lead_source="Outbound"))
    warehouse.put("funnel.explicit_entries", entry("sql", "2026-03-01"))
    assert warehouse.values(KEY, "person_id", "origin") == [("p1", "marketing"), ("p2", "sales")]


SEGMENTS = [
    (None, [None, None]),
    ("source", ["Ads", "(none)"]),
    ("owner", ["Ada", "(none)"]),
    ("team", ["North", "(none)"]),
    ("pipeline", [None, None]),  # splits deals only
]


@pytest.mark.parametrize(("by", "segments"), SEGMENTS)
def test_the_segment_of_a_person(warehouse, by, segments):
    warehouse.night(funnel={"segment_by": by})
    warehouse.put("files.people", person("p1", lead_source="Ads", owner_id="u1"), person("p2"))
    warehouse.put("funnel.reps", {"owner_id": "u1", "name": "Ada", "team": "North"})
    assert warehouse.values(KEY, "person_id", "segment") == [("p1", segments[0]), ("p2", segments[1])]


def span(owner, from_at, to_at):
    return {"record_type": "person", "record_id": "p1", "owner_id": owner, "from_at": from_at, "to_at": to_at}


@pytest.mark.parametrize(
    ("entries", "segment"),
    [
        pytest.param([], "Cem", id="before any handover: today's owner"),
        pytest.param([("lead", "2026-03-02", 1)], "Cem", id="a lead is not handed over"),
        pytest.param([("mql", "2026-03-04", 1)], "Ada", id="fixed at the handover"),
        pytest.param([("mql", "2026-03-05", 1)], "Ben", id="the new owner from the moment of the change"),
        pytest.param([("mql", "2026-03-06", 1), ("mql", "2026-03-20", 2)], "Ben", id="the first round fixes it"),
    ],
)
def test_the_segment_is_fixed_at_the_first_handover(warehouse, entries, segment):
    warehouse.night(funnel={"segment_by": "owner"})
    warehouse.put("files.people", person(owner_id="u3"))
    warehouse.put(
        "funnel.reps", *({"owner_id": o, "name": n} for o, n in (("u1", "Ada"), ("u2", "Ben"), ("u3", "Cem")))
    )
    warehouse.put(
        "funnel.owner_spans",
        span("u1", None, "2026-03-05"),
        span("u2", "2026-03-05", "2026-03-15"),
        span("u3", "2026-03-15", None),
    )
    warehouse.put("funnel.explicit_entries", *(entry(stage, at, number=n) for stage, at, n in entries))
    assert warehouse.values(KEY, "segment") == [segment]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
