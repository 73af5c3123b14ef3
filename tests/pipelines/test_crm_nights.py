"""Nights of an account on a CRM, through `sla run`: from the variables of the environment to the published tables."""

from pathlib import Path

import duckdb
import pytest

from connectors.errors import FixAccessError, FixSettingsError
from pipelines.salesforce_access import credentials_of
from tests.hubspot_night import portal_of
from tests.pipelines.rail import Rail
from tests.pipelines.test_no_leaks import MAIL, TOKEN, leaks, run
from tests.salesforce_night import control, org_of

ACCOUNT = "sources: {%s: {}}\ntarget: {revenue: 500000, start: 2026-01-01, end: 2026-12-31}\n"
PEOPLE = 300


def salt(company):
    """Every person of the company bears the names and addresses that are looked for."""
    company.con.execute(
        "update company.people set first_name = 'Xanthippe', last_name = 'Quellmarker', email = $1", [MAIL]
    )


@pytest.fixture(params=["hubspot", "salesforce"])
def crm(request, workplace: Path):
    """The name of a CRM with the account `small`, and the environment that opens it."""
    (workplace / "accounts" / "small.yaml").write_text(ACCOUNT % request.param)
    if request.param == "hubspot":
        with portal_of(people=PEOPLE) as (company, _, url):
            salt(company)
            yield "hubspot", {"SMALL__HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_BASE_URL": url}, None
    else:
        with org_of(people=PEOPLE) as (company, face, url, ca_file):
            salt(company)
            face.org.move_to(face.org.at)
            face.doors.client_secret = TOKEN
            environment = {
                "SALESFORCE_INSTANCE_URL": url,
                "SALESFORCE_CLIENT_ID": face.doors.client_id,
                "SMALL__SALESFORCE_CLIENT_SECRET": TOKEN,
                "REQUESTS_CA_BUNDLE": str(ca_file),
            }
            yield "salesforce", environment, lambda: control(url, ca_file, "doors", {"client_secret": "another"})


def test_a_night_takes_zone_and_money_from_the_crm_and_leaves_no_personal_data(crm, workplace: Path):
    source, environment, refuse = crm
    done = run("--as-of", "2026-06-30", **environment)
    assert done.returncode == 0, done.stderr.decode()
    with duckdb.connect(str(workplace / "data/small/reporting.duckdb"), read_only=True) as con:
        rounds = "select count(*) > 0, count(*) = count(crm_url) from mql_follow_up where starts_with(person_id, $1)"
        assert con.execute(rounds, [source]).fetchall() == [(True, True)]
        assert con.execute("select api_calls between 20 and 120, status from runs").fetchall() == [(True, "succeeded")]
    with duckdb.connect(str(workplace / "data/small/warehouse.duckdb"), read_only=True) as con:
        assert con.execute("select timezone, currency from settings.night").fetchall() == [("Europe/Paris", "EUR")]
    assert leaks(workplace, done.stdout, done.stderr) == []
    if refuse is not None:
        refuse()
        refused = run("--as-of", "2026-06-30", **environment)
        assert refused.returncode == 2
        assert b"check SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET" in b" ".join(refused.stderr.split())
        assert leaks(workplace, refused.stdout, refused.stderr) == []


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "SALESFORCE_INSTANCE_URL is not set"),
        ({"SALESFORCE_DOMAIN": "acme.my"}, "No way to sign in to Salesforce is set"),
        ({"SALESFORCE_INSTANCE_URL": "http://acme.my.salesforce.com"}, "is no https address of an org"),
        ({"SALESFORCE_DOMAIN": "acme.my", "SALESFORCE_CLIENT_ID": "a"}, "No way to sign in to Salesforce is set"),
    ],
    ids=str,
)
def test_what_is_missing_in_the_environment_is_named(workplace: Path, monkeypatch, environment, told):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises((FixAccessError, FixSettingsError), match=told):
        credentials_of("small")


def test_a_sandbox_is_read_as_salesforce(workplace: Path, rail: Rail):
    (workplace / "accounts" / "small.yaml").write_text(
        "sources: {sandbox: {people: 300, as: salesforce}}\n"
        "target: {revenue: 500000, start: 2026-01-01, end: 2026-12-31}\ntimezone: Europe/Paris\n"
    )
    assert rail.run("2026-06-30", "settings.night", "raw_salesforce.leads").success
    with duckdb.connect(str(workplace / "data/small/warehouse.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) > 250 from raw_salesforce.leads").fetchall() == [(True,)]
        assert con.execute("select api_calls between 20 and 60 from reporting.runs").fetchall() == [(True,)]
