"""funnel.deliveries, and by segment: first explicit entries by week of a target's period."""

from datetime import date

KEY, BY_SEGMENT = "funnel.deliveries", "funnel.deliveries_by_segment"
YEAR = {"revenue": 100000.0, "start": "2026-01-01", "end": "2026-12-31", "name": "year"}


def entry(record, stage, on, number=1, kind="person"):
    unit = "deals" if stage in ("opportunity", "customer") else "people"
    return {"record_type": kind, "record_id": record, "stage": stage, "unit": unit, "round": number, "entered_on": on}


def person(person_id, origin="marketing", segment=None):
    return {"person_id": person_id, "origin": origin, "segment": segment}


def deal(deal_id, origin="sales", is_won=False, booked_on=None, segment=None):
    return {
        "deal_id": deal_id,
        "origin": origin,
        "is_won": is_won,
        "is_lost": False,
        "booked_on": booked_on,
        "segment": segment,
    }


def test_first_entries_are_counted_by_week_from_monday(warehouse):
    warehouse.night(target=YEAR)
    warehouse.put("funnel.people", person("p1"), person("p2"), person("p3"))
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "mql", "2026-03-02"),  # a Monday
        entry("p2", "mql", "2026-03-08"),
        entry("p3", "mql", "2026-03-09"),
        entry("p1", "mql", "2026-03-20", 2),  # a second round delivers nothing
    )
    warehouse.build(BY_SEGMENT)
    assert warehouse.build(KEY) == [
        {"target": "year", "week_start": date(2026, 3, 2), "stage": "mql", "entered": 2},
        {"target": "year", "week_start": date(2026, 3, 9), "stage": "mql", "entered": 1},
    ]


def test_a_week_is_cut_where_a_period_begins(warehouse):
    # 1 April 2026 is a Wednesday.
    quarter = {"revenue": 1.0, "start": "2026-04-01", "end": "2026-06-30", "name": "q2"}
    warehouse.night("2026-04-10", target=[quarter])
    warehouse.put("funnel.people", person("p1"), person("p2"), person("p3"))
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "mql", "2026-03-31"),  # before the period
        entry("p2", "mql", "2026-04-01"),
        entry("p3", "mql", "2026-04-06"),
    )
    warehouse.build(BY_SEGMENT)
    assert warehouse.values(KEY, "week_start", "entered") == [(date(2026, 4, 1), 1), (date(2026, 4, 6), 1)]


def test_pitfall_47_people_are_marketing_s_and_deals_all(warehouse):
    warehouse.night(target=YEAR)
    warehouse.put("funnel.people", person("p1"), person("p2", "sales"))
    warehouse.put("funnel.deals", deal("d1", "sales"), deal("d2", "marketing"))
    warehouse.put(
        "funnel.explicit_entries",
        *(entry(p, "mql", "2026-03-02") for p in ("p1", "p2")),
        *(entry(d, "opportunity", "2026-03-02", kind="deal") for d in ("d1", "d2")),
    )
    warehouse.build(BY_SEGMENT)
    assert warehouse.values(KEY, "stage", "entered") == [("mql", 1), ("opportunity", 2)]


def test_pitfall_47_a_target_that_asks_for_a_share_counts_marketing_s_deals_alone(warehouse):
    warehouse.night(target=YEAR | {"marketing_share": 0.5})
    warehouse.put("funnel.deals", deal("d1", "sales"), deal("d2", "marketing"))
    warehouse.put(
        "funnel.explicit_entries", *(entry(d, "opportunity", "2026-03-02", kind="deal") for d in ("d1", "d2"))
    )
    warehouse.build(BY_SEGMENT)
    assert warehouse.values(KEY, "stage", "entered") == [("opportunity", 1)]


def test_a_win_is_delivered_on_the_day_its_revenue_counts_and_a_reversed_one_not_at_all(warehouse):
    warehouse.night(target=YEAR)
    warehouse.put("funnel.deals", deal("d1", is_won=True, booked_on=date(2026, 3, 9)), deal("d2"))
    warehouse.put("funnel.explicit_entries", *(entry(d, "customer", "2026-03-02", kind="deal") for d in ("d1", "d2")))
    warehouse.build(BY_SEGMENT)
    assert warehouse.values(KEY, "week_start", "stage", "entered") == [(date(2026, 3, 9), "customer", 1)]


def test_a_person_s_own_opportunity_and_a_record_that_is_not_there_deliver_nothing(warehouse):
    warehouse.night(target=YEAR)
    warehouse.put("funnel.people", person("p1"))
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "opportunity", "2026-03-02"),
        entry("gone", "mql", "2026-03-02"),
        entry("gone", "opportunity", "2026-03-02", kind="deal"),
    )
    warehouse.build(BY_SEGMENT)
    assert warehouse.build(KEY) == []


def test_each_target_counts_its_own_period_and_segment(warehouse):
    targets = [
        {"revenue": 1.0, "start": "2026-01-01", "end": "2026-03-15", "name": "early"},
        {"revenue": 1.0, "start": "2026-03-16", "end": "2026-12-31", "name": "late"},
        {"revenue": 1.0, "start": "2026-01-01", "end": "2026-12-31", "name": "ads", "segment": "Ads"},
    ]
    warehouse.night(target=targets, funnel={"segment_by": "source"})
    warehouse.put("funnel.people", person("p1", segment="Ads"), person("p2", segment="Fair"))
    warehouse.put("funnel.explicit_entries", entry("p1", "mql", "2026-03-15"), entry("p2", "mql", "2026-03-16"))
    warehouse.build(BY_SEGMENT)
    assert warehouse.values(KEY, "target", "week_start", "entered") == [
        ("ads", date(2026, 3, 9), 1),
        ("early", date(2026, 3, 9), 1),
        ("late", date(2026, 3, 16), 1),
    ]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    warehouse.build(BY_SEGMENT)
    assert warehouse.build(KEY) == []


def test_each_segment_s_records_are_told_apart_and_sum_to_the_whole(warehouse):
    warehouse.night(target=YEAR, funnel={"segment_by": "source"})
    warehouse.put(
        "funnel.people", person("p1", segment="ads"), person("p2", segment="ads"), person("p3", segment="fair")
    )
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "mql", "2026-03-02"),
        entry("p2", "mql", "2026-03-03"),
        entry("p3", "mql", "2026-03-04"),
    )
    assert warehouse.values(BY_SEGMENT, "segment", "entered") == [("ads", 2), ("fair", 1)]
    assert warehouse.values(KEY, "entered") == [3]
