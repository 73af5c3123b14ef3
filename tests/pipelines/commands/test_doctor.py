"""`sla doctor`: a line a check with its remedy, the exit code of the next night's fate, and nothing written."""

import json

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.commands.doctor import command
from tests.hubspot_night import NoLimits, control, portal_of

ACCOUNT = """
sources: {hubspot: {}}
target: {revenue: 20000, start: 2026-01-01, end: 2036-12-31}
"""


@pytest.fixture(scope="module")
def portal():
    with portal_of(people=300) as (company, face, url):
        yield company, face, url


@pytest.fixture
def account(tmp_path, portal, monkeypatch):
    """The account `acme` of the portal; returns its file."""
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("SLA_ACCOUNTS", str(folder))
    monkeypatch.setenv("HUBSPOT_BASE_URL", portal[2])
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-secret")
    monkeypatch.setattr("connectors.hubspot.client.Limits", NoLimits)
    (folder / "acme.yaml").write_text(ACCOUNT)
    yield folder / "acme.yaml"
    portal[1].denied, portal[1].token, portal[1].expired = {"leads"}, None, set()


def doctor(*options):
    done = CliRunner().invoke(command, list(options))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "pat-secret" not in done.output
    return done.exit_code, done.stdout


def test_a_night_that_can_run_ends_with_0_and_shows_its_warnings(account, tmp_path):
    code, said = doctor("--account", "acme")
    assert code == 0, said
    assert "warning  stage 153180554: On hold – à revoir:" in said
    assert 'funnel.mapping: {"153180554":' in said
    assert "warning  scope crm.objects.leads.read" in said
    assert "failed" not in said
    for check in ("settings", "credentials", "API budget", "fields", "disk", "clock"):
        assert f"ok       {check}: " in said, check
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file() and "mine" in p.parts) == ["acme.yaml"]
    assert not (tmp_path / "data").exists()


def test_it_is_told_in_json_too(account):
    rows = json.loads(doctor("--json")[1])
    assert {r["account"] for r in rows} == {"acme"}
    assert {r["state"] for r in rows} == {"ok", "warning"}


def test_what_would_fail_the_night_ends_with_1(account, portal, monkeypatch):
    portal[1].token, portal[1].expired = "another", {"pat-secret"}
    code, said = doctor()
    assert code == 1
    assert "failed   credentials: HubSpot refuses the token (it has expired)" in said
    portal[1].token, portal[1].denied = None, {"owners"}
    code, said = doctor()
    assert code == 1
    assert "failed   scope crm.objects.owners.read: not granted" in said
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN")
    code, said = doctor()
    assert code == 1
    assert "failed   credentials: HUBSPOT_ACCESS_TOKEN is not set" in said


def test_a_first_load_beyond_the_day_s_calls_fails(account, portal):
    account.write_text(ACCOUNT.replace("{hubspot: {}}", "{hubspot: {api_budget_share: 0.03}}"))
    control(portal[2], "limits", {"daily": 1000})
    try:
        code, said = doctor()
    finally:
        control(portal[2], "limits", {})
    assert code == 1
    assert "failed   API budget: the first load takes about" in said
    assert "raise sources.hubspot.api_budget_share" in said


def test_settings_that_cannot_be_used_end_with_2_and_every_mistake(account):
    account.write_text(ACCOUNT.replace("revenue: 20000", "revenue: much") + "observe: {lookback_dys: 3}\n")
    code, said = doctor()
    assert code == 2
    assert said.count("failed   settings: acme.yaml: ") == 2
    assert "did you mean lookback_days?" in said


def test_a_target_of_another_year_and_an_unset_address_are_warned_of(account):
    account.write_text(ACCOUNT.replace("2026", "2036") + "notify: {to: [NO_SUCH_ADDRESS]}\n")
    code, said = doctor()
    assert code == 0
    assert "warning  target: no target's period holds" in said
    assert "warning  notify: NO_SUCH_ADDRESS is not set" in said


@pytest.mark.parametrize(("measured", "state"), [(None, "warning"), (0.02, "failed"), (0.4, "warning")])
def test_newly_unmapped_stages_stop_a_night_as_data_checks_does(account, portal, tmp_path, measured, state):
    company, face, _ = portal
    company.con.execute(
        "update portal.contacts set lifecyclestage = '153180554' where id in "
        "(select id from portal.contacts qualify row_number() over (order by id) % 4 = 0)"
    )
    face.portal.look_again()
    if measured is not None:
        (tmp_path / "data" / "acme").mkdir(parents=True)
        with duckdb.connect(str(tmp_path / "data" / "acme" / "reporting.duckdb")) as con:
            con.execute(
                "create table data_checks as select date '2026-06-29' as as_of, 'unmapped_stages' as check_name, "
                f"cast({measured} as double) as measured"
            )
            con.execute("create table runs (run_id varchar, as_of date, finished_at timestamp, status varchar)")
    try:
        code, said = doctor()
    finally:
        face.portal.move_to(face.portal.at)
    assert f"{state:<8} unmapped stages: 2" in said
    assert code == (1 if state == "failed" else 0)


def test_exports_are_read_as_the_night_reads_them(workplace, monkeypatch):
    monkeypatch.setenv("SLA_ACCOUNTS", str(workplace / "accounts"))
    code, said = doctor("--account", "small")
    assert code == 0, said
    assert "ok       files people: " in said
    file = workplace / "accounts" / "small.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Lead Source", "Laed Source").replace("source: Source", "source: Sauce"))
    export = next(iter((workplace / "accounts").rglob("*.csv")))
    export.rename(export.with_name("elsewhere.csv"))
    code, said = doctor("--account", "small")
    assert code == 1
    assert export.name in said


def test_a_broken_file_of_published_tables_fails(account, tmp_path):
    (tmp_path / "data" / "acme").mkdir(parents=True)
    (tmp_path / "data" / "acme" / "reporting.duckdb").write_text("no database")
    code, said = doctor()
    assert code == 1
    assert "failed   published tables: " in said


@pytest.mark.parametrize("face", ["files", "salesforce"])
def test_a_simulated_company_is_looked_at_as_it_is_read(account, face):
    account.write_text(ACCOUNT.replace("{hubspot: {}}", f"{{sandbox: {{people: 200, as: {face}, today: 2026-06-30}}}}"))
    code, said = doctor()
    assert code == 0, said
    assert f"ok       {'files people' if face == 'files' else 'permission Lead'}: " in said


def test_a_disk_that_cannot_be_written_fails(account, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    code, said = doctor()
    assert code == 1
    assert "failed   disk: " in said
