"""files.reps: every owner that the exports name."""

KEY = "files.reps"


def test_every_owner_is_there_once_with_its_name_where_the_export_has_it(warehouse):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "1", "owner": "u1"}, {"id": "2", "owner": "u1"}, {"id": "3"})
    warehouse.put("raw_files.deals", {"id": "1", "owner": "u2"})
    warehouse.put("raw_files.touches", {"id": "1", "owner": "u3"})
    warehouse.put("raw_files.reps", {"id": "u1", "name": "Ada", "team": "North"}, {"id": "u4"})
    assert warehouse.values(KEY, "owner_id", "name", "team", "is_active") == [
        ("files:u1", "Ada", "North", True),
        ("files:u2", "u2", None, True),
        ("files:u3", "u3", None, True),
        ("files:u4", "u4", None, True),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
