"""Orgs that lack something, or hide it: a right or an honestly empty result, and findings that say which."""

import pytest

from models.settings.sources import Salesforce
from tests.crm_night import build_tables
from tests.salesforce_night import client, open_warehouse_for, org_of, read_night

PEOPLE = 400


@pytest.fixture(scope="module")
def orgs():
    """A function from features to the tables and findings of a night on such an org; the company is one."""
    with org_of(people=PEOPLE, seed=3) as (_, face, _, ca_file):
        plain = vars(face.org.features)

        def night_of(folder, asked=None, **features):
            face.org.move_to(face.org.at, **(plain | features))
            with open_warehouse_for(folder) as con:
                read_night(con, folder, client(face, ca_file), asked)
                build_tables(con, ("funnel",))
                findings = dict(con.execute("select finding, remedy from raw_salesforce.findings").fetchall())
                rows = {
                    t: con.execute(f"select * from funnel.{t}").df()
                    for t in ("people", "deals", "stage_entries", "touches", "owner_spans", "deal_people")
                }
            return rows, findings

        yield night_of


@pytest.fixture(scope="module")
def whole(orgs, tmp_path_factory):
    return orgs(tmp_path_factory.mktemp("whole"))


def entries(rows, record_type, stage):
    found = rows["stage_entries"].query("record_type == @record_type and stage == @stage and round > 0")
    return found.set_index("record_id")["entered_at"]


def test_an_org_with_everything_has_nothing_to_say(whole):
    rows, findings = whole
    assert findings == {}
    assert set(rows["people"].columns)
    assert len(entries(rows, "person", "mql")) > 20


def test_an_org_of_one_currency_has_amounts_in_it(orgs, whole, tmp_path):
    rows, findings = orgs(tmp_path, multi_currency=False)
    assert findings == {}
    deals = rows["deals"]
    assert len(deals) == len(whole[0]["deals"])
    assert (deals["amount"].dropna() == deals["amount_in_currency"].dropna()).all()
    assert set(deals["currency"]) == {"EUR"}


def test_an_org_without_dated_rates_takes_the_latest(orgs, whole, tmp_path):
    rows, findings = orgs(tmp_path, dated_rates=False)
    assert findings == {}
    both = rows["deals"].merge(whole[0]["deals"], on="deal_id")
    foreign = both[(both["currency_x"] != "EUR") & both["amount_in_currency_y"].notna()]
    assert foreign["amount_in_currency_x"].notna().all()
    assert (foreign["amount_in_currency_x"] != foreign["amount_in_currency_y"]).any()


def test_an_org_without_record_types_has_deals_of_no_pipeline(orgs, whole, tmp_path):
    rows, findings = orgs(tmp_path, record_types=False)
    assert findings == {}
    assert rows["deals"]["pipeline"].isna().all()
    assert len(rows["deals"]) == len(whole[0]["deals"])


def test_only_the_record_types_asked_for_are_deals(orgs, whole, tmp_path):
    rows, _ = orgs(tmp_path, Salesforce(record_types=["enterprise"]))
    assert set(rows["deals"]["pipeline"]) == {"Enterprise"}
    assert len(rows["deals"]) == (whole[0]["deals"]["pipeline"] == "Enterprise").sum()


def test_without_history_of_leads_nothing_is_guessed_and_a_finding_says_so(orgs, whole, tmp_path):
    rows, findings = orgs(tmp_path, history_tracking=False, date_fields=False)
    assert "Set History Tracking" in findings["no_history:Lead.Status"]
    assert "no stage is dated" in findings["no_history:Lead.Status"]
    assert len(rows["people"]) == len(whole[0]["people"])
    assert len(entries(rows, "person", "mql")) == 0
    # A conversion is dated without it.
    conversions = rows["stage_entries"].query("record_type == 'person' and evidence == 'conversion'")
    assert len(conversions) > 0
    assert len(entries(rows, "deal", "customer")) == len(entries(whole[0], "deal", "customer"))


def test_date_fields_tell_the_stages_that_the_settings_name(orgs, whole, tmp_path):
    asked = Salesforce(stages_from={"mql": {"field": "MQL_Date__c"}, "sql": {"field": "SQL_Date__c"}})
    rows, findings = orgs(tmp_path, asked, history_tracking=False)
    assert "only mql, sql are dated" in findings["no_history:Lead.Status"]
    for stage in ("mql", "sql"):
        dated, by_history = entries(rows, "person", stage), entries(whole[0], "person", stage)
        first = by_history.groupby(level=0).min()
        # What a lead that was merged into another had entered, its date field does not tell.
        same = dated.groupby(level=0).min().to_frame("field").join(first.to_frame("history"), how="inner")
        assert len(same) > 0.9 * len(first)
        assert (same["field"] == same["history"]).mean() > 0.95
    assert set(rows["stage_entries"].query("stage == 'mql' and round > 0")["evidence"]) == {"stage_date"}


