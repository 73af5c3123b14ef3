"""funnel.reps: which owners are reps, and with what share."""

import pytest

KEY = "funnel.reps"
AS_OF = "2026-03-31"  # the last 28 days begin on 4 March


def owners(warehouse, *ids, **more):
    for owner in ids:
        warehouse.put("files.reps", {"owner_id": f"files:{owner}", "name": owner.upper(), "is_active": True, **more})


def mql(record, at, number=1, stage="mql"):
    row = {"record_type": "person", "record_id": record, "stage": stage, "round": number}
    return row | {"entered_at": at, "entered_on": at[:10]}


def span(record, owner, from_at=None, to_at=None):
    row = {"record_type": "person", "record_id": record, "owner_id": f"files:{owner}"}
    return row | {"from_at": from_at, "to_at": to_at}


def touch(owner, at, is_automated=False):
    return {"touch_id": f"{owner}{at}", "owner_id": f"files:{owner}", "touched_at": at, "is_automated": is_automated}


def reps(warehouse):
    return {name for name, is_rep in warehouse.values(KEY, "name", "is_rep") if is_rep}


def test_an_owner_keeps_its_facts(warehouse):
    warehouse.night(AS_OF)
    owners(warehouse, "u1", team="North")
    assert warehouse.build(KEY) == [
        {"owner_id": "files:u1", "name": "U1", "team": "North", "is_active": True, "is_rep": False, "share": 1.0}
    ]


def test_an_mql_of_the_last_28_days_makes_a_rep(warehouse):
    warehouse.night(AS_OF)
    owners(warehouse, "u1", "u2", "u3")
    warehouse.put(
        "funnel.explicit_entries",
        mql("p1", "2026-03-04 00:00"),
        mql("p2", "2026-03-03 23:59"),
        mql("p3", "2026-03-20 00:00", stage="sql"),
    )
    warehouse.put("funnel.owner_spans", span("p1", "u1"), span("p2", "u2"), span("p3", "u3"))
    assert reps(warehouse) == {"U1"}


@pytest.mark.parametrize(
    ("spans", "rep"),
    [
        pytest.param([("u1", None, None)], {"U1"}, id="always"),
        pytest.param(
            [("u1", None, "2026-03-10 09:15"), ("u2", "2026-03-10 09:15", None)], {"U2"}, id="after 15 minutes"
        ),
        pytest.param(
            [("u1", None, "2026-03-10 09:16"), ("u2", "2026-03-10 09:16", None)], {"U1"}, id="held 16 minutes"
        ),
        pytest.param(
            [("u1", None, "2026-03-09"), ("u2", "2026-03-12", None)], {"U2"}, id="nobody yet: the first later"
        ),
        pytest.param(
            [("u1", "2026-03-12", "2026-03-13"), ("u2", "2026-03-13", None)], {"U1"}, id="the first of two later"
        ),
        pytest.param([("u1", None, "2026-03-09")], set(), id="nobody any more"),
    ],
)
def test_the_owner_of_an_mql_is_the_one_a_quarter_of_an_hour_later_else_the_next_of_the_round(warehouse, spans, rep):
    warehouse.night(AS_OF)
    owners(warehouse, "u1", "u2")
    warehouse.put("funnel.explicit_entries", mql("p1", "2026-03-10 09:00"))
    warehouse.put("funnel.owner_spans", *(span("p1", *s) for s in spans))
    assert reps(warehouse) == rep


def test_a_human_touch_of_the_last_28_days_makes_a_rep(warehouse):
    warehouse.night(AS_OF, timezone="America/New_York")  # the window begins at 05:00 UTC on 4 March, winter time
    owners(warehouse, "u1", "u2", "u3")
    warehouse.put(
        "funnel.touches",
        touch("u1", "2026-03-04 05:00"),
        touch("u2", "2026-03-04 04:59"),
        touch("u3", "2026-03-20", is_automated=True),
    )
    assert reps(warehouse) == {"U1"}


def test_who_has_left_is_no_rep_unless_named(warehouse):
    warehouse.night(AS_OF, capacity={"reps": {"u2": 0.5}})
    owners(warehouse, "u1", "u2", is_active=False)
    warehouse.put("funnel.touches", touch("u1", "2026-03-20"), touch("u2", "2026-03-20"))
    assert warehouse.values(KEY, "name", "is_rep", "share") == [("U1", False, 1.0), ("U2", True, 0.5)]


def test_a_rep_is_named_by_id_or_by_name_whatever_the_case(warehouse):
    warehouse.night(AS_OF, capacity={"reps": {"U1": 0.5, " ada ": 0.8}})
    owners(warehouse, "u1", "u3")
    warehouse.put("files.reps", {"owner_id": "files:7", "name": "Ada ", "is_active": True})
    assert warehouse.values(KEY, "owner_id", "is_rep", "share") == [
        ("files:7", True, 0.8),
        ("files:u1", True, 0.5),
        ("files:u3", False, 1.0),
    ]


def test_an_id_may_hold_a_colon(warehouse):
    warehouse.night(AS_OF, capacity={"reps": {"crm:7": 0.5}})
    owners(warehouse, "crm:7")
    assert warehouse.values(KEY, "is_rep", "share") == [(True, 0.5)]


@pytest.mark.parametrize(
    ("as_of", "is_rep", "share"),
    [("2026-02-28", False, 1.0), ("2026-03-01", True, 0.5), ("2026-03-14", True, 0.5), ("2026-03-15", True, 1.0)],
)
def test_a_share_holds_from_its_first_day(warehouse, as_of, is_rep, share):
    shares = [{"share": 0.5, "from": "2026-03-01"}, {"share": 1.0, "from": "2026-03-15"}]
    warehouse.night(as_of, capacity={"reps": {"u1": shares}})
    owners(warehouse, "u1")
    assert warehouse.values(KEY, "is_rep", "share") == [(is_rep, share)]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
