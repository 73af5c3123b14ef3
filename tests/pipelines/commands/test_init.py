"""`sla init`: from a token or exports to an account file that loads, and never over one that is there."""

from datetime import date

import pytest
import yaml
from click.testing import CliRunner

from connectors.sandbox.files_face import write_files
from models.settings.read import read_settings
from pipelines.commands import questions
from pipelines.commands.doctor import command as doctor
from pipelines.commands.init import command
from tests.hubspot_night import NoLimits, portal_of
from tests.salesforce_night import org_of

YES = ("--yes", "--name", "acme", "--source", "hubspot", "--target", "100000")


@pytest.fixture(scope="module")
def portal():
    with portal_of(people=300) as (company, face, url):
        yield company, face, url


@pytest.fixture
def accounts(tmp_path, portal, monkeypatch):
    """An empty folder of accounts, and the way to the portal."""
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path / "mine"))
    monkeypatch.setenv("HUBSPOT_BASE_URL", portal[2])
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-secret")
    monkeypatch.setattr("connectors.hubspot.client.Limits", NoLimits)
    yield tmp_path / "mine"
    portal[1].denied, portal[1].token = {"leads"}, None


def init(*options, answers=None):
    done = CliRunner().invoke(command, list(options), input=answers)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    assert "pat-secret" not in done.output
    return done.exit_code, " ".join(done.output.split())


def test_a_token_and_a_target_make_an_account(accounts, portal):
    code, said = init(*YES, "--first-touch-hours", "4", "--period-start", "2026-04-01", "--period-end", "2027-03-31")
    assert code == 0, said
    text = (accounts / "acme.yaml").read_text(encoding="utf-8")
    settings = read_settings(accounts / "acme.yaml")
    assert (settings.timezone, settings.money) == ("Europe/Paris", "EUR")
    (target,) = settings.target
    assert (target.revenue, target.start, target.end) == (100000, date(2026, 4, 1), date(2027, 3, 31))
    assert settings.sla[0].sales.first_touch_hours == 4
    mapping = settings.funnel.mapping
    assert mapping["marketingqualifiedlead"] == "mql"
    # By its name: the portal knows it by a number.
    assert mapping["153180555"] == "mql"
    assert (mapping["88120004"], mapping["88120005"]) == ("customer", "disqualified")
    # What nobody knows stays unmapped, and its line is there to be completed, with what stands in it.
    assert "153180554" not in mapping
    (line,) = [x for x in text.splitlines() if "153180554" in x]
    on_hold = (
        portal[0]
        .con.execute("select count(*) from portal.contacts where lifecyclestage = '153180554' and not is_archived")
        .fetchone()[0]
    )
    assert line.strip().startswith("# '153180554': ignore")
    assert f"On hold – à revoir: {on_hold} p" in line
    completed = yaml.safe_load(text.replace("# '153180554': ignore", "'153180554': ignore"))
    assert completed["funnel"]["mapping"] == mapping | {"153180554": "ignore"}
    assert "HUBSPOT_ACCESS_TOKEN" in text
    assert "pat-secret" not in text


def test_a_file_that_is_there_is_left_alone(accounts):
    accounts.mkdir()
    for name in ("acme.yaml", "acme.yml"):
        (accounts / name).write_text("mine")
        code, said = init(*YES)
        assert code == 2
        assert f"{name} is there and is left alone" in said
        assert (accounts / name).read_text() == "mine"
        (accounts / name).unlink()


def test_without_a_token_it_is_said_where_one_comes_from(accounts, monkeypatch):
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN")
    code, said = init(*YES)
    assert code == 2
    assert "HUBSPOT_ACCESS_TOKEN is not set" in said
    assert "ACME__HUBSPOT_ACCESS_TOKEN" in said
    assert "Service Keys" in said
    assert not accounts.exists()


def test_a_refused_token_and_a_missing_scope_end_it_with_the_remedy(accounts, portal):
    portal[1].token = "another"
    code, said = init(*YES)
    assert code == 2
    assert "HubSpot refuses the token" in said
    portal[1].token, portal[1].denied = None, {"deals"}
    code, said = init(*YES)
    assert code == 2
    assert "scope crm.objects.deals.read: not granted" in said
    assert not accounts.exists()


def test_without_a_terminal_all_that_is_missing_is_named_at_once(accounts):
    assert init()[1].startswith("There is no terminal to ask on: add --yes")
    code, said = init("--yes", "--source", "files")
    assert code == 2
    assert said == "--yes asks nothing, so this is missing: --name, --people or --deals, --target."


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--name", "Acme & Sons", "--name: Acme & Sons may hold a-z"),
        ("--source", "salesforce", "SALESFORCE_INSTANCE_URL is not set"),
        ("--currency", "euros", "--currency: euros is no currency code"),
        ("--timezone", "Paris", "--timezone: Paris is no time zone"),
        ("--period-end", "1999-01-01", "lies before the period starts"),
        ("--pipeline", "Slaes", "the portal has no pipeline slaes; it has Enterprise, Sales"),
    ],
)
def test_what_makes_no_account_is_refused_in_a_sentence(accounts, option, value, said):
    code, told = init(*YES, option, value)
    assert code == 2
    assert said in told
    assert not (accounts / "acme.yaml").exists()


