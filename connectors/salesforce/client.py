"""One org's API: a call, its faults retried, its expired session renewed once, its refusals said in one sentence.

Here: how one call goes; the SDK carries it. Not here: signing in (`signing_in`), or which calls are made.
"""

import copy
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from connectors.errors import FixAccessError, FixSettingsError, TryAgainError, WaitError
from connectors.salesforce.csv_rows import RowCounter
from connectors.salesforce.refusals import object_of, refusal, said
from connectors.salesforce.sessions import session_with_timeout
from connectors.salesforce.signing_in import Credentials, Signed, sign_in

LOGGER = logging.getLogger("connectors.salesforce")

TRIES = 8
LONGEST_WAIT = 30.0
CHUNK = 1 << 20
RETRYABLE = frozenset({406, 408, 420, 429, 500, 502, 503, 504})
QUERIES_A_COMPOSITE = 5
CALLS_A_COMPOSITE = 25
# URI and headers together may have 16,384 bytes.
LONGEST_URL = 8_000
BROKEN = (requests.RequestException, ValueError, OSError)


@dataclass
class Limits:
    """What the answers tell of the org's calls in 24 hours, all its apps together; None: not told yet."""

    daily: int | None = None
    used: int | None = None


class _BrokenAnswerError(Exception):
    """An answer that came whole by its frame, but not by what it says of itself."""


@dataclass(frozen=True)
class Answer:
    """One answer of a composite call."""

    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """Salesforce's errorCode; None: it is no refusal."""
        return said(self.body)[0] if self.status >= 300 else None


