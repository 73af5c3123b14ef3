"""funnel.open_records: how many came into a stage on a day, and how many of these may still go further."""


def outcome(**columns):
    return {"from_stage": "mql", "to_stage": "sql", "age_days": 10, "is_lost": False, "records": 1} | columns


def test_converted_and_lost_records_are_not_open_and_all_have_entered(warehouse):
    warehouse.put(
        "funnel.step_outcomes",
        outcome(records=7),
        outcome(records=3, lag_days=4),
        outcome(records=2, is_lost=True),
        outcome(records=5, age_days=11, lag_days=0),
    )
    assert warehouse.build("funnel.open_records") == [
        {"stage": "mql", "segment": None, "age_days": 10, "entered": 12, "still_open": 7},
        {"stage": "mql", "segment": None, "age_days": 11, "entered": 5, "still_open": 0},
    ]


def test_stages_and_segments_are_counted_apart(warehouse):
    warehouse.put(
        "funnel.step_outcomes",
        outcome(segment="Ads"),
        outcome(segment="Web", records=4),
        outcome(from_stage="sql", to_stage="opportunity"),
    )
    found = warehouse.values("funnel.open_records", "stage", "segment", "still_open")
    assert found == [("mql", "Ads", 1), ("mql", "Web", 4), ("sql", None, 1)]


def test_nothing_in_nothing_out(warehouse):
    assert warehouse.build("funnel.open_records") == []
