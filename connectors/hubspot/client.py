"""One portal's API: a call by name, its turn taken, its faults retried, its refusals said in one sentence.

Here: how one call goes. The SDK carries it (host, token, TLS, pool); bodies are parsed here, since its models drop
fields and turn a broken answer into an empty one. Not here: which calls are made (`streams` and its neighbours).
"""

import copy
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import hubspot
import orjson
import urllib3.exceptions

from connectors.errors import FixAccessError, FixSettingsError, SourceError, TryAgainError, WaitError
from connectors.hubspot.limits import Limits
from connectors.hubspot.paths import is_version, path

LOGGER = logging.getLogger("connectors.hubspot")

PUBLIC_API = "https://api.hubapi.com"
TIMEOUT = (10, 100)
IN_FLIGHT = 8
TRIES = 8
RETRYABLE = frozenset({408, 500, 502, 503, 504, 521, 522, 523, 524})
LOCKED, MOVING, TOO_MANY = 423, 477, 429
LOCK_SECONDS = 2.0
LONGEST_WAIT = 30.0

# What an unreadable answer raises in the SDK beside its own exceptions: it decodes error bodies as UTF-8.
BROKEN = (urllib3.exceptions.HTTPError, OSError, UnicodeDecodeError, AttributeError, orjson.JSONDecodeError)

# Scope asked for by each object, for portals whose refusal does not name it.
SCOPES = {
    "deals": "crm.objects.deals.read",
    "leads": "crm.objects.leads.read",
    "owners": "crm.objects.owners.read",
    "emails": "sales-email-read",
    "rates": "settings.currencies.read",
}

REFUSED_TOKENS = {
    "EXPIRED_AUTHENTICATION": "it has expired",
    "INVALID_AUTHENTICATION": "it is not one of this portal's",
}


class MissingScopeError(FixAccessError):
    """The token lacks a permission; some of what is read can be done without."""

    def __init__(self, message: str, scopes: list[str]) -> None:
        super().__init__(message)
        self.scopes = scopes


class NotThereError(SourceError):
    """The portal has no such object."""


class BrokenAnswerError(Exception):
    """An answer that is not the JSON it should be."""


