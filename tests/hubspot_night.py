"""A night on the simulated company as a HubSpot portal, without the orchestration.

Here: what the tests of HubSpot and its benchmarks share: the face, and a night on it. Not here: tests.
"""

import json
import socket
import threading
import time
import urllib.request
from contextlib import contextmanager
from datetime import date

import uvicorn

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.limits import Limits
from connectors.sandbox.company import Company
from connectors.sandbox.hubspot_face.answers import Face
from connectors.sandbox.hubspot_face.app import app_of
from connectors.sandbox.hubspot_face.portal import Portal
from models.settings.sources import HubSpot
from pipelines.hubspot_load import HubSpotNight
from tests.crm_night import build_tables, differing, open_night_of, tables_of

AS_OF = date(2026, 6, 30)

__all__ = ["AS_OF", "build_tables", "differing", "tables_of"]


class NoLimits(Limits):
    """The portal's limits are not what is tested."""

    def take_turn(self, lane):
        pass


@contextmanager
def served(face):
    """The address of a face that answers in a thread, for the time of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(app_of(face), log_level="critical", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def portal_of(people=1500, seed=1, as_of=AS_OF, ends_on=None, **about):
    """(company, face, address) of a simulated portal as it stood when `as_of` ended."""
    with Company.generate(None, people=people, seed=seed, timezone="Europe/Paris", ends_on=ends_on or as_of) as company:
        face = Face(Portal(company, company.midnight_after(as_of), **about))
        with served(face) as url:
            yield company, face, url


def client(url, **about):
    """A client that waits for nothing."""
    about.setdefault("limits", NoLimits())
    about.setdefault("sleep", lambda _seconds: None)
    return HubSpotClient("secret-token", base_url=url, **about)


def control(url, what, body=None):
    """Tell the face something, or ask it."""
    request = urllib.request.Request(f"{url}/_sandbox/{what}", data=json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def open_warehouse_for(folder, as_of=AS_OF, full_refresh=False, settings=None):
    """A context: the warehouse in `folder` with the night of `as_of` open."""
    return open_night_of(folder, {"sources": {"hubspot": {}}} | (settings or {}), as_of, full_refresh)


def read_night(con, folder, connection, asked=None):
    """Read the portal into the open warehouse; returns the night."""
    night = HubSpotNight(con, folder / "landing", connection, asked or HubSpot(), lambda _what: None)
    night.read()
    return night
