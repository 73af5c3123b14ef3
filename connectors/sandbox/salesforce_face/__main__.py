"""Serve a simulated company as a Salesforce org over TLS; where and with which keys is printed once it answers."""

import argparse
import json
import socket
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from connectors.sandbox.company import Company
from connectors.sandbox.salesforce_face.app import Face
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.serving import key_pair, server_of, told_of


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timezone", default="UTC")
    parser.add_argument("--ends-on", type=date.fromisoformat, required=True)
    parser.add_argument("--at", type=datetime.fromisoformat, required=True)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--folder", type=Path, required=True, help="for certificates, keys and the results of jobs")
    parser.add_argument("--features", type=json.loads, default={})
    given = parser.parse_args()
    with (
        Company.generate(
            given.database, people=given.people, seed=given.seed, timezone=given.timezone, ends_on=given.ends_on
        ) as company,
        socket.socket() as listening,
    ):
        at = min(given.at, company.midnight_after(given.ends_on))
        face = Face(Org(company, at, **given.features), given.folder)
        private_key_file, face.doors.public_key = key_pair(given.folder)
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server, ca_file = server_of(face, listening, given.folder)
        told = asdict(told_of(face, ca_file, private_key_file))
        sys.stdout.write(json.dumps({k: str(v) if isinstance(v, Path) else v for k, v in told.items()}) + "\n")
        sys.stdout.flush()
        server.run([listening])


if __name__ == "__main__":
    main()
