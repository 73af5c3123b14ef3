"""funnel.owner_spans: ownerships as of the night."""

from datetime import datetime

KEY = "funnel.owner_spans"


def span(owner, from_at, to_at=None, recorded_at=None):
    row = {"record_type": "person", "record_id": "p1", "owner_id": owner, "from_at": from_at, "to_at": to_at}
    return row | {"recorded_at": recorded_at or from_at}


def test_an_ownership_that_ends_after_the_night_has_not_ended(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-20")
    warehouse.put(
        "files.owner_spans",
        span("u1", None, "2026-03-05"),
        span("u2", "2026-03-05", "2026-03-11"),
        span("u3", "2026-03-11"),
        span("u4", "2026-03-06", recorded_at="2026-03-12"),
    )
    assert warehouse.values(KEY, "owner_id", "from_at", "to_at") == [
        ("u1", None, datetime(2026, 3, 5)),
        ("u2", datetime(2026, 3, 5), None),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