def test_pipelines_that_are_named_are_the_ones_that_are_read(accounts):
    assert init(*YES, "--pipeline", "enterprise")[0] == 0
    settings = read_settings(accounts / "acme.yaml")
    assert settings.sources.hubspot.pipelines == ["Enterprise"]
    assert "88120001" in settings.funnel.mapping
    assert "closedwon" not in settings.funnel.mapping


def test_a_pipeline_that_does_not_look_like_sales_is_left_out_and_said_so(accounts, monkeypatch):
    pipelines = {"sales": ("default", "Sales"), "enterprise": ("8812", "Customer onboarding")}
    monkeypatch.setattr("connectors.sandbox.hubspot_face.answers.PIPELINES", pipelines)
    code, said = init(*YES)
    assert code == 0
    assert "Deals are read of: Sales; not of: Customer onboarding" in said
    assert read_settings(accounts / "acme.yaml").sources.hubspot.pipelines == ["Sales"]
    text = (accounts / "acme.yaml").read_text(encoding="utf-8")
    assert "# left out: Customer onboarding" in text
    assert "88120001" not in text


def test_a_terminal_is_asked_what_nobody_knows(accounts, monkeypatch):
    monkeypatch.setattr(questions, "there_is_a_terminal", lambda: True)
    # Name, source; what On hold means; target, period; the five promises; MQLs a rep; run it.
    given = ["beta", "", "recycled", "250,000", "soon", "2026-07-01", "", "6", "", "", "", "", "", "n"]
    code, said = init(answers="\n".join(given) + "\n")
    assert code == 0, said
    assert "soon is not a day of the calendar" in said
    settings = read_settings(accounts / "beta.yaml")
    assert settings.funnel.mapping["153180554"] == "recycled"
    assert settings.target[0].revenue == 250_000
    assert (settings.target[0].start, settings.target[0].end) == (date(2026, 7, 1), date(2026, 12, 31))
    assert settings.sla[0].sales.first_touch_hours == 6
    assert settings.sla[0].sales.share == 0.9


def test_exports_make_an_account_whose_columns_are_found(accounts, portal, tmp_path, monkeypatch):
    company = portal[0]
    accounts.mkdir()
    write_files(company, company.midnight_after(date(2026, 6, 30)), accounts)
    monkeypatch.chdir(accounts)
    exports = ("--people", "people.csv", "--deals", "deals.csv", "--touches", "touches.csv", "--reps", "users.csv")
    code, said = init("--yes", "--name", "acme", *exports, "--target", "5000", "--timezone", "Europe/Paris")
    assert code == 0, said
    files = read_settings(accounts / "acme.yaml").sources.files
    assert files.people[0].path == "people.csv"
    assert files.people[0].stages["mql"] == "Became an MQL"
    assert (files.deals[0].won, files.deals[0].lost) == (["Closed Won"], ["Closed Lost"])
    code, said = init("--yes", "--name", "acme2", "--people", "peopel.csv", "--target", "5000")
    assert code == 2
    assert "did you mean people.csv?" in said


def test_an_empty_portal_makes_an_account_too(accounts, portal):
    company, face, _ = portal
    for table in ("contacts", "deals"):
        company.con.execute(f"delete from portal.{table}")
    face.portal.look_again()
    try:
        assert init(*YES)[0] == 0
        assert read_settings(accounts / "acme.yaml").funnel.mapping["closedwon"] == "customer"
    finally:
        face.portal.move_to(face.portal.at)


def test_an_org_makes_an_account_that_the_doctor_finds_well(accounts, monkeypatch):
    with org_of(people=200, history_tracking=False) as (_, face, url, ca_file):
        monkeypatch.setenv("SALESFORCE_INSTANCE_URL", url)
        monkeypatch.setenv("SALESFORCE_CLIENT_ID", face.doors.client_id)
        monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", face.doors.client_secret)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
        code, said = init(
            "--yes", "--name", "acme", "--source", "salesforce", "--target", "5000", "--pipeline", "Sales"
        )
        assert code == 0, said
        examined = CliRunner().invoke(doctor, ["--account", "acme"])
    settings = read_settings(accounts / "acme.yaml")
    assert settings.sources.salesforce.record_types == ["Sales"]
    # The org keeps no history of statuses, but has fields with their dates.
    dated = {stage: told.field for stage, told in settings.sources.salesforce.stages_from.items()}
    assert dated == {"mql": "MQL_Date__c", "sql": "SQL_Date__c"}
    assert settings.timezone == "Europe/Paris"
    mapping = settings.funnel.mapping
    assert (mapping["Working"], mapping["Closed Won"], mapping["Attached to a deal"]) == ("mql", "customer", "sql")
    assert face.doors.client_secret not in (accounts / "acme.yaml").read_text(encoding="utf-8") + examined.output + said
    assert examined.exit_code == 0, examined.output
    assert "ok       permission Lead: " in examined.output
