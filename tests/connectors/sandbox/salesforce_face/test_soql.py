"""Questions in SOQL: what is answered, and what is refused in which words."""

import pytest


def answer(reader, soql, way="query"):
    return reader.call("GET", f"/{way}", params={"q": soql})


def test_comparisons_are_those_of_salesforce(shared):
    total = shared.count("Lead")
    converted = shared.count("Lead", "WHERE IsConverted = true")
    assert 0 < converted < total
    # Text without regard to case, `!=` with what is empty, `NOT IN` too.
    assert shared.count("Lead", "WHERE Status = 'SUBSCRIBER'") == shared.count("Lead", "WHERE Status LIKE 'subscr%'")
    assert shared.count("Lead", "WHERE ConvertedContactId != '003000000000000'") == total
    assert shared.count("Lead", "WHERE ConvertedContactId NOT IN ('003000000000000')") == total
    assert shared.count("Lead", "WHERE ConvertedContactId = null") == total - converted
    assert shared.count("Lead", "WHERE (NOT IsConverted = true) AND (Status = 'Lead' OR Status = 'Subscriber')") == sum(
        shared.count("Lead", f"WHERE Status = '{s}' AND IsConverted = false") for s in ("Lead", "Subscriber")
    )
    assert shared.count("Lead", "WHERE LastName LIKE '%O\\'Brien%'") > 0
    assert shared.count("Lead", "WHERE Company LIKE '100\\%'") == 0
    assert shared.count("Lead", "WHERE Company = 'Line one\\nline \"two\"'") > 0
    assert shared.count("Lead", "WHERE Id IN (SELECT LeadId FROM CampaignMember)") == shared.count("CampaignMember")


def test_moments_have_zones_and_days_have_none(shared):
    later = shared.count("Lead", "WHERE CreatedDate >= 2026-06-01T00:00:00Z")
    assert later == shared.count("Lead", "WHERE CreatedDate >= 2026-06-01T02:00:00+02:00")
    assert later == shared.count("Lead", "WHERE CreatedDate >= 2026-06-01T02:00:00.000+0200")
    assert 0 < later < shared.count("Lead")
    assert shared.count("Opportunity", "WHERE CloseDate > 2026-06-15") > 0
    assert shared.count("Lead", "WHERE CreatedDate = LAST_N_DAYS:30") > 0
    assert shared.count("Lead", "WHERE CreatedDate > TODAY") == 0


def test_an_id_may_be_given_with_15_characters(shared):
    row = shared.rows("SELECT Id FROM Lead LIMIT 1")[0]
    assert shared.rows(f"SELECT Id FROM Lead WHERE Id = '{row['Id'][:15]}'") == [row]


def test_rows_come_in_the_order_asked_for(shared):
    rows = shared.rows("SELECT CreatedDate FROM Lead ORDER BY CreatedDate DESC NULLS LAST, Id LIMIT 3000")
    assert [r["CreatedDate"] for r in rows] == sorted((r["CreatedDate"] for r in rows), reverse=True)
    assert len(rows) == 3000
    ids = [r["Id"] for r in shared.rows("SELECT Id FROM Lead ORDER BY Id")]
    assert ids == sorted(ids)
    assert [r["Id"] for r in shared.rows("SELECT Id FROM Lead ORDER BY Id LIMIT 5 OFFSET 10")] == ids[10:15]


def test_parents_are_nested_and_missing_ones_are_null(shared):
    rows = shared.sf.query("SELECT Id, owner.name, CreatedBy.UserRole.Name FROM Lead LIMIT 2000")["records"]
    assert list(rows[0]) == ["attributes", "Id", "Owner", "CreatedBy"]
    assert rows[0]["Owner"]["attributes"]["type"] == "Name"
    assert {r["CreatedBy"]["UserRole"] is None for r in rows} == {True, False}
    who = shared.rows("SELECT Who.Type, WhoId FROM Task LIMIT 500")
    assert {(r["Who"]["Type"], r["WhoId"][:3]) for r in who} <= {("Lead", "00Q"), ("Contact", "003")}


def test_aggregates_are_groups_of_a_type_of_their_own(shared):
    found = answer(shared, "SELECT Status, COUNT(Id), MAX(CreatedDate) newest FROM Lead GROUP BY Status").json()
    assert list(found["records"][0]) == ["attributes", "Status", "expr0", "newest"]
    assert found["records"][0]["attributes"] == {"type": "AggregateResult"}
    assert sum(r["expr0"] for r in found["records"]) == shared.count("Lead")
    assert answer(shared, "SELECT COUNT() FROM Lead").json() == {
        "totalSize": shared.count("Lead"),
        "done": True,
        "records": [],
    }
    too_many = answer(shared, "SELECT LastName, COUNT(Id) FROM Lead GROUP BY LastName")
    assert (too_many.status_code, too_many.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY"),
        ("SELECT Id, Id FROM Lead", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Status = 'a' AND Status = 'b' OR Status = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id; FROM Lead", "MALFORMED_QUERY"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY"),
        ("SELECT Nope__c FROM Lead", "INVALID_FIELD"),
        ("SELECT Nobody.Name FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD"),
        ("SELECT Id FROM LeadHistory WHERE NewValue = 'Lead'", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("SELECT Id FROM Lead LIMIT 5 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ],
)
def test_what_cannot_be_asked_is_refused_as_a_list_of_one_error(shared, soql, code):
    found = answer(shared, soql)
    assert found.status_code == 400
    assert [e["errorCode"] for e in found.json()] == [code]
    assert set(found.json()[0]) == {"message", "errorCode"}


def test_pages_hold_2000_records_and_may_be_asked_for_again(shared):
    first = answer(shared, "SELECT Id FROM Lead").json()
    assert (len(first["records"]), first["done"]) == (2000, False)
    assert first["nextRecordsUrl"].startswith("/services/data/v66.0/query/0r8")
    assert first["nextRecordsUrl"].endswith("-2000")
    second = shared.call("GET", first["nextRecordsUrl"]).json()
    assert second == shared.call("GET", first["nextRecordsUrl"]).json()
    assert second["done"] is True
    assert "nextRecordsUrl" not in second
    assert len({r["Id"] for r in first["records"] + second["records"]}) == first["totalSize"]
    small = shared.call(
        "GET", "/query", params={"q": "SELECT Id FROM Lead"}, headers={"Sforce-Query-Options": "batchSize=300"}
    )
    assert len(small.json()["records"]) == 300


def test_a_cursor_does_not_outlive_the_day_it_was_opened_on(org):
    first = answer(org, "SELECT Id, CreatedDate FROM LeadHistory")
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = org.call("GET", "/query", params={"q": "SELECT Id FROM LeadHistory"}, headers=headers).json()
    org.face.org.move_to(org.face.org.at)
    lost = org.call("GET", first["nextRecordsUrl"])
    assert (lost.status_code, lost.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
