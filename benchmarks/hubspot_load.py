"""One first load and one quiet night of a simulated portal: calls, seconds, records a second, peak memory.

python -m benchmarks.hubspot_load PEOPLE: the portal is served by another process, so the memory is the reader's alone.
"""

import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from connectors.hubspot.client import HubSpotClient
from connectors.sandbox.hubspot_face.serving import served
from tests.hubspot_night import NoLimits, open_warehouse_for, read_night

AS_OF = date(2026, 6, 30)


def main(people: int) -> None:
    at = datetime.combine(AS_OF + timedelta(days=1), datetime.min.time(), tzinfo=UTC).replace(tzinfo=None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(people=people, seed=1, timezone="UTC", ends_on=AS_OF, at=at, folder=folder) as url:
            for what in ("first load", "quiet night"):
                with open_warehouse_for(folder, AS_OF, settings=None) as con:
                    client = HubSpotClient("token", base_url=url, limits=NoLimits())
                    began = time.monotonic()
                    night = read_night(con, folder, client)
                    seconds = time.monotonic() - began
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"{people:,} people, {what}: {night.cost.records:,} records, {client.all_calls:,} calls, "
                    f"{seconds:.1f} s, {night.cost.records / seconds:,.0f} records a second, peak {peak:,.0f} MB"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]))
