"""The simulated org that the tests of this folder look at."""

import pytest
import requests
from simple_salesforce import Salesforce

from connectors.sandbox.salesforce_face.faults import Faults, Limits
from connectors.sandbox.salesforce_face.org import Features
from connectors.sandbox.salesforce_face.signing_in import Doors
from tests.salesforce_night import AS_OF, org_of

VERSION = "66.0"


class Reader:
    """A reader of the org: plain calls, and the client that most people use."""

    def __init__(self, company, face, url, ca_file):
        self.company, self.face, self.url, self.ca_file = company, face, url, ca_file
        self.base = f"/services/data/v{VERSION}"
        self.session = requests.Session()
        self.session.verify, self.session.trust_env = str(ca_file), False
        self.session.headers["Authorization"] = f"Bearer {face.doors.ready_token}"
        self.sf = self.client()

    def client(self, **about):
        """A simple_salesforce client with a ready token."""
        session = requests.Session()
        session.verify, session.trust_env = str(self.ca_file), False
        about.setdefault("session_id", self.face.doors.ready_token)
        return Salesforce(instance_url=self.url, session=session, version=VERSION, **about)

    def call(self, method, path, **about):
        """The answer of a plain call; `path` from /services or below the version."""
        full = path if path.startswith("/services") else self.base + path
        return self.session.request(method, self.url + full, timeout=20, **about)

    def rows(self, soql, include_deleted=False):
        """All records of a query, without their attributes."""
        found = self.sf.query_all(soql, include_deleted=include_deleted)["records"]
        return [{k: v for k, v in r.items() if k != "attributes"} for r in found]

    def count(self, entity, where="", include_deleted=False):
        """SELECT COUNT()."""
        soql = f"SELECT COUNT() FROM {entity} {where}"
        return self.sf.query(soql, include_deleted=include_deleted)["totalSize"]

    def job(self, soql, operation="query"):
        """The id of a finished Bulk job."""
        job_id = self.call("POST", "/jobs/query", json={"operation": operation, "query": soql}).json()["id"]
        return self.wait(job_id)

    def wait(self, job_id):
        """The job's id, once it is over."""
        for _ in range(2000):
            if self.call("GET", f"/jobs/query/{job_id}").json()["state"] not in ("UploadComplete", "InProgress"):
                return job_id
        raise AssertionError("the job does not end")


@pytest.fixture(scope="package")
def shared():
    """A reader of an org of 4,000 people at the end of June 2026; no test may change it."""
    with org_of(people=4000) as found:
        found[0].view(found[0].midnight_after(AS_OF))
        yield Reader(*found)


@pytest.fixture(scope="package")
def small():
    """A small org, for `org`."""
    with org_of(people=300) as found:
        yield Reader(*found), found[1].org.at


@pytest.fixture
def org(small):
    """A reader of a small org that a test may do with as it likes; it is as new for each."""
    reader, at = small
    face = reader.face
    face.doors.__dict__.update(Doors(public_key=face.doors.public_key).__dict__)
    face.limits, face.faults = Limits(), Faults()
    face.jobs.__init__(face.org, face.folder)
    if face.org.at != at or face.org.features != Features():
        face.org.move_to(at, **vars(Features()))
    return reader
