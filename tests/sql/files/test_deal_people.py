"""files.deal_people: which people stand behind which deal."""

KEY = "files.deal_people"


def test_a_link_counts_where_both_its_ends_are_there(warehouse):
    warehouse.night()
    warehouse.put("raw_files.people", {"id": "p1"}, {"id": "p2"})
    warehouse.put("raw_files.deals", {"id": "d1"})
    warehouse.put(
        "raw_files.deal_people",
        {"deal": "d1", "person": "p1"},
        {"deal": "d1", "person": "p2"},
        {"deal": "d1", "person": "nobody"},
        {"deal": "nothing", "person": "p1"},
    )
    assert warehouse.values(KEY, "deal_id", "person_id", "is_conversion") == [
        ("files:d1", "files:p1", False),
        ("files:d1", "files:p2", False),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
