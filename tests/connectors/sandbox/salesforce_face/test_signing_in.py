"""Each way in, and what is said to who may not."""

import time

import jwt
import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession


def token(org, **given):
    """The answer of the token address."""
    return requests.Session().post(f"{org.url}/services/oauth2/token", data=given, verify=str(org.ca_file), timeout=10)


def assertion(org, key=None, **changed):
    """A signed assertion as the JWT bearer flow wants it."""
    said = {
        "iss": org.face.doors.client_id,
        "sub": org.face.doors.username,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    } | changed
    key = key or (org.ca_file.parent / "private_key.pem").read_text()
    return jwt.encode(said, key, algorithm="RS256")


JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def works(org, access_token):
    session = {"Authorization": f"Bearer {access_token}"}
    return org.call("GET", "/query", params={"q": "SELECT COUNT() FROM Lead"}, headers=session).status_code == 200


def test_client_credentials_get_a_token_and_the_instance(org):
    doors = org.face.doors
    found = token(org, grant_type="client_credentials", client_id=doors.client_id, client_secret=doors.client_secret)
    assert found.status_code == 200
    assert found.json()["instance_url"] == org.url
    assert found.json()["token_type"] == "Bearer"
    assert "expires_in" not in found.json()
    assert works(org, found.json()["access_token"])


def test_a_signed_assertion_gets_a_token_and_another_s_signature_does_not(org):
    assert works(org, token(org, grant_type=JWT, assertion=assertion(org)).json()["access_token"])
    from cryptography.hazmat.primitives.asymmetric import rsa

    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for bad, error in {
        assertion(org, key=stranger): "invalid_grant",
        assertion(org, exp=int(time.time()) - 10): "invalid_grant",
        assertion(org, sub="somebody@else.example"): "invalid_grant",
        assertion(org, aud="https://example.com"): "invalid_grant",
        assertion(org, iss="another"): "invalid_client_id",
    }.items():
        found = token(org, grant_type=JWT, assertion=bad)
        assert (found.status_code, found.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "x"}, "invalid_client_id"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"grant_type": "x"}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "x", "password": "y"}, "invalid_grant"),
    ],
)
def test_who_may_not_in_is_told_in_oauth_s_words(org, changed, error):
    doors = org.face.doors
    right = {
        "grant_type": "client_credentials",
        "client_id": doors.client_id,
        "client_secret": doors.client_secret,
    }
    found = token(org, **(right | changed))
    assert (found.status_code, found.json()["error"]) == (400, error)
    assert found.json()["error_description"]


def through(org, path="/services/oauth2/token", **about):
    """simple_salesforce signing in by itself; what it adds to the domain becomes a fragment."""
    session = requests.Session()
    session.verify, session.trust_env = str(org.ca_file), False
    return Salesforce(domain=f"{org.url.removeprefix('https://')}{path}#", session=session, **about)


def test_the_client_most_people_use_gets_in_by_client_credentials_password_and_key(org):
    doors = org.face.doors
    app = {"consumer_key": doors.client_id, "consumer_secret": doors.client_secret}
    through(org, **app)
    through(org, username=doors.username, password=doors.password + doors.security_token, **app)
    key = str(org.ca_file.parent / "private_key.pem")
    signing = {"username": doors.username, "consumer_key": doors.client_id, "privatekey_file": key}
    # It signs for https://<domain>.salesforce.com: here that is no address of Salesforce's.
    with pytest.raises(SalesforceAuthenticationFailed, match="audience is invalid"):
        through(org, **signing)
    session = requests.Session()
    session.verify, session.trust_env = str(org.ca_file), False
    token_address = f"{org.url.removeprefix('https://')}/services/oauth2/token#"
    Salesforce(instance_url=token_address, domain="login", session=session, **signing)
    assert doors.signed_in == ["client_credentials", "password", "jwt"]


def test_soap_lets_in_up_to_64_and_refuses_from_65_on(org):
    doors = org.face.doors
    known = {"username": doors.username, "password": doors.password, "security_token": doors.security_token}
    soap = "/services/Soap/u/{}.0"
    sf = through(org, soap.format(64), version="64.0", **known)
    assert sf.query("SELECT COUNT() FROM Lead")["totalSize"] > 0
    with pytest.raises(SalesforceAuthenticationFailed, match=r"not available in the API version specified \(65.0\)"):
        through(org, soap.format(65), version="65.0", **known)
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        through(org, soap.format(64), version="64.0", **(known | {"security_token": "wrong"}))
    doors.soap = False
    with pytest.raises(SalesforceAuthenticationFailed, match="disabled by default in this org"):
        through(org, soap.format(64), version="64.0", **known)


def test_a_session_that_ends_is_a_401_with_the_code_known_for_it(org):
    org.face.doors.expire(ready_too=True)
    found = org.call("GET", "/query", params={"q": "SELECT COUNT() FROM Lead"})
    assert found.status_code == 401
    assert found.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    with pytest.raises(SalesforceExpiredSession):
        org.sf.query("SELECT COUNT() FROM Lead")
