"""reporting.data_quality: what bends or hides a number."""

from datetime import date
from decimal import Decimal

import pytest

KEY = "reporting.data_quality"
# A funnel whose every stage the settings date, so that a stage without entries is no finding.
DATED = {
    "sources": {
        "files": {
            "people": {"path": "p", "id": "Id", "stages": {s: s for s in ("prospect", "lead", "mql", "sql")}},
            "deals": {"path": "d", "id": "Id", "created": "c", "won_at": "w"},
        }
    }
}
POSITION = {"prospect": 1, "lead": 2, "mql": 3, "sql": 4, "opportunity": 5, "customer": 6}


def findings(warehouse):
    return {r["finding"]: (r["severity"], r["records"], r["example_ids"]) for r in warehouse.build(KEY)}


def deal(deal_id="d1", **more):
    row = {"deal_id": deal_id, "crm_stage": "Proposal", "is_won": False, "is_lost": False, "created_at": "2026-03-01"}
    return row | more


def linked(warehouse, *deal_ids):
    warehouse.put("funnel.deal_people", *({"deal_id": d, "person_id": "p1", "weight": 1.0} for d in deal_ids))


def entry(record, stage, on, kind="person", number=1):
    unit = "deals" if POSITION[stage] > 4 else "people"
    row = {"record_type": kind, "record_id": record, "stage": stage, "position": POSITION[stage], "unit": unit}
    return row | {"round": number, "entered_on": on, "entered_at": on}


