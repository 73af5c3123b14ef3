"""HubSpot from the portal to the funnel: first load, nights of changes, faults, kills; counted and compared."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.errors import FixAccessError, TryAgainError, WaitError
from models.settings.sources import HubSpot
from pipelines import landing
from pipelines.hubspot_load import HubSpotNight
from pipelines.warehouse import transaction
from tests.hubspot_night import (
    AS_OF,
    build_tables,
    client,
    control,
    differing,
    open_warehouse_for,
    portal_of,
    read_night,
    tables_of,
)

DAYS = 3
RAW = ("raw_hubspot",)


@pytest.fixture(scope="module")
def portal():
    with portal_of(people=1200, ends_on=AS_OF + timedelta(days=DAYS)) as (company, face, url):
        yield company, face, url


@pytest.fixture(autouse=True)
def as_it_was(portal):
    company, face, url = portal
    yield
    control(url, "faults", {"share": 0})
    control(url, "limits", {})
    control(url, "denied", ["leads"])
    control(url, "token", None)
    if face.portal.at != company.midnight_after(AS_OF):
        control(url, "days", {"at": company.midnight_after(AS_OF).isoformat()})
    control(url, "calls")


def loaded(url, folder, **about):
    """The raw tables of a first load without any trouble, and the calls it took."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_warehouse_for(folder) as con:
        connection = client(url, **about)
        read_night(con, folder, connection)
        return tables_of(con, RAW), connection.all_calls


def test_every_night_of_changes_equals_a_full_refresh(portal, tmp_path):
    company, _, url = portal
    (tmp_path / "full").mkdir()
    before = {}
    for days in range(DAYS + 1):
        day = AS_OF + timedelta(days=days)
        control(url, "days", {"at": company.midnight_after(day).isoformat()})
        with open_warehouse_for(tmp_path, day) as con:
            connection = client(url)
            read_night(con, tmp_path, connection)
            now = rows_of(con)
            assert not before or connection.all_calls <= allowed_calls(before, now), day
            before = now
            build_tables(con)
            nightly = tables_of(con)
        with open_warehouse_for(tmp_path / "full", day, full_refresh=True) as con:
            read_night(con, tmp_path / "full", client(url))
            build_tables(con)
            assert differing(tables_of(con), nightly) == {}, day


COUNTED = ("contacts", "deals", "activities", "changes")


def rows_of(con):
    """Every row of the tables that the budget of a night counts."""
    return {t: set(con.execute(f"select * from raw_hubspot.{t}").fetchall()) for t in COUNTED}


def allowed_calls(before, now):
    """The budget of a night, by what it changed."""
    changed = {t: now[t] - before[t] for t in COUNTED}
    gone = sum(len({r[:2] for r in before[t]} - {r[:2] for r in now[t]}) for t in COUNTED[:3])
    histories = {r[:2] for r in changed["changes"]}
    records = len(changed["contacts"]) + len(changed["deals"])
    return (
        25
        + len(now["deals"]) / 1_000
        + records / 200
        + len(histories) / 50
        + len(changed["activities"]) / 1_000
        + 20 * gone
    )


def test_a_first_load_keeps_to_its_budget_of_calls(portal, tmp_path):
    _, _, url = portal
    _, calls = loaded(url, tmp_path)
    counted = control(url, "calls")
    with open_warehouse_for(tmp_path) as con:
        records = sum(
            con.execute(f"select count(*) from raw_hubspot.{t}").fetchall()[0][0]
            for t in ("contacts", "deals", "activities")
        )
        histories = con.execute(
            "select count(distinct (record_type, record_id)) from raw_hubspot.changes where evidence = 'history'"
        ).fetchall()[0][0]
    assert calls == sum(counted.values())
    assert calls <= 1.05 * records / 100 + histories / 50 + 40
    assert counted["batch"] <= histories / 50 + 2


def test_a_quiet_night_takes_at_most_25_calls(portal, tmp_path):
    _, _, url = portal
    before, _ = loaded(url, tmp_path)
    with open_warehouse_for(tmp_path, AS_OF) as con:
        connection = client(url)
        night = read_night(con, tmp_path, connection)
        assert connection.all_calls <= 25
        assert differing(before, tables_of(con, RAW)) == {}
        assert night.cost.records <= con.execute("select count(*) from raw_hubspot.deals").fetchall()[0][0]


def test_progress_counts_up_to_what_was_expected(portal, tmp_path):
    _, _, url = portal
    told = []
    with open_warehouse_for(tmp_path) as con:
        night = HubSpotNight(con, tmp_path / "landing", client(url), HubSpot(), lambda _what: None)
        night.tell = lambda stream, records, expected, calls: told.append((stream, records, expected))
        night.read()
        contacts = con.execute("select count(*) from raw_hubspot.contacts").fetchall()[0][0]
    of_contacts = [(records, expected) for stream, records, expected in told if stream == "contacts"]
    assert len(of_contacts) > 5
    assert of_contacts == sorted(of_contacts)
    assert of_contacts[-1] == (contacts, contacts)


def test_faults_of_every_kind_among_the_answers_change_nothing(portal, tmp_path):
    _, _, url = portal
    calm, undisturbed = loaded(url, tmp_path / "calm")
    control(url, "faults", {"share": 0.15})
    troubled, calls = loaded(url, tmp_path / "troubled")
    assert differing(calm, troubled) == {}
    assert calls > undisturbed


