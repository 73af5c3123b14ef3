"""Salesforce from the org to the funnel: first load, nights of changes, faults, kills; counted and compared."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.errors import FixSettingsError, TryAgainError, WaitError
from connectors.salesforce import jobs, records
from models.settings.sources import Salesforce
from pipelines import landing
from pipelines.salesforce_load import SalesforceNight
from pipelines.warehouse import transaction
from tests.crm_night import build_tables, differing, tables_of
from tests.salesforce_night import AS_OF, client, control, open_warehouse_for, org_of, read_night

DAYS = 2
RAW = ("raw_salesforce",)
CALM_FAULTS = {"share": 0, "planned": []}


@pytest.fixture(scope="module")
def org():
    with org_of(people=700, ends_on=AS_OF + timedelta(days=DAYS)) as (company, face, url, ca_file):
        yield company, face, url, ca_file


@pytest.fixture(autouse=True)
def as_it_was(org):
    company, face, url, ca_file = org
    yield
    control(url, ca_file, "faults", CALM_FAULTS)
    control(url, ca_file, "limits", {"daily": 1_000_000, "daily_jobs": 10_000, "concurrent": None, "used": 0})
    control(url, ca_file, "jobs", {"seconds": 0, "fail": 0, "not_in_bulk": []})
    control(url, ca_file, "features", {"hidden_fields": [], "hidden_objects": [], "late_seconds": 0})
    if face.org.at != company.midnight_after(AS_OF):
        control(url, ca_file, "days", {"at": company.midnight_after(AS_OF).isoformat()})
    control(url, ca_file, "calls")


@pytest.fixture(scope="module")
def calm(org, tmp_path_factory):
    """The raw tables of a first load without any trouble, and the calls it took."""
    return loaded(org, tmp_path_factory.mktemp("calm"))


def loaded(org, folder, asked=None, **about):
    """The raw tables of a load, and the calls it took."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_warehouse_for(folder) as con:
        connection = client(org[1], org[3], **about)
        read_night(con, folder, connection, asked)
        return tables_of(con, RAW), connection.all_calls


def test_every_night_of_changes_equals_what_a_first_load_would_show(org, tmp_path):
    company, _, url, ca_file = org
    control(url, ca_file, "features", {"late_seconds": 300})
    for days in range(DAYS + 1):
        day = AS_OF + timedelta(days=days)
        control(url, ca_file, "days", {"at": company.midnight_after(day).isoformat()})
        with open_warehouse_for(tmp_path, day) as con:
            connection = client(org[1], ca_file)
            read_night(con, tmp_path, connection)
            assert days == 0 or connection.all_calls <= 25, day
            build_tables(con)
            nightly = tables_of(con, ("salesforce", "funnel"))
        (tmp_path / f"{day}").mkdir()
        with open_warehouse_for(tmp_path / f"{day}", day) as con:
            read_night(con, tmp_path / f"{day}", client(org[1], ca_file))
            build_tables(con)
            assert differing(tables_of(con, ("salesforce", "funnel")), nightly) == {}, day


def test_a_first_load_and_a_quiet_night_keep_to_their_budgets_of_calls(org, tmp_path):
    _, _, url, ca_file = org
    control(url, ca_file, "jobs", {"seconds": 1.5})
    before, calls = loaded(org, tmp_path)
    counted = control(url, ca_file, "calls")
    assert calls == counted["api"]
    assert calls - counted["results"] <= 60
    after, calls = loaded(org, tmp_path)
    assert calls <= 25
    assert differing(before, after) == {}


def test_faults_of_every_kind_among_the_answers_change_nothing(org, calm, tmp_path):
    control(org[2], org[3], "faults", {"share": 0.1})
    troubled, calls = loaded(org, tmp_path)
    assert differing(calm[0], troubled) == {}
    assert calls > calm[1]


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "/results", "kind": "short"},
        {"path": "/results", "kind": "truncated", "times": 3},
        {"path": "/results", "kind": "expired", "after": 2},
        {"path": "jobs/query$", "kind": "empty", "times": 2},
        {"path": "composite", "kind": "html", "times": 2},
    ],
    ids=lambda f: f"{f['kind']} at {f['path']}",
)
def test_a_fault_at_a_given_call_changes_nothing(org, calm, tmp_path, fault):
    control(org[2], org[3], "faults", {"planned": [fault]})
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