def test_nothing_is_found_in_clean_data(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.people", {"person_id": "p1", "crm_stage": "Working"})
    warehouse.put(
        "funnel.deals", deal(), deal("d2", is_won=True, booked_on=date(2026, 3, 1), amount=1, amount_in_currency=1)
    )
    linked(warehouse, "d1", "d2")
    warehouse.put("funnel.explicit_entries", entry("p1", "lead", "2026-03-01"), entry("p1", "mql", "2026-03-01"))
    assert findings(warehouse) == {}


def test_a_stage_that_is_not_mapped_is_named(warehouse):
    warehouse.night(**DATED)
    warehouse.put(
        "funnel.people",
        *({"person_id": f"p{i}", "crm_stage": s} for i, s in enumerate(("Odd", "Odd", " mql ", "Other"))),
    )
    warehouse.put("funnel.deals", deal("d1", crm_stage="Odd"), deal("d2", crm_stage="Odd", is_lost=True))
    linked(warehouse, "d1", "d2")
    assert findings(warehouse) == {
        "unmapped_stage:person:Odd": ("warning", 2, "p0, p1"),
        "unmapped_stage:deal:Odd": ("warning", 1, "d1"),  # a lost deal needs no stage
    }
    assert 'funnel.mapping: {"Odd"' in warehouse.values(KEY, "remedy")[0]


def test_a_stage_with_an_id_of_digits_is_named_as_the_crm_shows_it(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.people", {"person_id": "p1", "crm_stage": "153180554"})
    warehouse.put(
        "hubspot.people", {"person_id": "p1", "crm_stage": "153180554", "crm_stage_label": "Product qualified"}
    )
    assert findings(warehouse) == {"unmapped_stage:person:153180554": ("warning", 1, "p1")}
    assert warehouse.values(KEY, "remedy") == [
        'Map it (Product qualified): funnel.mapping: {"153180554": <a stage of yours, or ignore>}.'
    ]


def test_a_deal_in_a_stage_of_people_is_named(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.deals", deal(crm_stage="Qualified"))  # means sql
    linked(warehouse, "d1")
    assert findings(warehouse) == {"unmapped_stage:deal:Qualified": ("warning", 1, "d1")}


def test_a_record_without_a_stage_is_named(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.people", {"person_id": "p1"})
    warehouse.put("funnel.deals", deal(crm_stage=None), deal("d2", crm_stage=None, is_lost=True))
    linked(warehouse, "d1", "d2")
    assert findings(warehouse) == {"no_stage:person": ("warning", 1, "p1"), "no_stage:deal": ("warning", 1, "d1")}


WON = {"is_won": True, "booked_on": date(2026, 3, 1), "amount": Decimal(5), "amount_in_currency": Decimal(5)}


@pytest.mark.parametrize(
    ("given", "finding", "severity"),
    [
        (WON | {"booked_on": None}, "undated_win", "warning"),
        ({"created_at": None}, "undated_deal", "info"),
        (WON | {"amount": None, "amount_in_currency": None}, "win_without_amount", "warning"),
        (WON | {"amount": Decimal(0), "amount_in_currency": Decimal(0)}, "win_not_positive", "warning"),
        (WON | {"amount": Decimal(-1), "amount_in_currency": Decimal(-1)}, "win_not_positive", "warning"),
        (WON | {"currency": "USD", "amount_in_currency": None}, "no_exchange_rate:USD", "warning"),
        ({"amount": Decimal(5), "currency": None}, "no_exchange_rate:(none)", "warning"),
    ],
)
def test_what_is_wrong_with_a_deal(warehouse, given, finding, severity):
    warehouse.night(**DATED)
    warehouse.put("funnel.deals", deal(**given))
    linked(warehouse, "d1")
    assert findings(warehouse) == {finding: (severity, 1, "d1")}


def test_a_won_deal_needs_no_creation_date(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.deals", deal(**WON, created_at=None))
    linked(warehouse, "d1")
    assert findings(warehouse) == {}


def test_a_deal_without_people_is_named_where_the_funnel_has_people(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.deals", deal())
    assert findings(warehouse) == {"deal_without_person": ("info", 1, "d1")}
    deals_only = {"sources": {"files": {"deals": DATED["sources"]["files"]["deals"]}}}
    warehouse.night(funnel={"stages": ["opportunity", "customer"]}, **deals_only)
    assert findings(warehouse) == {}


def test_pitfall_43_stages_out_of_order_are_named_by_the_day(warehouse):
    warehouse.night(**DATED)
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "mql", "2026-03-05"),
        entry("p1", "sql", "2026-03-04"),  # a day before the mql
        entry("p2", "mql", "2026-03-05"),
        entry("p2", "sql", "2026-03-05"),
        entry("p3", "sql", "2026-03-04"),
        entry("p3", "mql", "2026-03-09", number=2),  # a later round is no mistake
    )
    assert findings(warehouse) == {"stages_out_of_order": ("info", 1, "p1")}


def test_pitfall_13_a_bare_date_is_not_before_a_moment_of_its_day(warehouse):
    warehouse.night(**DATED)
    warehouse.put(
        "funnel.explicit_entries",
        entry("p1", "mql", "2026-03-05") | {"entered_at": "2026-03-05 10:00"},
        entry("p1", "sql", "2026-03-05"),
        entry("d1", "opportunity", "2026-03-05", "deal"),
    )
    warehouse.put("funnel.deals", deal())
    linked(warehouse, "d1")
    assert findings(warehouse) == {}


def test_a_deal_before_its_person_s_stage_is_out_of_order(warehouse):
    warehouse.night(**DATED)
    warehouse.put(
        "funnel.explicit_entries", entry("p1", "sql", "2026-03-05"), entry("d1", "opportunity", "2026-03-04", "deal")
    )
    warehouse.put("funnel.deals", deal())
    linked(warehouse, "d1")
    assert findings(warehouse) == {"stages_out_of_order": ("info", 1, "p1")}


def test_a_stage_that_nothing_dates_is_named_until_the_crm_shows_an_entry(warehouse):
    warehouse.night(
        funnel={"stages": ["lead", "mql", "sql", "demo", "opportunity", "customer"]}, **DATED_WITHOUT_PROSPECT
    )
    assert findings(warehouse) == {"stage_never_entered:demo": ("warning", 1, None)}
    warehouse.put("funnel.stage_times", {"stage": "demo", "is_explicit": False})
    assert list(findings(warehouse)) == ["stage_never_entered:demo"]
    warehouse.put("funnel.stage_times", {"stage": "demo", "is_explicit": True})
    assert findings(warehouse) == {}


DATED_WITHOUT_PROSPECT = {
    "sources": {
        "files": {
            "people": {"path": "p", "id": "Id", "stages": {s: s for s in ("lead", "mql", "sql")}},
            "deals": DATED["sources"]["files"]["deals"],
        }
    }
}


def test_rates_whose_product_is_not_what_became_of_a_cohort_are_named_with_both(warehouse):
    warehouse.night(**DATED)
    row = {"as_of": date(2026, 3, 31), "from_stage": "mql", "to_stage": "customer", "entered": 200, "differs": True}
    row |= {"window_start": date(2025, 1, 1), "window_end": date(2025, 12, 31)}
    row |= {"observed_rate": 0.115, "product_of_rates": 0.025}
    warehouse.put("reporting.end_to_end", row, row | {"as_of": date(2026, 3, 30)})
    assert findings(warehouse) == {"end_to_end_differs": ("warning", 1, None)}
    assert warehouse.values(KEY, "remedy")[0].startswith(
        "Of 200 people at mql from 2025-01-01 to 2025-12-31, 11.5 % came to customer; the product of tonight's rates "
        "is 2.5 %. "
    )


def test_a_replay_says_that_its_values_are_of_another_day(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-31", **DATED)
    assert findings(warehouse) == {"replayed_values": ("info", 1, None)}


def test_what_could_not_be_read_is_passed_on_with_a_remedy(warehouse):
    warehouse.night(**DATED)
    warehouse.put(
        "raw_files.findings",
        {"finding": "duplicate_id", "setting": "people.id", "records": 2, "example_ids": "1, 2"},
        {"finding": "unreadable_cell", "setting": "deals.amount", "records": 1, "example_ids": "9"},
        {"finding": "missing_id", "setting": "deals.id", "records": 0},
    )
    assert findings(warehouse) == {
        "duplicate_id:people.id": ("warning", 2, "1, 2"),
        "unreadable_cell:deals.amount": ("warning", 1, "9"),
    }


def test_five_examples_are_enough(warehouse):
    warehouse.night(**DATED)
    warehouse.put("funnel.people", *({"person_id": f"p{i}"} for i in range(7)))
    assert findings(warehouse) == {"no_stage:person": ("warning", 7, "p0, p1, p2, p3, p4")}


def test_every_finding_has_a_remedy(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-31")
    warehouse.put("funnel.people", {"person_id": "p1"}, {"person_id": "p2", "crm_stage": "Odd"})
    warehouse.put("funnel.deals", deal(created_at=None, crm_stage=None), deal("d2", is_won=True))
    warehouse.build(KEY)
    assert all(warehouse.values(KEY, "remedy"))