class HubSpotClient:
    """Calls to one portal. Safe for threads: they share the connections, the limits and the budget.

    `token_setting` is the name of the variable that holds the token, for messages. A run that has made
    `budget_share` of the portal's daily calls stops with a WaitError.
    """

    def __init__(
        self,
        token: str,
        token_setting: str = "HUBSPOT_ACCESS_TOKEN",  # noqa: S107
        base_url: str = PUBLIC_API,
        version: str = "v3",
        budget_share: float = 0.5,
        ca_file: str | None = None,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not is_version(version):
            raise FixSettingsError(
                f"sources.hubspot.crm_api_version: {version} is no version of HubSpot's API; "
                "use v3, or a date as in 2026-03."
            )
        self.token_setting, self.version, self.budget_share = token_setting, version, budget_share
        self.limits = limits or Limits()
        self.tries = TRIES
        self._sleep = sleep
        self._slots = threading.BoundedSemaphore(IN_FLIGHT)
        self._lock = threading.Lock()
        self.calls = 0
        self._all_calls = [0]
        self.clock_off_seconds: float | None = None
        """how far this machine's clock is ahead of HubSpot's, as the last answer told; None: it did not"""
        # Its DEBUG prints bodies.
        logging.getLogger("hubspot").setLevel(logging.WARNING)
        options = {"ssl_ca_cert": ca_file} if ca_file else {}
        sdk = hubspot.Client.create(
            access_token=token,
            host=base_url.rstrip("/"),
            connection_pool_maxsize=IN_FLIGHT,
            # Retried here: by policy, with POST, and counted.
            retry=False,
            **options,
        )
        # Every access of a `…_api` builds a new connection pool.
        self._api = sdk.crm.contacts.basic_api.api_client
        self._api.set_default_header("Accept-Encoding", "gzip")

    def counting_apart(self) -> "HubSpotClient":
        """The same client with a count of its own in `calls`; limits and budget stay shared."""
        other = copy.copy(self)
        other.calls = 0
        return other

    @property
    def all_calls(self) -> int:
        """Calls made so far, apart or not."""
        return self._all_calls[0]

    def get(self, name: str, query: Mapping[str, Any] | None = None, **parts: str) -> Any:
        """The parsed answer of a GET. Raises a SourceError."""
        pairs = [(k, v) for k, v in (query or {}).items() if v is not None]
        return self._call("GET", name, parts, pairs, None, "general")

    def post(self, name: str, body: Mapping[str, Any], lane: str = "general", **parts: str) -> Any:
        """The parsed answer of a POST that reads. Raises a SourceError."""
        return self._call("POST", name, parts, [], body, lane)

    def _call(
        self,
        method: str,
        name: str,
        parts: dict[str, str],
        query: list[tuple[str, Any]],
        body: Mapping[str, Any] | None,
        lane: str,
    ) -> Any:
        place = path(name, self.version, **parts)
        what = parts.get("type", name)
        last = ""
        for attempt in range(self.tries):
            self._spend()
            self.limits.take_turn(lane)
            try:
                with self._slots:
                    return self._once(method, place, query, body)
            except Exception as e:
                status = getattr(e, "status", None)
                if isinstance(e, BrokenAnswerError) or (status is None and isinstance(e, BROKEN)) or status == 0:
                    last = f"the answer was broken or did not come ({type(e).__name__})"
                    self._sleep(_back_off(attempt))
                    continue
                if status is None:
                    raise
                last = self._refused(int(status), e, what, lane, attempt)
        raise TryAgainError(f"HubSpot does not answer for {what}: {last}, {self.tries} times; run again later.")

    def _spend(self) -> None:
        with self._lock:
            self.calls += 1
            self._all_calls[0] += 1
            calls, daily = self.all_calls, self.limits.daily
        if daily is not None and calls > self.budget_share * daily:
            raise WaitError(
                f"This run has used its share of the portal's calls ({calls - 1:,} of {daily:,} a day) and stops; "
                "run again tomorrow, it goes on where it stopped, or raise sources.hubspot.api_budget_share."
            )

    def _once(self, method: str, place: str, query: list[tuple[str, Any]], body: Mapping[str, Any] | None) -> Any:
        answer = self._api.call_api(
            place,
            method,
            query_params=query,
            header_params={"Accept": "application/json"},
            body=body,
            auth_settings=["oauth2"],
            _preload_content=False,
            _request_timeout=TIMEOUT,
        )
        data = answer.data
        self.limits.learn(answer.headers)
        self.clock_off_seconds = _ahead_of(answer.headers.get("date"))
        try:
            parsed = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise BrokenAnswerError from None
        if not isinstance(parsed, dict | list) or (isinstance(parsed, dict) and parsed.get("status") == "error"):
            raise BrokenAnswerError
        return parsed

    def _refused(self, status: int, error: Any, what: str, lane: str, attempt: int) -> str:
        """Wait where asking again can help, and say why; else raise the sentence."""
        said = _error_body(getattr(error, "body", None))
        headers = {str(k).lower(): str(v) for k, v in dict(getattr(error, "headers", None) or {}).items()}
        self.limits.learn(headers)
        LOGGER.info("HubSpot answers %s for %s (%s)", status, what, said.get("correlationId", "no correlation id"))
        if status == TOO_MANY:
            self._too_many(said, headers, lane)
        elif status == LOCKED:
            self._sleep(LOCK_SECONDS + random.random())  # noqa: S311
        elif status in RETRYABLE:
            self._sleep(_seconds(headers.get("retry-after")) or _back_off(attempt))
        else:
            self._refuse(status, said, headers, what)
        return f"it answers {status}"

    def _too_many(self, said: dict[str, Any], headers: dict[str, str], lane: str) -> None:
        policy = str(said.get("policyName") or "").upper()
        if policy == "DAILY" or "daily" in str(said.get("message") or "").lower():
            raise WaitError(
                "The portal has used up its API calls of the day, all its apps together; "
                "run again after midnight of the portal's time zone."
            )
        window = 1.0 if "SECONDLY" in policy and "TEN" not in policy else 10.0
        interval = _seconds(headers.get("x-hubspot-ratelimit-interval-milliseconds"))
        if window > 1 and interval:
            window = interval / 1000
        self.limits.pause(lane, min(_seconds(headers.get("retry-after")) or window, LONGEST_WAIT))

    def _refuse(self, status: int, said: dict[str, Any], headers: dict[str, str], what: str) -> None:
        message = " ".join(str(said.get("message") or said.get("category") or f"status {status}").split())[:300]
        if status == 401:
            category = str(said.get("category") or "status 401")
            raise FixAccessError(
                f"HubSpot refuses the token ({REFUSED_TOKENS.get(category, category)}); "
                f"put a valid service key or private app token into {self.token_setting}."
            )
        if status == 403:
            scopes = _scopes(said) or [SCOPES.get(what, "crm.objects.contacts.read")]
            raise MissingScopeError(
                f"The token in {self.token_setting} may not read {what}; "
                f"grant it the scope {', '.join(scopes)} in HubSpot (Settings > Integrations).",
                scopes,
            )
        if status == MOVING:
            hours = (_seconds(headers.get("retry-after")) or 86_400) / 3600
            raise WaitError(
                f"HubSpot is moving this portal between data centres for up to {hours:.1f} hours; run again after that."
            )
        if status == 404:
            raise NotThereError(f"This portal has no {what}.")
        raise FixSettingsError(f"HubSpot does not understand the request for {what}: {message}.")


def _back_off(attempt: int) -> float:
    return float(min(LONGEST_WAIT, 0.5 * 2**attempt * (0.5 + random.random())))  # noqa: S311


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _ahead_of(date_header: str | None) -> float | None:
    """Seconds that this machine's clock is ahead of an answer's Date."""
    try:
        told = parsedate_to_datetime(date_header) if date_header else None
    except ValueError:
        return None
    return (datetime.now(UTC) - told.astimezone(UTC)).total_seconds() if told is not None else None


def _error_body(body: Any) -> dict[str, Any]:
    """The fields of an error's body; none where it is HTML or broken. Every field is optional."""
    try:
        parsed = orjson.loads(body or b"{}")
    except (orjson.JSONDecodeError, TypeError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _scopes(said: dict[str, Any]) -> list[str]:
    found = []
    for error in said.get("errors") or []:
        context = error.get("context") if isinstance(error, dict) else None
        for scopes in (context or {}).values() if isinstance(context, dict) else []:
            found += [str(s) for s in (scopes if isinstance(scopes, list) else [scopes])]
    return found
