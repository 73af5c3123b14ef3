"""One first load and one quiet night of a simulated portal, as a line of JSON each: the work of a process of its own.

python -m benchmarks.hubspot_load PEOPLE: the portal is served by another process, so the memory is the reader's alone.
"""

import json
import resource
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

from connectors.hubspot.client import HubSpotClient
from connectors.sandbox.hubspot_face.serving import served
from tests.hubspot_night import NoLimits, open_warehouse_for, read_night

AS_OF = date(2026, 6, 30)
AT = datetime.fromisoformat("2026-07-01")


def main(people: int) -> None:
    """Print what each of the two took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(people=people, seed=1, timezone="UTC", ends_on=AS_OF, at=AT, folder=folder) as url:
            for what in ("first load", "quiet night"):
                with open_warehouse_for(folder, AS_OF) as con:
                    client = HubSpotClient("token", base_url=url, limits=NoLimits())
                    began = time.monotonic()
                    night = read_night(con, folder, client)
                    seconds = time.monotonic() - began
                    counts = con.execute(
                        "select (select count(*) from raw_hubspot.contacts), (select count(*) from raw_hubspot.deals), "
                        "(select count(*) from raw_hubspot.activities), "
                        "(select count(distinct (record_type, record_id)) from raw_hubspot.changes "
                        "where evidence = 'history')"
                    ).fetchall()[0]
                told = {
                    "people": people,
                    "what": what,
                    "records": night.cost.records,
                    "calls": client.all_calls,
                    "seconds": seconds,
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                    **dict(zip(("contacts", "deals", "activities", "histories"), counts, strict=True)),
                }
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
