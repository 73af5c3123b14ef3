"""HTTP: shapes as recorded from real orgs, headers, limits, composite calls, and faults on demand."""

import json
from pathlib import Path

import pytest
import requests

from tests.salesforce_night import control

RECORDED = Path(__file__).parent / "recorded"


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))["body"]


def answer(reader, soql, **about):
    return reader.call("GET", "/query", params={"q": soql}, **about)


def test_a_query_is_shaped_as_recorded(shared):
    small = answer(shared, "SELECT Id, Name FROM Lead LIMIT 2").json()
    assert list(small) == list(recorded("query_empty"))
    paged = answer(shared, "SELECT Id FROM Lead").json()
    assert list(paged) == list(recorded("query_paged_first"))
    groups = answer(shared, "SELECT CampaignId, COUNT(Id) FROM CampaignMember GROUP BY CampaignId").json()
    assert list(groups["records"][0]) == list(recorded("query_aggregate")["records"][0])


def test_a_record_and_a_description_are_shaped_as_recorded(shared):
    key = shared.rows("SELECT Id FROM Lead WHERE IsConverted = true LIMIT 1")[0]["Id"]
    lead = shared.call("GET", f"/sobjects/Lead/{key}").json()
    real = recorded("lead_get")
    ours = [n for n in lead if n in real]
    assert next(iter(lead)) == "attributes"
    assert lead["attributes"] == {"type": "Lead", "url": f"/services/data/v66.0/sobjects/Lead/{key}"}
    # Every standard field of this org is one of a real lead, of the same kind.
    assert [n for n in lead if n not in real and not n.endswith("__c")] == []
    assert len(ours) > 20
    for name in ("IsDeleted", "IsConverted", "CreatedDate", "SystemModstamp"):
        assert type(lead[name]) is type(real[name])
        assert len(str(lead[name])) == len(str(real[name])) or isinstance(real[name], bool)
    described = shared.sf.Lead.describe()
    fields = {f["name"]: f for f in described["fields"]}
    for field in recorded("lead_describe_subset")["fields"]:
        if field["name"] in fields:
            assert set(field) <= set(fields[field["name"]])
            assert fields[field["name"]]["type"] == field["type"]
            assert sorted(fields[field["name"]]["referenceTo"]) == sorted(field["referenceTo"])
    assert set(recorded("lead_describe_subset")) <= set(described)


def test_an_error_is_shaped_as_recorded(shared):
    assert set(answer(shared, "SELECT Nope FROM Lead").json()[0]) == set(recorded("error_400_invalid_field")[0])
    lost = shared.call("GET", "/sobjects/Nothing")
    assert (lost.status_code, lost.json()[0]["errorCode"]) == (404, recorded("error_404_not_found")[0]["errorCode"])


def test_every_answer_tells_the_calls_used_and_composite_ones_count_once(org):
    def used(found):
        told = found.headers["Sforce-Limit-Info"]
        assert told.startswith("api-usage=")
        return int(told.removeprefix("api-usage=").split("/")[0])

    before = used(answer(org, "SELECT COUNT() FROM Lead"))
    asked = [
        {"method": "GET", "url": f"/services/data/v66.0/query?q=SELECT+Id+FROM+{n}", "referenceId": n}
        for n in ("LeadStatus", "OpportunityStage", "Nope", "Group", "UserRole")
    ]
    found = org.call("POST", "/composite", json={"allOrNone": False, "compositeRequest": asked})
    assert used(found) == before + 1
    told = {r["referenceId"]: r for r in found.json()["compositeResponse"]}
    assert told["Nope"]["httpStatusCode"] == 400
    assert told["Nope"]["body"][0]["errorCode"] == "INVALID_TYPE"
    assert told["LeadStatus"]["body"]["totalSize"] == org.count("LeadStatus")
    refused = org.call("POST", "/composite", json={"compositeRequest": asked + asked})
    assert refused.status_code == 400
    assert refused.json()["compositeResponse"][0]["body"][0]["errorCode"] == "LIMIT_EXCEEDED"
    many = [{"method": "GET", "url": "/services/data/v66.0/limits", "referenceId": str(i)} for i in range(26)]
    assert org.call("POST", "/composite", json={"compositeRequest": many[:25]}).status_code == 200
    assert org.call("POST", "/composite", json={"compositeRequest": many}).status_code == 400
    before = used(answer(org, "SELECT COUNT() FROM Lead"))
    batch = {"batchRequests": [{"method": "GET", "url": "v66.0/limits"}] * 4}
    assert org.call("POST", "/composite/batch", json=batch).json()["hasErrors"] is False
    assert used(answer(org, "SELECT COUNT() FROM Lead")) == before + 5
    left = org.call("GET", "/limits").json()
    assert {"DailyApiRequests", "DailyBulkV2QueryJobs", "DailyBulkV2QueryFileStorageMB"} <= set(left)
    assert left["DailyApiRequests"]["Max"] - left["DailyApiRequests"]["Remaining"] == before + 6


