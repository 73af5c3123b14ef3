"""The ways into an org: a ready token, client credentials, JWT bearer, or a user's password.

Here: from credentials to a session's token, and what to do where an org refuses one. Not here: any other call.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import jwt
import requests
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import soap_login, token_login

from connectors.errors import FixAccessError, FixSettingsError, TryAgainError

# The last version with SOAP's login(); a session that it opens is good for every version.
LAST_SOAP_VERSION = "64.0"
JWT_SECONDS = 180
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SOAP = {"content-type": "text/xml", "charset": "UTF-8", "SOAPAction": "login"}

INSTEAD = (
    "use client credentials (SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET of an External Client App) or a JWT "
    "(SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY_FILE)"
)


@dataclass(frozen=True)
class Signed:
    """A session of an org."""

    token: str
    instance_url: str


@dataclass(frozen=True, repr=False)
class Credentials:
    """What opens an org: one of the ways of `way`. It shows nothing of itself in a log or an error."""

    instance_url: str
    access_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    username: str | None = None
    private_key_file: str | None = None
    password: str | None = None
    security_token: str | None = None

    @property
    def way(self) -> str | None:
        """token, client_credentials, jwt or soap: the first whose parts are all there; None: none."""
        if self.access_token:
            return "token"
        if self.client_id and self.client_secret:
            return "client_credentials"
        if self.client_id and self.username and self.private_key_file:
            return "jwt"
        if self.username and self.password:
            return "soap"
        return None

    @property
    def can_renew(self) -> bool:
        """Whether a session that has expired can be opened again."""
        return self.way not in (None, "token")


def instance_of(url: str | None, domain: str | None) -> str | None:
    """The org's address from SALESFORCE_INSTANCE_URL, else from SALESFORCE_DOMAIN (acme.my, or acme.my.salesforce.com).

    Raises FixSettingsError for an address that is none, or that is not https.
    """
    if url is None and domain is None:
        return None
    given = (url or str(domain)).strip().rstrip("/")
    if url is None and not given.endswith((".com", ".mil")):
        given += ".salesforce.com"
    parts = urlsplit(given if "://" in given else f"https://{given}")
    if parts.scheme != "https" or not parts.hostname:
        name = "SALESFORCE_INSTANCE_URL" if url else "SALESFORCE_DOMAIN"
        raise FixSettingsError(f"{name}: {given} is no https address of an org; write https://acme.my.salesforce.com.")
    return f"https://{parts.netloc}"


def sign_in(given: Credentials, session: requests.Session, clock: Callable[[], float] = time.time) -> Signed:
    """Open a session. Raises FixAccessError where the org refuses it, TryAgainError where it does not answer."""
    way = given.way
    try:
        if way == "token":
            return Signed(str(given.access_token), given.instance_url)
        if way == "soap":
            return _by_soap(given, session)
        return _by_oauth(given, str(way), session, clock)
    except SalesforceAuthenticationFailed as e:
        raise _refused(str(way), e) from None
    except requests.exceptions.SSLError:
        raise FixAccessError(
            f"The certificate of {given.instance_url} is not trusted; where a proxy signs it, put its CA's file into "
            "REQUESTS_CA_BUNDLE."
        ) from None
    except (requests.RequestException, ValueError, AttributeError) as e:
        raise TryAgainError(
            f"{given.instance_url} does not answer the sign-in ({type(e).__name__}); check SALESFORCE_INSTANCE_URL, "
            "or run again later."
        ) from None


def _by_oauth(given: Credentials, way: str, session: requests.Session, clock: Callable[[], float]) -> Signed:
    if way == "jwt":
        data = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": _assertion(given, clock),
        }
    else:
        data = {
            "grant_type": "client_credentials",
            "client_id": str(given.client_id),
            "client_secret": str(given.client_secret),
        }
    url = f"{given.instance_url}/services/oauth2/token"
    with warnings.catch_warnings():
        # The SDK prints an address to approve the app at; the refusal that follows says what to do.
        warnings.simplefilter("ignore")
        token, instance = token_login(url, data, "login", str(given.client_id), dict(FORM), None, session)
    if not token:
        raise SalesforceAuthenticationFailed("no_token", "the answer holds no token")
    return Signed(str(token), f"https://{instance}" if instance else given.instance_url)


def _assertion(given: Credentials, clock: Callable[[], float]) -> str:
    is_test = ".sandbox." in given.instance_url or given.instance_url == "https://test.salesforce.com"
    claims = {
        "iss": given.client_id,
        "sub": given.username,
        "aud": "https://test.salesforce.com" if is_test else "https://login.salesforce.com",
        "exp": int(clock()) + JWT_SECONDS,
    }
    try:
        key = Path(str(given.private_key_file)).expanduser().read_bytes()
        return jwt.encode(claims, key, algorithm="RS256")
    except OSError:
        raise FixAccessError(
            f"SALESFORCE_PRIVATE_KEY_FILE: {given.private_key_file} cannot be read; let it name the PEM file of the "
            "private key."
        ) from None
    except (ValueError, TypeError, jwt.PyJWTError):
        raise FixAccessError(
            f"SALESFORCE_PRIVATE_KEY_FILE: {given.private_key_file} holds no private RSA key in PEM form; let it name "
            "the one whose certificate the app has."
        ) from None


def _by_soap(given: Credentials, session: requests.Session) -> Signed:
    password = escape(f"{given.password}{given.security_token or ''}")
    envelope = (
        '<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com"><env:Body>'
        f'<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{escape(str(given.username))}</n1:username>'
        f"<n1:password>{password}</n1:password></n1:login></env:Body></env:Envelope>"
    )
    url = f"{given.instance_url}/services/Soap/u/{LAST_SOAP_VERSION}"
    token, instance = soap_login(url, envelope, dict(SOAP), None, session)
    return Signed(token, f"https://{instance}")


def _refused(way: str, error: SalesforceAuthenticationFailed) -> Exception:
    """The sentence for a refusal; the org's own words hold no secret, and are shortened."""
    code, said = str(error.code), " ".join(error.auth_message.split())[:200]
    if code.isdigit() and int(code) >= 500:
        return TryAgainError(f"Salesforce answers the sign-in with status {code}; run again later.")
    if way == "soap" and code in ("INVALID_OPERATION", "UNSUPPORTED_API_VERSION"):
        return FixAccessError(
            f"This org no longer takes sign-ins by SALESFORCE_USERNAME and SALESFORCE_PASSWORD (SOAP); {INSTEAD}."
        )
    if way == "soap":
        return FixAccessError(
            f"Salesforce refuses the sign-in ({code}: {said}); check SALESFORCE_USERNAME, SALESFORCE_PASSWORD and "
            "SALESFORCE_SECURITY_TOKEN."
        )
    if way == "jwt":
        return FixAccessError(
            f"Salesforce refuses the JWT ({code}: {said}); check SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME and "
            "SALESFORCE_PRIVATE_KEY_FILE, and that the app has the key's certificate and allows that user."
        )
    return FixAccessError(
        f"Salesforce refuses the client credentials ({code}: {said}); check SALESFORCE_CLIENT_ID and "
        "SALESFORCE_CLIENT_SECRET, and that the app's client credentials flow runs as a user."
    )
