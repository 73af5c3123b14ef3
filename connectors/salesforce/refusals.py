"""What an org's refusal means: which exception, and the sentence with its remedy.

Here: from an answer's status and body to an exception. Not here: which refusals are waited for (`client`).
"""

import re
from typing import Any

from connectors.errors import FixAccessError, FixSettingsError, SourceError, WaitError
from connectors.salesforce.errors import LocatorLostError, NotThereError, QueryRefusedError


def refusal(status: int, content: Any, path: str, version: str) -> SourceError:
    """The exception for an answer of that status and body to a call of `path` in a version of the API."""
    code, message = said(content)
    shown = " ".join(message.split())[:300] or f"status {status}"
    if code == "REQUEST_LIMIT_EXCEEDED":
        return WaitError(
            "The org has used up its API calls of the last 24 hours, all its apps together; run again when some "
            "are free, or let other apps call less."
        )
    if code in ("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"):
        return FixAccessError(
            "The org or its user has no API access; give the user the permission API Enabled, in an edition that "
            "has the API."
        )
    if code == "INVALID_QUERY_LOCATOR":
        return LocatorLostError("Salesforce has lost the place in a long answer.")
    if code == "LIMIT_EXCEEDED":
        return QueryRefusedError(f"Salesforce takes no more of these today: {shown}", code)
    if status == 403:
        return FixAccessError(
            f"The user may not read {object_of(path)} ({code or 'status 403'}: {shown}); give its permission set "
            "read access to it."
        )
    if status == 410 or code == "UNSUPPORTED_API_VERSION":
        return FixSettingsError(
            f"sources.salesforce.api_version: Salesforce has retired {version}; use a newer one, as in 66.0."
        )
    if status == 404:
        return NotThereError(f"The org has no {object_of(path)} for this user.")
    return QueryRefusedError(f"Salesforce does not take the request for {object_of(path)}: {shown}", code or "")


def object_of(path: str) -> str:
    """What a call is about, for messages."""
    found = re.search(r"sobjects/(\w+)", path)
    return found[1] if found else path.split("?")[0].strip("/")


def said(content: Any) -> tuple[str, str]:
    """errorCode and message of a refusal's body; empty where it is HTML or broken."""
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return "", ""
    return str(first.get("errorCode") or first.get("error") or ""), str(first.get("message") or "")
