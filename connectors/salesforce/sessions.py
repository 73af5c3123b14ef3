"""Connections to an org that end: the SDK sets no time-out, and would hang with the socket.

Here: sessions of `requests`. Not here: what is called over them (`client`, `signing_in`).
"""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

CONNECT_SECONDS, READ_SECONDS = 10, 100


class _WithTimeout(HTTPAdapter):
    def send(self, request: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        return super().send(request, **kwargs)


def session_with_timeout(ca_file: str | None = None) -> requests.Session:
    """A session whose every call has a time-out; `ca_file` is trusted instead of what the environment names."""
    session = requests.Session()
    session.mount("https://", _WithTimeout(pool_maxsize=4))
    if ca_file:
        # A bundle named in the environment would be taken instead.
        session.trust_env = False
        session.verify = ca_file
    return session
