"""One first load and one quiet night of a simulated org, as a line of JSON each: the work of a process of its own.

python -m benchmarks.salesforce_load PEOPLE: the org is served by another process, so the memory is the reader's alone.
"""

import json
import resource
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.signing_in import Credentials
from connectors.sandbox.salesforce_face.serving import served
from tests.salesforce_night import control, open_warehouse_for, read_night

AS_OF = date(2026, 6, 30)
AT = datetime.fromisoformat("2026-07-01")


def client_of(org):
    """A client of a served org."""
    given = Credentials(org.url, client_id=org.client_id, client_secret=org.client_secret)
    return SalesforceClient(given, ca_file=str(org.ca_file))


def main(people: int) -> None:
    """Print what each of the two took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(people=people, seed=1, timezone="UTC", ends_on=AS_OF, at=AT, folder=folder) as org:
            for what in ("first load", "quiet night"):
                with open_warehouse_for(folder, AS_OF) as con:
                    client = client_of(org)
                    began = time.monotonic()
                    night = read_night(con, folder, client)
                    seconds = time.monotonic() - began
                counted = control(org.url, org.ca_file, "calls")
                told = {
                    "people": people,
                    "what": what,
                    "records": night.cost.records,
                    "calls": client.all_calls,
                    "pages": counted.get("results", 0),
                    "looks": counted.get("job_list", 0),
                    "seconds": seconds,
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                }
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
