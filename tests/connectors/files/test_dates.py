"""Dates as exports write them, each cell with the UTC instant it must become."""

from datetime import datetime
from pathlib import Path

import pytest

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import Read, read

# Midnight of 4 March 2026 in Paris is 23:00 UTC of the day before; 14:05 there is 13:05 UTC.
MIDNIGHT, AFTERNOON = datetime(2026, 3, 3, 23), datetime(2026, 3, 4, 13, 5)


def created(folder: Path, cells: list[str], zone: str = "Europe/Paris", **settings: str) -> Read:
    """People with these creation dates, their ids 000, 001, …"""
    rows = "\n".join(f'{i:03};"{cell}"' for i, cell in enumerate(cells))
    (folder / "leads.csv").write_text(f"Id;Created\n{rows}\n", encoding="utf-8")
    return read(folder, zone, people={"path": "leads.csv", "id": "Id", "created": "Created", **settings})


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-03-04", MIDNIGHT),
        ("2026/3/4", MIDNIGHT),
        ("20260304", MIDNIGHT),
        ("4.3.2026", MIDNIGHT),
        ("04.03.26", MIDNIGHT),
        ("04-Mar-2026", MIDNIGHT),
        ("4th March 2026", MIDNIGHT),
        ("4 mars 2026", MIDNIGHT),
        ("4. März 2026", MIDNIGHT),
        ("4 de marzo de 2026", MIDNIGHT),
        ("1er août 2026", datetime(2026, 7, 31, 22)),
        ("March 4, 2026", MIDNIGHT),
        ("Wed, Mar 4, 2026", MIDNIGHT),
        ("2026-03-04 14:05", AFTERNOON),
        ("2026-03-04T14:05:00.000", AFTERNOON),
        ("2026-03-04, 2:05 PM", AFTERNOON),
        ("mercredi 4 mars 2026 14h05", AFTERNOON),
        ("4.3.2026 14:05:00", AFTERNOON),
        ("Mar 4, 2026 at 2:05 p.m.", AFTERNOON),
        ("2026-03-04 12:05 AM", datetime(2026, 3, 3, 23, 5)),
        ("2026-03-04 12:05 PM", datetime(2026, 3, 4, 11, 5)),
        ("2026-03-04T14:05:00Z", datetime(2026, 3, 4, 14, 5)),
        ("2026-03-04T14:05:00.000+0000", datetime(2026, 3, 4, 14, 5)),
        ("2026-03-04 14:05:00 -05:00", datetime(2026, 3, 4, 19, 5)),
        ("2026-03-04 14:05:00+05:30", datetime(2026, 3, 4, 8, 35)),
        ("2026-03-04 14:05 UTC", datetime(2026, 3, 4, 14, 5)),
        ("1772582400000", datetime(2026, 3, 4)),
    ],
)
def test_a_date_is_read_in_the_account_zone_unless_it_names_an_offset(tmp_path, cell, instant):
    assert created(tmp_path, [cell]).column("people", "created_at") == [instant]


@pytest.mark.parametrize(
    "cell",
    ["2026-02-30", "2026-13-01", "yesterday", "31.04.2026", "2026-03-04 25:00", "2026-03-04 13:05 PM", "1/2/3",
     "9999-12-31", "0026-01-01", "4 foo 2026", "2026-03-04 14:05 somewhere", "2026-03-04 14:60"],
)  # fmt: skip
def test_what_is_no_date_is_reported_with_its_id_and_counts_as_empty(tmp_path, cell):
    found = created(tmp_path, [cell])
    assert found.column("people", "created_at") == [None]
    assert found.findings() == {"unreadable_cell:people.created": 1}
    assert found.rows("findings")[0]["example_ids"] == "000"


@pytest.mark.parametrize("cell", ["", "-", "n/a", "NULL", "(No value)", "  ", "\u00a0"])
def test_a_cell_that_says_there_is_no_date_is_empty_and_no_mistake(tmp_path, cell):
    found = created(tmp_path, [cell])
    assert (found.column("people", "created_at"), found.findings()) == ([None], {})


