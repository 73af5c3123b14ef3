"""The simulated company as a Salesforce org, served over TLS for the time of a block.

Here: what the tests of Salesforce and its benchmarks share: the face, and a night on it. Not here: tests.
"""

import json
import ssl
import urllib.request
from contextlib import contextmanager
from datetime import date

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.signing_in import Credentials
from connectors.sandbox.company import Company
from connectors.sandbox.salesforce_face.app import Face
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.serving import served_here
from models.settings.sources import Salesforce
from pipelines.salesforce_load import SalesforceNight
from tests.crm_night import open_night_of

AS_OF = date(2026, 6, 30)


@contextmanager
def org_of(people=1500, seed=1, as_of=AS_OF, ends_on=None, **features):
    """(company, face, address, the CA's file) of a simulated org as it stood when `as_of` ended.

    `features` are those of `Features`. What opens the org is in `face.doors`; the private key of the JWT bearer flow
    lies beside the CA's file as private_key.pem.
    """
    with Company.generate(None, people=people, seed=seed, timezone="Europe/Paris", ends_on=ends_on or as_of) as company:
        face = Face(Org(company, company.midnight_after(as_of), **features))
        with served_here(face) as found:
            yield company, face, found.url, found.ca_file


def control(url, ca_file, what, body=None):
    """Tell the face something, or ask it: see connectors/sandbox/salesforce_face/control.py."""
    request = urllib.request.Request(f"{url}/__control/{what}", data=json.dumps(body or {}).encode())
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(ca_file))) as answer:
        return json.loads(answer.read())


def client(face, ca_file, **about):
    """A client that signs in by client credentials and waits for nothing."""
    doors = face.doors
    given = Credentials(face.url, client_id=doors.client_id, client_secret=doors.client_secret)
    about.setdefault("sleep", lambda _seconds: None)
    return SalesforceClient(given, ca_file=str(ca_file), **about)


def open_warehouse_for(folder, as_of=AS_OF, full_refresh=False, settings=None):
    """A context: the warehouse in `folder` with the night of `as_of` open."""
    return open_night_of(folder, {"sources": {"salesforce": {}}} | (settings or {}), as_of, full_refresh)


def read_night(con, folder, connection, asked=None):
    """Read the org into the open warehouse; returns the night."""
    night = SalesforceNight(con, folder / "landing", connection, asked or Salesforce(), lambda _what: None)
    night.read()
    return night
