"""What stops a night, what only warns, and how each is accepted."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from pipelines.row_checks import ROW_CHECKS
from tests.sql.conftest import Warehouse

TONIGHT, BEFORE = date(2026, 3, 31), date(2026, 3, 30)


@pytest.fixture
def w(warehouse: Warehouse) -> Warehouse:
    """A night of 2026-03-31 over 100 people, 10 deals and 60 touches, one a day or so."""
    warehouse.night("2026-03-31")
    warehouse.con.execute("update settings.night set full_refresh = false, is_replay = false")
    fill(warehouse, people=100, deals=10, touches=60)
    return warehouse


def fill(w: Warehouse, people: int, deals: int, touches: int, source: str = "hubspot", newest: date = TONIGHT) -> None:
    for kind, key, count, at in (
        ("people", "person_id", people, "created_at"),
        ("deals", "deal_id", deals, "created_at"),
        ("touches", "touch_id", touches, "touched_at"),
    ):
        w.con.execute(f"delete from funnel.{kind}")
        extra = {"people": f", '{source}'", "deals": f", false, false, '{source}'", "touches": ""}[kind]
        names = {"people": ", source_system", "deals": ", is_won, is_lost, source_system", "touches": ""}[kind]
        w.con.execute(
            f"insert into funnel.{kind} ({key}, {at}{names}) select '{source}:' || i, "
            f"timestamp '{newest} 12:00' - interval (i % 30) day {extra} from range({count}) as r(i)"
        )


def published(w: Warehouse, as_of: date = BEFORE, **measured: float) -> None:
    """A night that was published, with what its checks measured."""
    w.put("reporting.runs", {"run_id": str(as_of), "as_of": as_of, "status": "succeeded"})
    for name, value in measured.items():
        w.put("reporting.data_checks", {"as_of": as_of, "check_name": name, "measured": value, "passed": True})


def verdict(w: Warehouse, name: str) -> dict[str, Any]:
    tonight = [r for r in w.build("reporting.data_checks") if r["as_of"] == TONIGHT]
    return next(r for r in tonight if r["check_name"] == name)


def is_stopped(w: Warehouse) -> bool:
    rows = w.build("reporting.data_checks")
    return any(r["severity"] == "error" and not r["passed"] for r in rows if r["as_of"] == TONIGHT)


def test_a_first_night_is_never_stopped(w: Warehouse):
    w.put("reporting.data_quality", unmapped(90))
    fill(w, 100, 10, 60, newest=date(2025, 1, 1))
    assert not is_stopped(w)


def test_seven_checks_a_night_all_passed_on_good_data(w: Warehouse):
    published(w, people_dropped=101, deals_dropped=10, touches_dropped=60, silent_source=0)
    rows = [r for r in w.build("reporting.data_checks") if r["as_of"] == TONIGHT]
    assert {r["check_name"] for r in rows} == set(ROW_CHECKS["reporting.data_checks"].names)
    assert all(r["passed"] for r in rows), rows


# --- counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "stops"),
    [
        (142, False),  # 0.7 × 142 = 99.4: 100 are enough
        (143, True),  # 0.7 × 143 = 100.1
        (1000, True),
    ],
)
def test_people_that_went_by_the_third_stop_the_night(w: Warehouse, before: int, stops: bool):
    published(w, people_dropped=before)
    assert is_stopped(w) is stops


def test_a_drop_says_what_was_there_and_how_to_accept_it(w: Warehouse):
    published(w, people_dropped=1000)
    assert verdict(w, "people_dropped")["explanation"] == (
        "100 people, after 1000 in the last published night; see whether an export was cut short or a permission was "
        "taken away; if they are really gone, accept it with --full-refresh"
    )


@pytest.mark.parametrize(("before", "stops"), [(49, False), (50, True)])
def test_a_few_records_may_go(w: Warehouse, before: int, stops: bool):
    published(w, deals_dropped=before)
    assert is_stopped(w) is stops


def test_a_full_refresh_accepts_a_drop_and_the_next_night_measures_from_there(w: Warehouse):
    published(w, people_dropped=1000)
    w.con.execute("update settings.night set full_refresh = true")
    accepted = verdict(w, "people_dropped")
    assert (accepted["passed"], accepted["measured"]) == (True, 100)
    assert accepted["explanation"].endswith("; accepted by --full-refresh")
    w.put("reporting.runs", {"run_id": "now", "as_of": TONIGHT, "status": "succeeded"})
    w.con.execute("update settings.night set full_refresh = false, as_of = as_of + 1")
    rows = [r for r in w.build("reporting.data_checks") if r["as_of"] == TONIGHT + timedelta(days=1)]
    assert all(r["passed"] for r in rows), rows


def test_only_published_nights_count_as_before(w: Warehouse):
    published(w, people_dropped=1000)
    w.con.execute("update reporting.runs set status = 'failed'")
    assert not is_stopped(w)


def test_a_replay_is_held_against_the_night_before_it(w: Warehouse):
    published(w, date(2026, 4, 2), people_dropped=5000)
    assert not is_stopped(w)


# --- stages that nobody mapped -----------------------------------------------------------------------------------


def unmapped(records: int) -> dict[str, Any]:
    return {
        "as_of": TONIGHT,
        "finding": "unmapped_stage:person:hot-lead",
        "severity": "warning",
        "records": records,
    }


@pytest.mark.parametrize(
    ("records", "before", "severity", "passed"),
    [
        # 110 people and open deals: a tenth is 11.
        (11, 0.0, "warning", True),
        (12, 0.0, "error", False),
        (12, 0.1, "error", False),
        (12, 0.2, "warning", False),  # it was so before, and published
        (12, None, "warning", False),
    ],
)
def test_a_stage_that_lost_its_mapping_stops_the_night(w: Warehouse, records, before, severity, passed):
    published(w, **({"unmapped_stages": before} if before is not None else {}))
    w.put("reporting.data_quality", unmapped(records))
    found = verdict(w, "unmapped_stages")
    assert (found["severity"], found["passed"]) == (severity, passed)
    if not passed:
        assert found["explanation"].startswith(
            "12 of 110 records stand in a stage that is not mapped, most in person:hot-lead; map it in funnel.mapping"
        )


# --- silence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "stops"), [(7, False), (8, True)])
def test_a_source_that_fell_silent_stops_the_night(w: Warehouse, days: int, stops: bool):
    # It has had a record every day: a week is the least that counts as silence.
    published(w, silent_source=days - 1 if days < 8 else 7)
    fill(w, 100, 10, 60, newest=TONIGHT - timedelta(days=days))
    assert is_stopped(w) is stops


def test_a_silence_that_was_published_only_warns(w: Warehouse):
    published(w, silent_source=8)
    fill(w, 100, 10, 60, newest=TONIGHT - timedelta(days=9))
    found = verdict(w, "silent_source")
    assert (found["severity"], found["passed"], found["measured"]) == ("warning", False, 9)


def test_an_account_with_long_pauses_may_be_silent_for_three_of_them(w: Warehouse):
    published(w, silent_source=0)
    fill(w, 1, 0, 0, newest=TONIGHT - timedelta(days=20))
    w.put("funnel.people", {"person_id": "hubspot:x", "source_system": "hubspot", "created_at": datetime(2026, 3, 4)})
    # 4 March and 11 March are seven days apart: 21 may pass.
    assert verdict(w, "silent_source")["allowed"] == 21
    assert not is_stopped(w)


def test_old_exports_only_warn(w: Warehouse):
    published(w, silent_source=0)
    fill(w, 100, 10, 60, source="files", newest=date(2026, 1, 1))
    found = verdict(w, "silent_source")
    assert (found["severity"], found["passed"]) == ("warning", False)
    assert found["explanation"].startswith("files shows nothing newer than 2026-01-01, 89 days before the night; see")


# --- clocks ------------------------------------------------------------------------------------------------------


def skew(w: Warehouse, minutes: int, records: int, source: str = "files") -> None:
    w.con.execute(
        f"insert into {source}.people (person_id, created_at) select '{source}:' || i, n.cut_off_at + "
        f"interval ({minutes} * (i < {records})::int) minute from range(100) as r(i), settings.night as n"
    )


@pytest.mark.parametrize(("minutes", "records", "stops"), [(15, 50, False), (16, 1, False), (16, 2, True)])
def test_records_from_the_future_stop_the_night(w: Warehouse, minutes: int, records: int, stops: bool):
    published(w, clock_skew=0)
    skew(w, minutes, records)
    assert is_stopped(w) is stops


def test_records_of_a_portal_from_the_future_stop_the_night(w: Warehouse):
    published(w, clock_skew=0)
    skew(w, 16, 2, "hubspot")
    assert is_stopped(w)


def test_a_replay_knows_no_future(w: Warehouse):
    published(w, clock_skew=0)
    w.con.execute("update settings.night set is_replay = true")
    skew(w, 6000, 100)
    assert not is_stopped(w)


# --- drift -------------------------------------------------------------------------------------------------------


def rate(w: Warehouse, as_of: date, value: float, half: float, status: str = "ok") -> None:
    w.put(
        "reporting.conversion_rates",
        {
            "as_of": as_of,
            "from_stage": "mql",
            "to_stage": "sql",
            "rate": value,
            "rate_low": value - half,
            "rate_high": value + half,
            "status": status,
        },
    )


@pytest.mark.parametrize(
    ("now", "half", "status", "passed"),
    [
        (0.56, 0.05, "ok", False),  # [0.51, 0.61] leaves out 0.5, and [0.45, 0.55] leaves out 0.56
        (0.54, 0.03, "ok", True),  # within the interval of then
        (0.56, 0.07, "ok", True),  # [0.49, 0.63] holds the rate of then
        (0.40, 0.05, "ok", False),
        (0.40, 0.05, "low_sample", True),
    ],
)
def test_a_rate_that_drifts_beyond_chance_warns_and_never_stops(w: Warehouse, now, half, status, passed):
    then = TONIGHT - timedelta(days=28)
    published(w, then)
    rate(w, then, 0.5, 0.05)
    rate(w, TONIGHT, now, half, status)
    found = verdict(w, "rate_drift")
    assert (found["passed"], found["severity"]) == (passed, "warning")
    if now == 0.56 and not passed:
        assert found["explanation"].startswith(
            "beyond chance, since four weeks ago: mql_to_sql from 50 % to 56 %; look"
        )


def test_drift_needs_a_published_night_four_weeks_old(w: Warehouse):
    published(w, TONIGHT - timedelta(days=27))
    rate(w, TONIGHT - timedelta(days=27), 0.1, 0.05)
    rate(w, TONIGHT, 0.9, 0.05)
    assert verdict(w, "rate_drift")["passed"]