def test_one_day_above_twelve_decides_the_whole_column(tmp_path):
    day_first = created(tmp_path, ["03/04/2026", "25/03/2026"], zone="UTC")
    assert day_first.column("people", "created_at") == [datetime(2026, 4, 3), datetime(2026, 3, 25)]
    month_first = created(tmp_path, ["03/04/2026", "03/25/2026"], zone="UTC")
    assert month_first.column("people", "created_at") == [datetime(2026, 3, 4), datetime(2026, 3, 25)]


def test_a_column_that_nothing_decides_is_decided_by_the_one_beside_it(tmp_path):
    (tmp_path / "leads.csv").write_text("Id,Created,MQL\n1,03/04/2026,25/05/2026\n2,05/04/2026,\n")
    people = {"path": "leads.csv", "id": "Id", "created": "Created", "stages": {"mql": "MQL"}}
    found = read(tmp_path, people=people)
    assert found.column("people", "created_at") == [datetime(2026, 4, 3), datetime(2026, 4, 5)]


def test_a_column_that_nothing_decides_is_refused_and_the_key_that_decides_it_named(tmp_path):
    with pytest.raises(FixSettingsError) as refused:
        created(tmp_path, ["03/04/2026", "05/06/2026"])
    assert str(refused.value) == (
        "acme.yaml: sources.files.people.dates: the dates in created may be day-first or month-first "
        "(as in 03/04/2026); add dates: day_first or dates: month_first."
    )


def test_the_settings_decide_what_the_cells_do_not(tmp_path):
    for order, day in (("day_first", datetime(2026, 4, 3)), ("month_first", datetime(2026, 3, 4))):
        found = created(tmp_path, ["03/04/2026", "05/06/2026"], zone="UTC", dates=order)
        assert found.column("people", "created_at")[0] == day


def test_a_date_that_is_the_same_either_way_needs_no_decision(tmp_path):
    found = created(tmp_path, ["03/03/2026", "05/05/2026"], zone="UTC")
    assert found.column("people", "created_at") == [datetime(2026, 3, 3), datetime(2026, 5, 5)]


def test_a_column_in_both_orders_is_refused(tmp_path):
    with pytest.raises(FixSettingsError, match="both day-first and month-first"):
        created(tmp_path, ["25/03/2026", "03/25/2026"])


def test_one_odd_cell_among_many_is_a_mistake_of_its_own(tmp_path):
    found = created(tmp_path, [f"{d:02}/01/2026" for d in range(13, 32)] + ["01/25/2026", "02/03/2026"], zone="UTC")
    assert found.findings() == {"unreadable_cell:people.created": 1}
    assert found.column("people", "created_at")[-1] == datetime(2026, 3, 2)


def test_one_undecided_cell_among_iso_dates_is_reported_not_guessed(tmp_path):
    found = created(tmp_path, ["2026-01-01"] * 5 + ["03/04/2026"])
    assert found.findings() == {"unreadable_cell:people.created": 1}


def test_a_time_that_a_clock_change_skips_moves_on_and_is_reported(tmp_path):
    # Paris, 29 March 2026: clocks go from 02:00 to 03:00, so 02:30 is read as 03:30 = 01:30 UTC.
    found = created(tmp_path, ["2026-03-29 02:30", "2026-03-29 03:30", "2026-03-29 01:59"])
    assert found.column("people", "created_at") == [
        datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 0, 59)
    ]  # fmt: skip
    assert found.findings() == {"clock_change:people.created": 1}


def test_a_time_that_a_clock_change_repeats_is_the_second_and_is_reported(tmp_path):
    # Paris, 25 October 2026: 02:30 comes at 00:30 UTC (summer time) and again at 01:30 UTC.
    found = created(tmp_path, ["2026-10-25 02:30", "2026-10-25 03:30"])
    assert found.column("people", "created_at") == [datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 2, 30)]
    assert found.findings() == {"clock_change:people.created": 1}


def test_a_day_whose_midnight_is_skipped_begins_at_its_first_instant(tmp_path):
    # São Paulo, 15 October 2017: clocks went from 00:00 to 01:00, 03:00 UTC.
    found = created(tmp_path, ["2017-10-15"], zone="America/Sao_Paulo")
    assert found.column("people", "created_at") == [datetime(2017, 10, 15, 3)]
    assert found.findings() == {}