def test_with_history_a_date_field_still_goes_before_the_statuses(orgs, tmp_path):
    rows, findings = orgs(tmp_path, Salesforce(stages_from={"mql": {"field": "mql_date__c"}}))
    assert findings == {}
    explicit = (
        rows["stage_entries"].query("record_type == 'person' and round > 0").groupby("stage")["evidence"].unique()
    )
    assert list(explicit["mql"]) == ["stage_date"]
    assert list(explicit["sql"]) == ["history"]


def test_a_response_to_a_campaign_is_the_stage_that_the_settings_name(orgs, whole, tmp_path):
    rows, findings = orgs(tmp_path, Salesforce(stages_from={"mql": {"campaign": "Webinar"}}))
    assert findings == {}
    responded = entries(rows, "person", "mql")
    webinar = set(rows["people"].query("lead_source == 'Webinar'")["person_id"])
    became = entries(whole[0], "person", "mql")
    assert len(responded) > 0
    assert set(responded.index) <= webinar
    # A response has a day and no hour: it counts from that day's beginning in Paris.
    same = responded.to_frame("response").join(became.groupby(level=0).min().to_frame("mql"), how="inner")
    local = same["response"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    assert (local.dt.hour == 0).all()
    assert (local.dt.date == same["mql"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris").dt.date).mean() > 0.9


def test_a_date_field_that_is_not_there_is_named_and_the_statuses_serve(orgs, whole, tmp_path):
    rows, findings = orgs(tmp_path, Salesforce(stages_from={"mql": {"field": "Became_MQL__c"}}))
    assert "when a lead entered mql" in findings["missing_field:Lead.Became_MQL__c"]
    assert len(entries(rows, "person", "mql")) == len(entries(whole[0], "person", "mql"))


@pytest.mark.parametrize(
    ("hidden", "finding", "empty"),
    [
        ({"hidden_objects": ["Task"]}, "missing_object:Task", None),
        ({"hidden_objects": ["Event", "Task"]}, "missing_object:Event", "touches"),
        ({"hidden_objects": ["Lead"]}, "missing_object:Lead", "people touches"),
        ({"hidden_objects": ["Opportunity"]}, "missing_object:Opportunity", "deals"),
        ({"hidden_objects": ["LeadHistory"]}, "missing_object:LeadHistory", None),
        ({"hidden_objects": ["OpportunityHistory", "OpportunityStage"]}, "missing_object:OpportunityHistory", None),
        (
            {"hidden_objects": ["OpportunityContactRole", "User", "Group"]},
            "missing_object:OpportunityContactRole",
            None,
        ),
        ({"hidden_fields": ["Lead.Status"]}, "missing_field:Lead.Status", None),
        ({"hidden_fields": ["Lead.LeadSource", "Opportunity.Amount"]}, "missing_field:Opportunity.Amount", None),
        (
            {"hidden_fields": ["Task.CompletedDateTime", "Event.StartDateTime"]},
            "missing_field:Task.CompletedDateTime",
            "touches",
        ),
        ({"hidden_fields": ["User.UserType", "User.ProfileId"]}, None, None),
    ],
    ids=str,
)
def test_what_is_hidden_is_left_out_and_named_with_what_is_lost(orgs, tmp_path, hidden, finding, empty):
    rows, findings = orgs(tmp_path, **hidden)
    if finding:
        assert "not known without it" in findings[finding].lower()
    else:
        assert findings == {}
    for table in ("people", "deals", "touches"):
        assert (len(rows[table]) == 0) == (table in (empty or "")), table


def test_a_field_that_is_hidden_later_is_read_anew_without_it(orgs, tmp_path):
    before, _ = orgs(tmp_path)
    after, findings = orgs(tmp_path, hidden_fields=["Lead.LeadSource"])
    assert "missing_field:Lead.LeadSource" in findings
    assert before["people"]["lead_source"].notna().any()
    assert after["people"]["lead_source"].isna().all()
    again, findings = orgs(tmp_path, hidden_fields=[], hidden_objects=["Task"])
    assert list(findings) == ["missing_object:Task"]
    assert again["people"]["lead_source"].notna().any()
    assert set(again["touches"]["kind"]) == {"meeting"}
