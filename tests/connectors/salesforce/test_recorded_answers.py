"""What real orgs answered, recorded, is read without loss; and text of every kind arrives as it was."""

import json

import duckdb
import pytest
import requests
from requests.adapters import BaseAdapter

from connectors.landing import Landing
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.errors import NotThereError, QueryRefusedError
from connectors.salesforce.loading import load
from connectors.salesforce.objects import LEAD
from connectors.salesforce.records import Records
from connectors.salesforce.selection import StagesFrom, select
from connectors.salesforce.signing_in import Credentials
from pipelines.catalog import RAW_SALESFORCE
from pipelines.landing import create_tables
from pipelines.paths import PROJECT

RECORDED = PROJECT / "tests/connectors/sandbox/salesforce_face/recorded"
TRICKY = [
    "Null",
    "True",
    "NUL\x00byte",
    'Say "cheese", Inc.',
    '""',
    "one\ntwo",
    "car\r\nriage",
    "=1+1",
    "back\\slash",
    "é 合",
]


class Replayed(BaseAdapter):
    """Answers with what was recorded, whatever is asked."""

    def __init__(self, *answers):
        super().__init__()
        self.answers, self.asked = list(answers), []

    def send(self, request, **_about):
        self.asked.append(request.url)
        status, body = self.answers.pop(0)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = status, request.url, request
        answer._content = json.dumps(body).encode()
        return answer

    def close(self):
        pass


def recorded(name):
    told = json.loads((RECORDED / name).read_text())
    return told["status"], told["body"]


def replaying(*answers):
    """A client whose calls are answered one after the other, and what was asked."""
    replayed = Replayed(*answers)
    client = SalesforceClient(Credentials("https://acme.my.salesforce.com", access_token="t"), sleep=lambda _s: None)
    session = requests.Session()
    session.mount("https://", replayed)
    client.new_session = lambda: session
    return client, replayed


def test_an_invalid_field_and_a_missing_object_are_told_by_their_codes():
    client, _ = replaying(recorded("error_400_invalid_field.json"), recorded("error_404_not_found.json"))
    with pytest.raises(QueryRefusedError) as refused:
        client.query("SELECT Nope FROM Lead")
    assert refused.value.code == "INVALID_FIELD"
    with pytest.raises(NotThereError):
        client.get("sobjects/Whizbang/23foo")


def test_a_page_that_is_not_the_last_is_followed_whatever_its_version():
    client, replayed = replaying(recorded("query_paged_first.json"), recorded("query_empty.json"))
    page = client.query("SELECT Text_Label FROM Whizbang")
    assert client.follow(page["nextRecordsUrl"])["done"]
    assert replayed.asked[-1] == "https://acme.my.salesforce.com/services/data/v66.0/query/01gD"


def test_the_fields_of_a_real_lead_are_found_by_its_description():
    seen = [f["name"] for f in recorded("lead_describe_subset.json")[1]["fields"]]
    findings = []
    selection = select(LEAD, [*seen, "CreatedDate", "SystemModstamp"], StagesFrom({}, {}), findings)
    assert {"status", "lead_source", "owner", "contact_id"} <= set(selection.roles)
    assert {f.finding for f in findings} <= {f"missing_field:Lead.{n.candidates[0]}" for n in LEAD.needed}


def test_a_real_lead_arrives_as_it_is(tmp_path):
    _, body = recorded("lead_get.json")
    page = {"totalSize": 1, "done": True, "records": [body]}
    client, _ = replaying((200, page))
    rows = loaded_leads(client, list(body), tmp_path)
    assert len(rows) == 1
    assert rows[0][0] == body["Id"]
    assert rows[0][3:6] == (body["Status"], body["LeadSource"], body["OwnerId"])
    assert rows[0][1].isoformat() == body["CreatedDate"][:19]


@pytest.mark.parametrize("way", ["rest", "job"])
def test_text_of_every_kind_arrives_as_it_was(tmp_path, way):
    records = [
        {
            "Id": f"00Q{i:015d}",
            "IsDeleted": False,
            "CreatedDate": "2026-01-01T00:00:00.000+0000",
            "SystemModstamp": "2026-01-01T00:00:00.000+0000",
            "Status": text,
            "LeadSource": None,
        }
        for i, text in enumerate(TRICKY)
    ]
    if way == "rest":
        client, _ = replaying((200, {"totalSize": len(records), "done": True, "records": records}))
        rows = loaded_leads(client, list(records[0]), tmp_path)
    else:
        fields = list(records[0])
        cells = [
            [str(v if v is not None else "").replace('"', '""').replace("False", "false") for v in r.values()]
            for r in records
        ]
        text = "".join('"' + '","'.join(line) + '"\n' for line in [fields, *cells])
        landing = Landing(tmp_path / "job")
        with landing.file("records", "csv") as (out, _):
            out.write(text.encode())
        rows = into_the_table(fields, landing)
    assert [r[3] for r in rows] == TRICKY
    assert {r[4] for r in rows} == {None}


def loaded_leads(client, seen, folder):
    selection = select(LEAD, seen, StagesFrom({}, {}), [])
    stream = Records(client, None, selection, None)
    landing = Landing(folder / "landing")
    stream.read("2026-01-01T00:00:00.000+0000", landing, None)
    return into_the_table(seen, landing)


def into_the_table(seen, landing):
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        create_tables(con, RAW_SALESFORCE)
        for statement in load(select(LEAD, seen, StagesFrom({}, {}), []), {}, "UTC"):
            con.execute(statement.replace("{files}", str(landing.files("records"))))
        return con.execute("select * from raw_salesforce.leads order by lead_id").fetchall()