def test_an_address_of_more_than_16384_bytes_is_too_long(shared):
    fits = "SELECT Id FROM Lead WHERE Status = '" + "x" * 15_000 + "'"
    assert answer(shared, fits).status_code == 200
    assert answer(shared, fits + " OR Id = '" + "x" * 2000 + "'").status_code == 414
    assert answer(shared, fits, headers={"X-Long": "y" * 3000}).status_code == 431
    long = {"operation": "query", "query": fits + " OR Status = '" + "x" * 9000 + "'"}
    assert shared.call("POST", "/jobs/query", json=long).status_code == 200


def test_versions_that_are_gone_say_so(shared):
    assert [v["version"] for v in shared.call("GET", "/services/data").json()][-1] == "68.0"
    assert set(shared.call("GET", "/services/data").json()[0]) == {"label", "url", "version"}
    assert shared.call("GET", "/services/data/v25.0/query?q=SELECT+Id+FROM+Lead").status_code == 410
    assert shared.call("GET", "/services/data/v99.0/query?q=SELECT+Id+FROM+Lead").status_code == 404


def test_answers_are_gzipped_for_who_takes_it(shared):
    plain = answer(shared, "SELECT Id, Name FROM Lead", headers={"Accept-Encoding": "identity"})
    packed = answer(shared, "SELECT Id, Name FROM Lead", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json()["records"] == plain.json()["records"]


def test_the_day_s_calls_run_out_and_calls_at_once_are_too_many(org):
    org.face.limits.daily = org.face.limits.used + 1
    assert answer(org, "SELECT COUNT() FROM Lead").status_code == 200
    refused = answer(org, "SELECT COUNT() FROM Lead")
    assert (refused.status_code, refused.json()[0]) == (
        403,
        {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"},
    )
    org.face.limits.daily, org.face.limits.concurrent = 1_000_000, 0
    refused = answer(org, "SELECT COUNT() FROM Lead")
    assert refused.status_code == 403
    assert "ConcurrentRequests" in refused.json()[0]["message"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("500", 500, "UNKNOWN_EXCEPTION"),
        ("503", 503, "SERVER_UNAVAILABLE"),
        ("locked", 500, "UNABLE_TO_LOCK_ROW"),
        ("concurrent", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("daily", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("locator", 400, "INVALID_QUERY_LOCATOR"),
        ("query_timeout", 400, "QUERY_TIMEOUT"),
    ],
)
def test_a_fault_comes_once_where_it_was_planned(org, kind, status, code):
    control(org.url, org.ca_file, "faults", {"planned": [{"path": "GET .*/query$", "kind": kind, "after": 1}]})
    assert answer(org, "SELECT COUNT() FROM Lead").status_code == 200
    bad = answer(org, "SELECT COUNT() FROM Lead")
    assert (bad.status_code, bad.json()[0]["errorCode"]) == (status, code)
    assert answer(org, "SELECT COUNT() FROM Lead").status_code == 200


def test_a_body_may_be_html_or_nothing_or_half_of_one(org):
    kinds = ("html", "empty", "broken", "dropped", "truncated")
    plan = [{"path": "/query$", "kind": k} for k in kinds]
    control(org.url, org.ca_file, "faults", {"planned": plan})
    page = answer(org, "SELECT Id FROM Lead")
    assert (page.status_code, page.text[:6]) == (503, "<html>")
    assert answer(org, "SELECT Id FROM Lead").content == b""
    with pytest.raises(requests.JSONDecodeError):
        answer(org, "SELECT Id FROM Lead").json()
    for _ in range(2):
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            answer(org, "SELECT Id FROM Lead")
    assert answer(org, "SELECT Id FROM Lead").status_code == 200


def test_a_page_of_results_may_break_off_or_be_short_without_a_word(org):
    address = f"/jobs/query/{org.job('SELECT Id, Company FROM Lead')}/results"
    plan = [{"path": "/results$", "kind": "truncated"}, {"path": "/results$", "kind": "short"}]
    control(org.url, org.ca_file, "faults", {"planned": plan})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        org.call("GET", address)
    short = org.call("GET", address)
    assert short.status_code == 200
    whole = org.call("GET", address)
    assert short.headers["Sforce-NumberOfRecords"] == whole.headers["Sforce-NumberOfRecords"]
    assert len(short.content) < len(whole.content)


def test_a_session_may_end_midway(org):
    doors = org.face.doors
    given = {"grant_type": "client_credentials", "client_id": doors.client_id, "client_secret": doors.client_secret}
    found = org.session.post(f"{org.url}/services/oauth2/token", data=given, timeout=10).json()["access_token"]
    session = {"Authorization": f"Bearer {found}"}
    control(org.url, org.ca_file, "faults", {"planned": [{"path": "/query$", "kind": "expired", "after": 1}]})
    asked = "SELECT COUNT() FROM Lead"
    assert [answer(org, asked, headers=session).status_code for _ in range(3)] == [200, 401, 401]
    assert doors.signed_in == ["client_credentials"]


def test_an_answer_may_take_too_long(org):
    control(org.url, org.ca_file, "faults", {"planned": [{"path": "/query$", "kind": "timeout"}], "seconds": 0.5})
    with pytest.raises(requests.exceptions.ReadTimeout):
        org.session.get(f"{org.url}{org.base}/query", params={"q": "SELECT COUNT() FROM Lead"}, timeout=0.2)


def test_a_share_of_all_calls_goes_wrong(org):
    control(org.url, org.ca_file, "faults", {"share": 0.3, "kinds": ["500", "concurrent"]})
    seen = [answer(org, "SELECT COUNT() FROM Lead").status_code for _ in range(100)]
    assert 15 < sum(s != 200 for s in seen) < 50
    assert set(seen) == {200, 403, 500}


def test_calls_are_counted_by_kind(org):
    control(org.url, org.ca_file, "calls")
    answer(org, "SELECT COUNT() FROM Lead")
    org.job("SELECT Id FROM Lead")
    org.call("GET", "/jobs/query")
    counted = control(org.url, org.ca_file, "calls")
    assert (counted["query"], counted["job"], counted["job_list"]) == (1, 1, 1)
    assert "query" not in control(org.url, org.ca_file, "calls")


def test_deleted_ids_are_told_with_how_far_they_reach(shared):
    given = {"start": "2026-05-01T00:00:00+00:00", "end": "2026-07-01T00:00:00+00:00"}
    found = shared.call("GET", "/sobjects/Lead/deleted", params=given).json()
    assert set(found) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    assert {r["id"] for r in found["deletedRecords"]} == {
        r["Id"] for r in shared.rows("SELECT Id FROM Lead WHERE IsDeleted = true", include_deleted=True)
    }


def test_days_pass_when_told_to(org):
    before = org.count("Lead", include_deleted=True)
    control(org.url, org.ca_file, "days", {"at": "2026-01-01T00:00:00"})
    assert 0 < org.count("Lead", include_deleted=True) < before
    control(org.url, org.ca_file, "features", {"hidden_objects": ["Lead"]})
    assert answer(org, "SELECT Id FROM Lead").json()[0]["errorCode"] == "INVALID_TYPE"
