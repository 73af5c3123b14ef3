"""Serve a simulated company as a HubSpot portal on a free port; the port is printed once it answers."""

import argparse
import socket
import sys
from datetime import date, datetime
from pathlib import Path

import uvicorn

from connectors.sandbox.company import Company
from connectors.sandbox.hubspot_face.answers import Face
from connectors.sandbox.hubspot_face.app import app_of
from connectors.sandbox.hubspot_face.portal import Portal


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timezone", default="UTC")
    parser.add_argument("--ends-on", type=date.fromisoformat, required=True)
    parser.add_argument("--at", type=datetime.fromisoformat, required=True)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--remembers", action="store_true")
    given = parser.parse_args()
    with (
        Company.generate(
            given.database, people=given.people, seed=given.seed, timezone=given.timezone, ends_on=given.ends_on
        ) as company,
        socket.socket() as listening,
    ):
        at = min(given.at, company.midnight_after(given.ends_on))
        face = Face(Portal(company, at, remembers=given.remembers))
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app_of(face), log_level="critical", access_log=False))
        listening.listen(64)
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        server.run([listening])


if __name__ == "__main__":
    main()
