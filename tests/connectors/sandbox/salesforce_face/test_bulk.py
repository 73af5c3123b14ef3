"""Bulk API 2.0: jobs, their states, and results page by page."""

import csv
import io
import time

import pytest

FIELDS = "Id, Company, Owner.Name, CreatedDate, ConvertedDate, IsConverted, ConvertedContactId"


def parsed(answer):
    """The header and the rows of a page."""
    rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    return rows[0], rows[1:]


def test_a_job_is_made_looked_at_listed_and_deleted(org):
    made = org.call("POST", "/jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"}).json()
    assert made["state"] == "UploadComplete"
    assert list(made) == [
        *("id", "operation", "object", "createdById", "createdDate", "systemModstamp", "state", "concurrencyMode"),
        *("contentType", "apiVersion", "lineEnding", "columnDelimiter"),
    ]
    assert made["object"] == "Lead"
    job_id = org.wait(made["id"])
    told = org.call("GET", f"/jobs/query/{job_id}").json()
    assert (told["state"], told["numberRecordsProcessed"]) == ("JobComplete", org.count("Lead"))
    listed = org.call("GET", "/jobs/query").json()
    assert [j["id"] for j in listed["records"]] == [job_id]
    assert listed["done"] is True
    gone = org.call("DELETE", f"/jobs/query/{job_id}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert org.call("GET", f"/jobs/query/{job_id}").status_code == 404


def test_results_are_the_rows_of_the_query_text_as_it_was(shared):
    job_id = shared.job(f"SELECT {FIELDS} FROM Lead")
    header, rows, locator = None, [], None
    while locator != "null":
        page = shared.call(
            "GET",
            f"/jobs/query/{job_id}/results",
            params={"maxRecords": 1500} | ({"locator": locator} if locator else {}),
        )
        header, found = parsed(page)
        assert header == FIELDS.split(", ")  # on every page
        assert len(found) == int(page.headers["Sforce-NumberOfRecords"])
        rows += found
        locator = page.headers["Sforce-Locator"]
    by_rest = shared.rows(f"SELECT {FIELDS} FROM Lead")
    expected = [
        [
            r["Id"],
            r["Company"],
            r["Owner"]["Name"],
            r["CreatedDate"].replace("+0000", "Z"),
            r["ConvertedDate"] or "",
            str(r["IsConverted"]).lower(),
            r["ConvertedContactId"] or "",
        ]
        for r in by_rest
    ]
    assert sorted(rows) == sorted(expected)
    assert any("\x00" in r[1] for r in rows)


def test_every_value_is_quoted(shared):
    text = shared.call(
        "GET", f"/jobs/query/{shared.job('SELECT Id, ConvertedDate, IsConverted FROM Lead LIMIT 3')}/results"
    ).text
    assert all(line.startswith('"') and line.endswith('"') and line.count('"') == 6 for line in text.splitlines())


def test_an_empty_result_is_a_lone_header(org):
    page = org.call("GET", f"/jobs/query/{org.job('SELECT Id FROM Lead WHERE Id = null')}/results")
    assert (page.text, page.headers["Sforce-NumberOfRecords"], page.headers["Sforce-Locator"]) == (
        '"Id"\n',
        "0",
        "null",
    )


def test_deleted_and_archived_rows_come_by_query_all(shared):
    some = shared.call("GET", f"/jobs/query/{shared.job('SELECT Id FROM Task')}/results")
    every = shared.call("GET", f"/jobs/query/{shared.job('SELECT Id FROM Task', 'queryAll')}/results")
    assert int(some.headers["Sforce-NumberOfRecords"]) == shared.count("Task")
    assert int(every.headers["Sforce-NumberOfRecords"]) == shared.count("Task", include_deleted=True)


def test_pages_can_be_fetched_side_by_side(shared):
    job_id = shared.job("SELECT Id FROM LeadHistory")
    addresses, following = [], f"/jobs/query/{job_id}/resultPages?maxRecords=700"
    while following:
        told = shared.call("GET", following).json()
        assert len(told["resultPages"]) <= 5
        addresses += [p["resultUrl"] for p in told["resultPages"]]
        following = told["nextRecordsUrl"]
    ids = [r[0] for a in addresses for r in parsed(shared.call("GET", a))[1]]
    assert len(ids) == len(set(ids)) == shared.count("LeadHistory")


def test_a_job_takes_its_time_and_can_be_stopped(org):
    org.face.jobs.seconds = 0.4
    started = time.monotonic()
    job_id = org.call("POST", "/jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"}).json()["id"]
    early = org.call("GET", f"/jobs/query/{job_id}/results")
    assert early.status_code == 400
    org.wait(job_id)
    assert time.monotonic() - started >= 0.4
    other = org.call("POST", "/jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"}).json()["id"]
    assert org.call("PATCH", f"/jobs/query/{other}", json={"state": "Aborted"}).json()["state"] == "Aborted"
    time.sleep(0.5)
    assert org.call("GET", f"/jobs/query/{other}").json()["state"] == "Aborted"


def test_a_job_may_fail(org):
    org.face.jobs.to_fail = 1
    told = org.call("GET", f"/jobs/query/{org.job('SELECT Id FROM Lead')}").json()
    assert told["state"] == "Failed"
    assert told["errorMessage"].startswith("InternalServerError")
    assert org.call("GET", f"/jobs/query/{org.job('SELECT Id FROM Lead')}").json()["state"] == "JobComplete"


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Lead", "API_ERROR"),
        ("SELECT Status, COUNT(Id) FROM Lead GROUP BY Status", "API_ERROR"),
        ("SELECT Id FROM Lead LIMIT 5 OFFSET 5", "API_ERROR"),
        ("SELECT Id FROM TaskStatus", "INVALIDENTITY"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD"),
    ],
)
def test_what_bulk_does_not_take_is_refused_at_once(org, soql, code):
    org.face.jobs.not_in_bulk = {"TaskStatus"}
    found = org.call("POST", "/jobs/query", json={"operation": "query", "query": soql})
    assert (found.status_code, found.json()[0]["errorCode"]) == (400, code)


def test_results_are_read_with_the_version_the_job_was_made_with(org):
    job_id = org.job("SELECT Id FROM Lead")
    assert org.call("GET", f"/services/data/v60.0/jobs/query/{job_id}/results").status_code == 409


def test_the_client_most_people_use_reads_it(shared):
    pages = list(shared.sf.bulk2.Lead.query("SELECT Id, Company FROM Lead", max_records=2500, wait=0.05))
    rows = [r for p in pages for r in list(csv.reader(io.StringIO(p, newline="")))[1:]]
    assert len(pages) == 2
    assert len(rows) == shared.count("Lead")
