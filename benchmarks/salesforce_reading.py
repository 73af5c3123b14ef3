"""One night's reading of an org in a process of its own, to be killed.

python -m benchmarks.salesforce_reading URL CA_FILE CLIENT_ID CLIENT_SECRET FOLDER DAY
"""

import sys
from datetime import date
from pathlib import Path

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.signing_in import Credentials
from tests.salesforce_night import open_warehouse_for, read_night


def main(url: str, ca_file: str, client_id: str, client_secret: str, folder: Path, day: date) -> None:
    """Read what there is to read of `day`."""
    with open_warehouse_for(folder, day) as con:
        print("begins", flush=True)
        given = Credentials(url, client_id=client_id, client_secret=client_secret)
        read_night(con, folder, SalesforceClient(given, ca_file=ca_file))


if __name__ == "__main__":
    main(*sys.argv[1:5], Path(sys.argv[5]), date.fromisoformat(sys.argv[6]))
