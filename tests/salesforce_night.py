"""The simulated company as a Salesforce org, served over TLS for the time of a block.

Here: what the tests of Salesforce and its benchmarks share. Not here: tests.
"""

import json
import ssl
import urllib.request
from contextlib import contextmanager
from datetime import date

from connectors.sandbox.company import Company
from connectors.sandbox.salesforce_face.app import Face
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.serving import served_here

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
