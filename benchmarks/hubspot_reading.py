"""One night's reading of a portal in a process of its own, to be killed.

python -m benchmarks.hubspot_reading URL FOLDER DAY
"""

import sys
from datetime import date
from pathlib import Path

from tests.hubspot_night import client, open_warehouse_for, read_night


def main(url: str, folder: Path, day: date) -> None:
    """Read what there is to read of `day`."""
    with open_warehouse_for(folder, day) as con:
        print("begins", flush=True)
        read_night(con, folder, client(url))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