@pytest.mark.parametrize("killed_after", [9, 14, 20, 27, 33, 39, 45])
def test_a_load_killed_at_any_moment_goes_on_where_it_stopped(portal, tmp_path, killed_after):
    _, _, url = portal
    calm, whole = loaded(url, tmp_path / "calm")

    class KilledError(BaseException):
        pass

    folder = tmp_path / "killed"
    folder.mkdir()
    connection = client(url)
    made = connection._all_calls

    def spend():
        if made[0] >= killed_after:
            raise KilledError
        made[0] += 1

    connection._spend = spend
    with open_warehouse_for(folder) as con, pytest.raises(KilledError):
        read_night(con, folder, connection)
    resumed, calls = loaded(url, folder)
    assert differing(calm, resumed) == {}
    # A night's calls on top, at most: what began before has changed since.
    assert calls <= whole + 25


@pytest.mark.parametrize("loads_before", [1, 2, 4, 6, 8])
def test_a_kill_while_files_are_loaded_loses_nothing(portal, tmp_path, monkeypatch, loads_before):
    _, _, url = portal
    calm, _ = loaded(url, tmp_path / "calm")
    monkeypatch.setattr(landing, "FILES_AT_ONCE", 1)
    begun = []

    class KilledError(BaseException):
        pass

    @contextmanager
    def killed(con):
        begun.append(con)
        if len(begun) > loads_before:
            raise KilledError
        with transaction(con):
            yield

    (tmp_path / "killed").mkdir()
    with monkeypatch.context() as dying, open_warehouse_for(tmp_path / "killed") as con:
        dying.setattr(landing, "transaction", killed)
        with pytest.raises(KilledError):
            read_night(con, tmp_path / "killed", client(url))
    assert differing(calm, loaded(url, tmp_path / "killed")[0]) == {}


def test_a_record_that_vanished_without_a_trace_is_found_by_counting(portal, tmp_path):
    company, _, url = portal
    loaded(url, tmp_path)
    con = company.con
    (gone,) = con.execute(
        "select id from portal.contacts where not is_archived order by id offset 500 limit 1"
    ).fetchone()
    con.execute(f"create table portal.kept as select * from portal.contacts where id = {gone}")
    con.execute(f"delete from portal.contacts where id = {gone}")
    try:
        with open_warehouse_for(tmp_path) as night:
            connection = client(url)
            read_night(night, tmp_path, connection)
            found = night.execute("select count(*) from raw_hubspot.contacts where contact_id = $1", [str(gone)])
            assert found.fetchall() == [(0,)]
            left = night.execute("select count(*) from raw_hubspot.links where contact_id = $1", [str(gone)])
            assert left.fetchall() == [(0,)]
            assert connection.all_calls <= 25 + 20
    finally:
        con.execute("insert into portal.contacts select * from portal.kept")
        con.execute("drop table portal.kept")


def test_no_landing_file_outlasts_the_load(portal, tmp_path):
    _, _, url = portal
    loaded(url, tmp_path)
    assert [f for f in (tmp_path / "landing").rglob("*") if f.is_file()] == []


def test_a_refused_token_is_told_by_its_variable_and_never_shown(portal, tmp_path):
    _, _, url = portal
    control(url, "token", "another")
    with pytest.raises(FixAccessError) as told:
        loaded(url, tmp_path, token_setting="ACME__HUBSPOT_ACCESS_TOKEN")
    assert "ACME__HUBSPOT_ACCESS_TOKEN" in str(told.value)
    assert "secret-token" not in str(told.value)


def test_a_missing_scope_that_can_be_missed_is_a_finding(portal, tmp_path):
    _, _, url = portal
    control(url, "denied", ["leads", "emails", "currencies"])
    loaded(url, tmp_path)
    with open_warehouse_for(tmp_path) as con:
        found = dict(con.execute("select finding, remedy from raw_hubspot.findings").fetchall())
    assert "sales-email-read" in found["missing_scope:emails"]
    assert "settings.currencies.read" in found["missing_scope:rates"]


def test_a_missing_scope_for_deals_stops_with_the_scope(portal, tmp_path):
    _, _, url = portal
    control(url, "denied", ["leads", "deals"])
    with pytest.raises(FixAccessError, match=r"crm\.objects\.deals\.read"):
        loaded(url, tmp_path)


def test_a_load_over_its_share_of_the_day_stops_before_it_reads(portal, tmp_path):
    _, _, url = portal
    control(url, "limits", {"daily": 60})
    with pytest.raises(WaitError, match="api_budget_share"):
        loaded(url, tmp_path, budget_share=0.5)
    assert "list" not in control(url, "calls")


def test_the_day_s_calls_used_up_is_no_reason_to_try_again(portal, tmp_path):
    _, _, url = portal
    control(url, "limits", {"daily": 5})
    with pytest.raises(WaitError):
        loaded(url, tmp_path, budget_share=1.0)


def test_an_account_that_moves_is_left_alone(portal, tmp_path):
    _, _, url = portal
    control(url, "faults", {"share": 1, "kinds": ["477"]})
    with pytest.raises(WaitError, match=r"1\.0 hours"):
        loaded(url, tmp_path)


@pytest.mark.parametrize("kind", ["500", "502", "423", "broken", "truncated", "dropped", "429"])
def test_a_fault_that_stays_ends_in_one_sentence(portal, tmp_path, kind):
    _, _, url = portal
    control(url, "faults", {"share": 1, "kinds": [kind]})
    with pytest.raises(TryAgainError, match="HubSpot does not answer") as told:
        loaded(url, tmp_path)
    assert "\n" not in str(told.value)


def test_the_limits_of_the_portal_are_kept(portal, tmp_path):
    _, face, url = portal
    control(url, "limits", {"per_ten_seconds": 190, "searches_per_second": 5})
    from connectors.hubspot.limits import Limits

    loaded(url, tmp_path, limits=Limits())
    assert face.limits.refused == 0