@pytest.mark.parametrize("trouble", [{"fail": 1}, {"fail": 20}, {"not_in_bulk": ["Task", "Lead"]}])
def test_what_bulk_does_not_give_is_read_by_rest(org, calm, tmp_path, trouble):
    control(org[2], org[3], "jobs", trouble)
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


def test_no_more_jobs_today_is_read_by_rest(org, calm, tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.salesforce_load.check_budget", lambda *_: None)
    _, face, url, ca_file = org
    control(url, ca_file, "limits", {"daily_jobs": face.jobs.made + 2})
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


def test_a_lost_place_and_a_query_that_takes_too_long_are_asked_anew(org, calm, tmp_path, monkeypatch):
    loaded(org, tmp_path)
    # As if a year had passed since the last night.
    with open_warehouse_for(tmp_path) as con:
        con.execute(
            "update nights.cursors set cursor = '2025-06-30T00:00:00.000+0000' where stream like 'salesforce.%' "
            "and cursor like '2026-%'"
        )
    monkeypatch.setattr(records, "ROWS_FOR_A_JOB", 1_000_000)
    planned = [
        {"path": r"queryAll/\w+-2000", "kind": "locator"},
        {"path": "GET .*queryAll", "kind": "query_timeout", "after": 3},
    ]
    control(org[2], org[3], "faults", {"planned": planned})
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


def test_much_that_changed_goes_by_a_job(org, calm, tmp_path, monkeypatch):
    loaded(org, tmp_path)
    with open_warehouse_for(tmp_path) as con:
        con.execute(
            "update nights.cursors set cursor = '2025-06-30T00:00:00.000+0000' where stream like 'salesforce.%' "
            "and cursor like '2026-%'"
        )
    monkeypatch.setattr(records, "ROWS_FOR_A_JOB", 50)
    control(org[2], org[3], "calls")
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}
    assert control(org[2], org[3], "calls")["job"] >= 3


@pytest.mark.parametrize("killed_after", [3, 14, 17, 23, 30])
def test_a_load_killed_at_any_moment_goes_on_where_it_stopped(org, calm, tmp_path, monkeypatch, killed_after):
    monkeypatch.setattr(jobs, "PAGE", 400)

    class KilledError(BaseException):
        pass

    connection = client(org[1], org[3])
    made = connection._all_calls

    def spend():
        if made[0] >= killed_after:
            raise KilledError
        made[0] += 1

    connection._spend = spend
    with open_warehouse_for(tmp_path) as con, pytest.raises(KilledError):
        read_night(con, tmp_path, connection)
    control(org[2], org[3], "calls")
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}
    # What was begun is not begun again.
    begun = killed_after >= 16
    assert control(org[2], org[3], "calls").get("job", 0) <= (0 if begun else 7)


@pytest.mark.parametrize("loads_before", [1, 3, 5, 7])
def test_a_kill_while_files_are_loaded_loses_nothing(org, calm, tmp_path, monkeypatch, loads_before):
    monkeypatch.setattr(jobs, "PAGE", 400)
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

    with monkeypatch.context() as dying, open_warehouse_for(tmp_path) as con:
        dying.setattr(landing, "transaction", killed)
        with pytest.raises(KilledError):
            read_night(con, tmp_path, client(org[1], org[3]))
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


def test_records_that_vanished_without_a_trace_are_found_by_counting(org, tmp_path):
    company, face, _, _ = org
    loaded(org, tmp_path)
    gone = [r[0] for r in company.con.execute('select "Id" from org."Lead" where not "IsDeleted" limit 3').fetchall()]
    company.con.execute('create table org.kept as select * from org."Lead" where list_contains($1, "Id")', [gone])
    company.con.execute('delete from org."Lead" where list_contains($1, "Id")', [gone])
    try:
        with open_warehouse_for(tmp_path) as con:
            connection = client(face, org[3])
            read_night(con, tmp_path, connection)
            left = con.execute("select count(*) from raw_salesforce.leads where list_contains($1, lead_id)", [gone])
            assert left.fetchall() == [(0,)]
            left = con.execute("select count(*) from raw_salesforce.changes where list_contains($1, record_id)", [gone])
            assert left.fetchall() == [(0,)]
            assert connection.all_calls <= 25
    finally:
        company.con.execute('insert into org."Lead" select * from org.kept')
        company.con.execute("drop table org.kept")


