"""A first look at the simulated portal: tokens, scopes, hidden fields, stages, the day's calls."""

import pytest

from connectors.hubspot import look as looked
from tests.hubspot_night import client, control, portal_of


@pytest.fixture(scope="module")
def portal():
    with portal_of(people=300) as (company, face, url):
        yield company, face, url


@pytest.fixture
def face(portal):
    """The face, as it was found after the test."""
    face = portal[1]
    yield face
    face.denied, face.token, face.expired = {"leads"}, None, set()
    face.portal.move_to(face.portal.at)


def look(portal, pipelines=(), **about):
    return looked.look(client(portal[2], **about), pipelines)


def said(seen, state):
    return {c.name: c.said for c in seen.checks if c.state == state}


def test_a_portal_shows_its_money_zone_scopes_and_stages(portal, face):
    company = portal[0]
    seen = look(portal)
    assert (seen.timezone, seen.currency) == ("Europe/Paris", "EUR")
    assert seen.failed == []
    assert "scope crm.objects.leads.read" in said(seen, "warning")
    people = company.con.execute("select count(*) from portal.contacts where not is_archived").fetchone()[0]
    assert said(seen, "ok")["scope crm.objects.contacts.read"] == f"{people} contacts"
    by_stage = dict(
        company.con.execute(
            "select lifecyclestage, count(*) from portal.contacts where not is_archived group by 1"
        ).fetchall()
    )
    counted = {s.value: s.records for s in seen.stages if s.record_type == "person"}
    assert counted == {v: by_stage.get(v, 0) for v in counted}
    assert {(s.pipeline, s.is_won) for s in seen.stages if s.record_type == "deal"} == {
        (p, won) for p in ("Sales", "Enterprise") for won in (True, False)
    }
    assert abs(seen.clock_off_seconds) < 5


def test_a_token_that_is_wrong_is_told_from_one_that_has_expired(portal, face):
    face.token = "another"
    wrong = look(portal)
    assert "is not one of this portal's" in said(wrong, "failed")["credentials"]
    face.expired = {"secret-token"}
    expired = look(portal)
    assert "has expired" in said(expired, "failed")["credentials"]
    assert "secret-token" not in str(wrong) + str(expired)


@pytest.mark.parametrize(
    ("denied", "state", "name", "lost"),
    [
        ("deals", "failed", "scope crm.objects.deals.read", "no night runs without deals"),
        ("owners", "failed", "scope crm.objects.owners.read", "no night runs without owners"),
        ("contacts", "failed", "scope crm.objects.contacts.read", "no night runs without contacts"),
        ("emails", "warning", "scope sales-email-read (emails)", "e-mails to and from people"),
        ("currencies", "warning", "scope settings.currencies.read", "amounts in other currencies"),
    ],
)
def test_a_missing_scope_is_named_with_what_is_lost(portal, face, denied, state, name, lost):
    face.denied = {denied}
    found = said(look(portal), state)
    assert lost in found[name]
    assert "grant" in found[name]


def test_a_hidden_field_is_named_with_what_is_lost(portal, face):
    company = portal[0]
    company.con.execute("alter table portal.contacts drop column lead_source")
    company.con.execute("alter table portal.deals drop column amount")
    face.portal.look_again()
    found = said(look(portal), "warning")
    assert "where people came from" in found["field contacts.lead_source"]
    assert "what a deal is worth" in found["field deals.amount"]


def test_records_beside_the_listed_stages_are_counted(portal, face):
    company = portal[0]
    company.con.execute(
        "update portal.contacts set lifecyclestage = null where id in (select min(id) from portal.contacts)"
    )
    company.con.execute(
        "update portal.contacts set lifecyclestage = 'gone' where id in (select max(id) from portal.contacts)"
    )
    face.portal.look_again()
    found = said(look(portal), "warning")
    assert found["contacts without a stage"].startswith("1 of ")
    assert found["contacts in stages that are gone"].startswith("1 of ")


def test_an_empty_portal_is_looked_at_like_any_other(portal, face):
    for table in ("contacts", "deals", "calls", "emails", "meetings", "communications"):
        portal[0].con.execute(f"delete from portal.{table}")
    face.portal.look_again()
    seen = look(portal)
    assert seen.failed == []
    assert (seen.people, seen.deals) == (0, 0)
    assert all(s.records == 0 for s in seen.stages)


def test_pipelines_that_are_not_read_are_not_looked_at(portal, face):
    seen = look(portal, ["Sales"])
    assert {s.pipeline for s in seen.stages if s.record_type == "deal"} == {"Sales"}
    assert [p.label for p in seen.pipelines] == ["Sales"]
    assert not any("stages that are gone" in c.name for c in seen.checks)
    assert "no pipeline slaes" in said(look(portal, ["Slaes"]), "failed")["pipelines"]


def test_the_day_s_calls_are_told_before_they_are_used_up(portal, face):
    control(portal[2], "limits", {"daily": 1000})
    try:
        seen = look(portal, budget_share=0.03)
        assert (seen.failed, seen.calls_allowed) == ([], 30)
        assert 30 < seen.first_load_calls < 60
        control(portal[2], "limits", {"daily": 1})
        assert "used up" in said(look(portal), "failed")["API budget"]
    finally:
        control(portal[2], "limits", {})


def test_a_portal_that_does_not_answer_is_said_so_after_a_few_tries():
    nobody = client("http://127.0.0.1:9")
    nobody.tries = 2
    seen = looked.look(nobody)
    assert "does not answer" in said(seen, "failed")["reading"]
    assert nobody.all_calls == 2
