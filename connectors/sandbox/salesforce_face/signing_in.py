"""Signing in: OAuth by client credentials, JWT bearer and password, SOAP login(), and the tokens that are good.

Here: who gets a token. Not here: HTTP.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import unescape

import jwt

SOAP_UNTIL = 64


@dataclass
class Doors:
    """What opens the org; a way without its secret is closed."""

    client_id: str = "client-of-the-sandbox"
    client_secret: str = "secret-of-the-sandbox"  # noqa: S105
    username: str = "integration@vendor.example"
    password: str = "pass & <word>"  # noqa: S105
    security_token: str = "T0KEN"  # noqa: S105
    public_key: str | None = None
    """PEM; None: the JWT bearer flow is not set up"""
    ready_token: str | None = "00D5g0000000000!ready.token.of.the.sandbox"  # noqa: S105
    soap: bool = True
    """new orgs have login() switched off"""
    oauth_password: bool = True
    signed_in: list[str] = field(default_factory=list)
    """the ways used, in order"""
    _good: set[str] = field(default_factory=set)

    def knows(self, token: str) -> bool:
        """Whether a token is good."""
        return token in self._good or (self.ready_token is not None and token == self.ready_token)

    def expire(self, ready_too: bool = False) -> None:
        """End every session."""
        self._good.clear()
        if ready_too:
            self.ready_token = None

    def oauth(self, given: dict[str, str], base: str, org_id: str) -> tuple[int, dict[str, Any]]:
        """The answer of /services/oauth2/token."""
        flow = given.get("grant_type", "")
        if flow == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._jwt(given.get("assertion", ""), base, org_id)
        if flow not in ("client_credentials", "password"):
            return _no("unsupported_grant_type", "grant type not supported")
        if given.get("client_id") != self.client_id:
            return _no("invalid_client_id", "client identifier invalid")
        if given.get("client_secret") != self.client_secret:
            return _no("invalid_client", "invalid client credentials")
        if flow == "password":
            if not self.oauth_password:
                return _no("invalid_grant", "authentication failure")
            if given.get("username") != self.username or given.get("password") != self.password + self.security_token:
                return _no("invalid_grant", "authentication failure")
        return 200, self._token(flow, base, org_id)

    def _jwt(self, assertion: str, base: str, org_id: str) -> tuple[int, dict[str, Any]]:
        if self.public_key is None:
            return _no("invalid_grant", "user hasn't approved this consumer")
        try:
            said = jwt.decode(
                assertion,
                self.public_key,
                algorithms=["RS256"],
                options={"verify_aud": False, "require": ["exp", "iss", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            return _no("invalid_grant", "expired authorization code")
        except jwt.PyJWTError:
            return _no("invalid_grant", "invalid assertion")
        if said["iss"] != self.client_id:
            return _no("invalid_client_id", "client identifier invalid")
        audience = str(said.get("aud", ""))
        if audience.rstrip("/") not in ("https://login.salesforce.com", "https://test.salesforce.com", base):
            return _no("invalid_grant", "audience is invalid")
        if said["sub"] != self.username:
            return _no("invalid_grant", "user hasn't approved this consumer")
        return 200, self._token("jwt", base, org_id)

    def soap_login(self, version: str, envelope: str, base: str, org_id: str) -> tuple[int, str]:
        """The answer of SOAP's login(): from version 65.0 on there is none."""
        if not version.replace(".", "").isdigit() or float(version) < 31:
            return 500, _fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
        if float(version) > SOAP_UNTIL:
            message = f"The SOAP Login operation is not available in the API version specified ({version}). "
            return 500, _fault("INVALID_OPERATION", message + "Refer to the documentation for supported versions.")
        if not self.soap:
            message = "SOAP API login() is disabled by default in this org. "
            message += "Contact the org administrator to enable SOAP API login()."
            return 500, _fault("INVALID_OPERATION", message)
        said = {name: _inner(envelope, name) for name in ("username", "password")}
        if said != {"username": self.username, "password": self.password + self.security_token}:
            message = "Invalid username, password, security token; or user locked out."
            return 500, _fault("INVALID_LOGIN", message)
        token = self._open("soap", org_id)
        server = f"{base}/services/Soap/u/{version}/{org_id}"
        return 200, (
            '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
            'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><loginResponse><result>'
            f"<metadataServerUrl>{server.replace('/u/', '/m/')}</metadataServerUrl>"
            f"<passwordExpired>false</passwordExpired><sandbox>true</sandbox><serverUrl>{server}</serverUrl><sessionId>{token}</sessionId>"
            "<userId>0055g00000000EYAAY</userId><userInfo><sessionSecondsValid>7200</sessionSecondsValid></userInfo>"
            "</result></loginResponse></soapenv:Body></soapenv:Envelope>"
        )

    def _token(self, way: str, base: str, org_id: str) -> dict[str, Any]:
        return {
            "access_token": self._open(way, org_id),
            "signature": "c2lnbmF0dXJl",
            "scope": "api",
            "instance_url": base,
            "id": f"https://login.salesforce.com/id/{org_id}/0055g00000000EYAAY",
            "token_type": "Bearer",
            "issued_at": "1782777600000",
        }

    def _open(self, way: str, org_id: str) -> str:
        token = f"{org_id[:15]}!{secrets.token_urlsafe(40)}"
        self._good.add(token)
        self.signed_in.append(way)
        return token


def _no(error: str, description: str) -> tuple[int, dict[str, Any]]:
    return 400, {"error": error, "error_description": description}


def _inner(envelope: str, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}>(.*?)</(?:\w+:)?{name}>", envelope, re.DOTALL)
    return unescape(found[1], {"&quot;": '"', "&apos;": "'"}) if found else ""


def _fault(code: str, message: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>"
        f'<sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