def test_records_that_became_visible_later_are_found_by_counting(org, calm, tmp_path):
    loaded(org, tmp_path)
    with open_warehouse_for(tmp_path) as con:
        con.execute("delete from raw_salesforce.leads where lead_id in (select min(lead_id) from raw_salesforce.leads)")
        con.execute("delete from raw_salesforce.activities where starts_with(activity_id, '00T')")
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


def test_another_org_begins_anew(org, calm, tmp_path):
    with org_of(people=100, seed=2) as (_, face, _, ca_file):
        loaded((None, face, None, ca_file), tmp_path)
    assert differing(calm[0], loaded(org, tmp_path)[0]) == {}


def test_history_that_the_org_has_forgotten_stays(org, tmp_path):
    _, _, url, ca_file = org
    before, _ = loaded(org, tmp_path)
    control(url, ca_file, "features", {"history_months": 12})
    try:
        for refresh in (False, True):
            with open_warehouse_for(tmp_path, full_refresh=refresh) as con:
                read_night(con, tmp_path, client(org[1], ca_file))
                now = tables_of(con, RAW)
            for table in ("changes", "options"):
                assert now[f"raw_salesforce.{table}"] == before[f"raw_salesforce.{table}"]
    finally:
        control(url, ca_file, "features", {"history_months": 24})


def test_no_landing_file_and_no_job_outlasts_the_load(org, tmp_path):
    left = org[1].jobs.list()["records"]
    loaded(org, tmp_path)
    assert [f for f in (tmp_path / "landing").rglob("*") if f.is_file()] == []
    assert org[1].jobs.list()["records"] == left


def test_a_load_that_does_not_fit_into_the_days_calls_reads_nothing(org, tmp_path):
    control(org[2], org[3], "limits", {"daily": 100, "used": 10})
    with pytest.raises(WaitError, match=r"needs about \d+ API calls.*nothing was read"):
        loaded(org, tmp_path)


def test_a_run_stops_at_its_share_of_the_days_calls(org, tmp_path):
    loaded(org, tmp_path)
    control(org[2], org[3], "limits", {"daily": 100, "used": 0})
    with pytest.raises(WaitError, match=r"sources\.salesforce\.api_budget_share"):
        loaded(org, tmp_path, budget_share=0.05)


def test_an_org_without_calls_left_says_so_and_one_that_is_busy_is_waited_for(org, calm, tmp_path):
    control(org[2], org[3], "faults", {"planned": [{"path": "composite", "kind": "concurrent", "times": 3}]})
    assert differing(calm[0], loaded(org, tmp_path / "busy")[0]) == {}
    control(org[2], org[3], "faults", {"planned": [{"path": "composite", "kind": "daily"}]})
    with pytest.raises(WaitError, match="last 24 hours"):
        loaded(org, tmp_path / "none")


def test_an_org_that_never_answers_is_told_after_some_tries(org, tmp_path):
    control(org[2], org[3], "faults", {"planned": [{"path": "composite", "kind": "503", "times": 99}]})
    with pytest.raises(TryAgainError, match="it answers 503 SERVER_UNAVAILABLE, 8 times"):
        loaded(org, tmp_path)


def test_progress_counts_what_was_read(org, tmp_path):
    told = []
    with open_warehouse_for(tmp_path) as con:
        night = SalesforceNight(con, tmp_path / "landing", client(org[1], org[3]), Salesforce(), lambda _what: None)
        night.tell = lambda stream, records, expected, calls: told.append((stream, records))
        night.read()
        leads = con.execute("select count(*) from raw_salesforce.leads").fetchall()[0][0]
    assert max(n for s, n in told if s == "Lead") >= leads


def test_a_query_too_long_for_an_address_still_works(org):
    connection = client(org[1], org[3])
    long = "SELECT Id FROM Lead WHERE Id IN (" + ", ".join(f"'00Q5g{n:010d}AAA'" for n in range(900)) + ")"
    assert len(long) > 16_384
    assert connection.query(long)["totalSize"] >= 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"record_types": ["Nope"]},
            "record_types: the org has no opportunity record type Nope; it has Sales, Enterprise",
        ),
        ({"stages_from": {"mql": {"campaign": "Nope"}}}, r"stages_from\.mql\.campaign: the org has no campaign Nope"),
    ],
)
def test_what_the_settings_name_and_the_org_has_not_is_refused(org, tmp_path, asked, told):
    with pytest.raises(FixSettingsError, match=told):
        loaded(org, tmp_path, Salesforce(**asked))
