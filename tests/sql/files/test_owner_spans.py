"""files.owner_spans: who owned which record."""

from datetime import datetime

KEY = "files.owner_spans"


def test_today_s_owner_has_held_since_creation(warehouse):
    warehouse.night()
    created = datetime(2026, 3, 1)
    warehouse.put(
        "files.people",
        {"person_id": "files:1", "owner_id": "files:u1", "created_at": created},
        {"person_id": "files:2", "owner_id": "files:u1"},
        {"person_id": "files:3", "created_at": created},
    )
    warehouse.put(
        "files.deals", {"deal_id": "files:9", "owner_id": "files:u2", "created_at": created}, {"deal_id": "files:8"}
    )
    columns = ("record_type", "record_id", "owner_id", "from_at", "to_at", "recorded_at")
    assert warehouse.values(KEY, *columns) == [
        ("deal", "files:9", "files:u2", created, None, created),
        ("person", "files:1", "files:u1", created, None, created),
        ("person", "files:2", "files:u1", None, None, None),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
