"""A first look at the simulated org: ways in, permissions, hidden fields, stages, the day's calls."""

import pytest

from connectors.salesforce import look as looked
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.signing_in import Credentials
from tests.salesforce_night import client, control, org_of

ALL_SHOWN = {"hidden_fields": [], "hidden_objects": [], "history_tracking": True, "multi_currency": True}


@pytest.fixture(scope="module")
def org():
    with org_of(people=200) as (company, face, url, ca_file):
        yield company, face, url, ca_file


@pytest.fixture
def tell(org):
    """Tells the face something; it is as it was after the test."""
    _, _, url, ca_file = org
    yield lambda what, **body: control(url, ca_file, what, body)
    control(url, ca_file, "features", ALL_SHOWN)
    control(url, ca_file, "limits", {"daily": 1_000_000, "used": 0})


def look(org, *asked, **about):
    return looked.look(client(org[1], org[3], **about), *asked)


def said(seen, state):
    return {c.name: c.said for c in seen.checks if c.state == state}


def test_an_org_shows_its_money_zone_permissions_and_stages(org):
    company, seen = org[0], look(org)
    assert (seen.timezone, seen.currency, seen.failed) == ("Europe/Paris", "EUR", [])
    assert {f"permission {o}" for o in ("Lead", "LeadHistory", "Opportunity", "Task", "Event")} <= set(said(seen, "ok"))
    statuses = dict(
        company.con.execute('select "Status", count(*) from org."Lead" where not "IsDeleted" group by 1').fetchall()
    )
    assert {s.label: s.records for s in seen.stages if s.record_type == "person" and s.records} == statuses
    assert seen.people == sum(statuses.values())
    # What a lead becomes when it is converted is told by the org, whatever it is called.
    assert "Attached to a deal" in {s.label for s in seen.stages if s.record_type == "person" and s.is_won}
    deals = [s for s in seen.stages if s.record_type == "deal"]
    assert {s.label for s in deals if s.is_won} == {"Closed Won"}
    assert {s.label for s in deals if s.is_lost} == {"Closed Lost"}
    assert seen.first_load_calls < seen.calls_allowed


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"client_id": "3MVG9", "client_secret": "s3cret-wrong"}, "refuses the client credentials"),
        ({"access_token": "s3cret-wrong"}, "SALESFORCE_ACCESS_TOKEN: it is wrong or has expired"),
    ],
)
def test_credentials_that_are_refused_are_said_so_without_showing_them(org, given, sentence):
    seen = looked.look(SalesforceClient(Credentials(org[1].url, **given), ca_file=str(org[3])))
    assert sentence in said(seen, "failed")["credentials"]
    assert "s3cret-wrong" not in str(seen)


def test_what_the_user_may_not_see_is_named_with_what_is_lost(org, tell):
    tell("features", hidden_fields=["Lead.LeadSource"], hidden_objects=["Event"], history_tracking=False)
    found = said(look(org), "warning")
    assert "where people came from" in found["field Lead.LeadSource"]
    assert "meetings" in found["permission Event"]
    assert "Set History Tracking" in found["history Lead.Status"]
    tell("features", hidden_objects=["Lead", "Opportunity"])
    assert "neither Lead nor Opportunity" in said(look(org), "failed")["permissions"]


def test_an_org_with_one_currency_does_not_tell_it(org, tell):
    tell("features", multi_currency=False)
    seen = look(org)
    assert (seen.currency, seen.failed) == (None, [])


def test_record_types_that_are_not_read_are_not_looked_at(org):
    seen = look(org, ["Sales"])
    assert {s.pipeline for s in seen.stages if s.record_type == "deal" and s.records} == {"Sales"}
    assert "no opportunity record type Slaes" in said(look(org, ["Slaes"]), "failed")["record types"]


def test_the_day_s_calls_are_told_before_they_are_used_up(org, tell):
    tell("limits", daily=1000, used=0)
    seen = look(org, budget_share=0.03)
    assert (seen.failed, seen.calls_allowed) == ([], 30)
    tell("limits", daily=10, used=10)
    assert "used up" in said(look(org), "failed")["API budget"]