class SalesforceClient:
    """Calls to one org. Safe for threads: they share the session's token and the budget, not the connections.

    A run that has made `budget_share` of the org's daily calls stops with a WaitError. `ca_file` is for an org whose
    certificate the machine does not trust; else REQUESTS_CA_BUNDLE counts.
    """

    def __init__(
        self,
        credentials: Credentials,
        version: str = "66.0",
        budget_share: float = 0.5,
        ca_file: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not re.fullmatch(r"\d{2,3}\.0", version):
            raise FixSettingsError(
                f"sources.salesforce.api_version: {version} is no version of Salesforce's API; use one such as 66.0."
            )
        self.credentials, self.version, self.budget_share, self.ca_file = credentials, version, budget_share, ca_file
        self.calls = 0
        self._all_calls = [0]
        self.limits = Limits()
        self._sleep = sleep
        self._lock = threading.Lock()
        self._signed: list[Signed] = []
        self._own = threading.local()
        for noisy in ("simple_salesforce", "urllib3"):
            logging.getLogger(noisy).setLevel(logging.WARNING)

    def counting_apart(self) -> "SalesforceClient":
        """The same client with a count of its own in `calls`; session and budget stay shared."""
        other = copy.copy(self)
        other.calls = 0
        return other

    @property
    def all_calls(self) -> int:
        """Calls made so far, apart or not."""
        return self._all_calls[0]

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The parsed answer of a GET below /services/data/vXX.X/. Raises a SourceError."""
        return self._call(path, lambda sf: sf.restful(path, params=dict(params or {})))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The parsed answer of a POST that changes no record. Raises a SourceError."""
        return self._call(path, lambda sf: sf.restful(path, method="POST", json=dict(body)))

    def delete(self, path: str) -> None:
        """Remove what this client made, such as a job. Raises a SourceError."""
        self._call(path, lambda sf: sf.restful(path, method="DELETE"))

    def follow(self, next_url: str) -> Any:
        """The page that `nextRecordsUrl` names. Raises a SourceError."""
        return self.get(re.sub(r"^/services/data/v[\d.]+/", "", next_url))

    def query(self, soql: str) -> Any:
        """The first page of a query over living, deleted, merged and archived rows. Raises a SourceError."""
        if len(soql) < LONGEST_URL:
            return self.get("queryAll/", {"q": soql})
        answer = self.composite({"q": soql})["q"]
        if answer.status >= 300:
            raise refusal(answer.status, answer.body, "queryAll", self.version)
        return answer.body

    def composite(self, queries: Mapping[str, str], gets: Mapping[str, str] | None = None) -> dict[str, Answer]:
        """The answers to several queries (as in `query`) and GETs by their names, a call for five and twenty-five.

        Each may be refused by itself. Raises a SourceError where the call is.
        """
        base = f"/services/data/v{self.version}/"
        asked = [(n, f"{base}queryAll/?q={quote(q)}") for n, q in queries.items()]
        others = [(n, base + p) for n, p in (gets or {}).items()]
        batches = [asked[i : i + QUERIES_A_COMPOSITE] for i in range(0, len(asked), QUERIES_A_COMPOSITE)] or [[]]
        # What is no query takes the room that the queries leave.
        for batch in batches:
            room = CALLS_A_COMPOSITE - len(batch)
            batch += others[:room]
            others = others[room:]
        batches += [others[i : i + CALLS_A_COMPOSITE] for i in range(0, len(others), CALLS_A_COMPOSITE)]
        return {n: a for batch in batches if batch for n, a in self._composite(batch).items()}

    def download(self, path: str, params: Mapping[str, Any], out: BinaryIO) -> tuple[int, str | None]:
        """Write a page of a job's results into `out`, from its beginning; its rows, and the next page's locator.

        What was written before a fault is written over. Raises a SourceError.
        """

        def once(sf: Salesforce) -> tuple[int, str | None]:
            out.seek(0)
            out.truncate()
            with sf.session.get(
                sf.base_url + path, params=dict(params), headers={**sf.headers, "Accept": "text/csv"}, stream=True
            ) as answer:
                if answer.status_code >= 300:
                    raise SalesforceError(answer.url, answer.status_code, path, _parsed(answer))
                self._learn(answer.headers.get("Sforce-Limit-Info"))
                counter = RowCounter()
                for chunk in answer.iter_content(CHUNK):
                    counter.add(chunk)
                    out.write(chunk)
                told = answer.headers.get("Sforce-NumberOfRecords")
                # A page that was cut short looks like any other; every page begins with the names.
                if told is not None and int(told) != max(0, counter.rows - 1):
                    raise _BrokenAnswerError(f"{counter.rows - 1:,} of {told} records")
                locator = answer.headers.get("Sforce-Locator")
            return max(0, counter.rows - 1), None if locator in (None, "", "null") else locator

        found: tuple[int, str | None] = self._call(path, once)
        return found

    @property
    def instance_url(self) -> str:
        """The org's address, as the sign-in tells it. Raises a SourceError where there is no session yet."""
        return self._session().instance_url

    def _composite(self, batch: list[tuple[str, str]]) -> dict[str, Answer]:
        body = {"compositeRequest": [{"method": "GET", "url": u, "referenceId": n} for n, u in batch]}
        for attempt in range(TRIES):
            told = self.post("composite", body)["compositeResponse"]
            answers = {a["referenceId"]: Answer(a["httpStatusCode"], a["body"]) for a in told}
            if not any(a.status in RETRYABLE for a in answers.values()):
                return answers
            self._sleep(_back_off(attempt))
        raise TryAgainError(f"Salesforce does not answer parts of a call, {TRIES} times; run again later.")

    def _call(self, path: str, send: Callable[[Salesforce], Any]) -> Any:
        last, renewed = "", False
        for attempt in range(TRIES):
            self._spend()
            signed = self._session()
            sf = self._sdk(signed)
            try:
                answer = send(sf)
                usage = sf.api_usage.get("api-usage")
                self._learn(f"api-usage={usage.used}/{usage.total}" if usage else None)
                return answer
            except SalesforceError as e:
                status = int(e.status or 0)
                code, message = said(e.content)
                LOGGER.info("Salesforce answers %s %s for %s", status, code, path.split("?")[0])
                if status == 401:
                    self._renew(signed, renewed)
                    renewed = True
                    last = "the session had expired"
                    continue
                last = f"it answers {status}{f' {code}' if code else ''}"
                is_busy = code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" in message.lower()
                if not is_busy and status not in RETRYABLE and code != "UNABLE_TO_LOCK_ROW":
                    raise refusal(status, e.content, path, self.version) from None
            except _BrokenAnswerError as e:
                last = f"the answer was cut short ({e})"
            except requests.exceptions.SSLError:
                raise FixAccessError(
                    f"The certificate of {signed.instance_url} is not trusted; where a proxy signs it, put its CA's "
                    "file into REQUESTS_CA_BUNDLE."
                ) from None
            except BROKEN as e:
                last = f"the answer was broken or did not come ({type(e).__name__})"
            self._sleep(_back_off(attempt))
        raise TryAgainError(
            f"Salesforce does not answer for {object_of(path)}: {last}, {TRIES} times; run again later."
        )

    def _session(self) -> Signed:
        with self._lock:
            if not self._signed:
                self._signed.append(sign_in(self.credentials, self.new_session()))
            return self._signed[-1]

    def _renew(self, refused: Signed, renewed: bool) -> None:
        """Open the session anew, once for all threads; raises FixAccessError where that was done, or cannot be."""
        if not self.credentials.can_renew:
            raise FixAccessError(
                "Salesforce refuses the token in SALESFORCE_ACCESS_TOKEN: it is wrong or has expired; put a new one "
                "there, or set SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET, with which a run gets its own."
            )
        if renewed:
            raise FixAccessError(
                "Salesforce refuses a session that it has just opened; see in the org whether the user's sessions are "
                "bound to other addresses, and whether API access is enabled."
            )
        with self._lock:
            if self._signed[-1] is refused:
                self._signed.append(sign_in(self.credentials, self.new_session()))

    def new_session(self) -> requests.Session:
        """Connections of one's own."""
        return session_with_timeout(self.ca_file)

    def _sdk(self, signed: Signed) -> Salesforce:
        """The SDK on this thread's own connections: a session of `requests` is not for several."""
        if getattr(self._own, "signed", None) is not signed:
            session = getattr(self._own, "session", None) or self.new_session()
            sf = Salesforce(
                session_id=signed.token,
                instance_url=signed.instance_url,
                session=session,
                version=self.version,
                object_pairs_hook=dict,
            )
            # A quarter more bytes for spaces.
            sf.headers.pop("X-PrettyPrint", None)
            self._own.signed, self._own.session, self._own.sf = signed, session, sf
        found: Salesforce = self._own.sf
        return found

    def _spend(self) -> None:
        with self._lock:
            self.calls += 1
            self._all_calls[0] += 1
            calls, daily = self.all_calls, self.limits.daily
        if daily is not None and calls > self.budget_share * daily:
            raise WaitError(
                f"This run has used its share of the org's calls ({calls - 1:,} of {daily:,} a day) and stops; run "
                "again tomorrow, it goes on where it stopped, or raise sources.salesforce.api_budget_share."
            )

    def _learn(self, told: str | None) -> None:
        found = re.search(r"api-usage=(\d+)/(\d+)", told or "")
        if found:
            self.limits.used, self.limits.daily = int(found[1]), int(found[2])


def _parsed(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return ""


def _back_off(attempt: int) -> float:
    return float(min(LONGEST_WAIT, 0.5 * 2**attempt * (0.5 + random.random())))  # noqa: S311
