"""The ways into an org: each opens it, each refusal is one sentence with the remedy, and no secret is ever shown."""

import pytest

from connectors.errors import FixAccessError, FixSettingsError, TryAgainError
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.signing_in import Credentials, instance_of
from tests.salesforce_night import control, org_of

COUNT = "SELECT COUNT() FROM User"


@pytest.fixture(scope="module")
def org():
    with org_of(people=30) as (_, face, url, ca_file):
        yield face, url, ca_file


@pytest.fixture(autouse=True)
def as_it_was(org):
    face, url, ca_file = org
    before = {k: getattr(face.doors, k) for k in ("soap", "client_secret", "public_key", "ready_token", "password")}
    yield
    control(url, ca_file, "doors", before)
    control(url, ca_file, "faults", {})


def ways(org):
    """Every way in by its name."""
    face, url, ca_file = org
    d, key = face.doors, str(ca_file.parent / "private_key.pem")
    return {
        "token": Credentials(url, access_token=d.ready_token),
        "client_credentials": Credentials(url, client_id=d.client_id, client_secret=d.client_secret),
        "jwt": Credentials(url, client_id=d.client_id, username=d.username, private_key_file=key),
        "soap": Credentials(url, username=d.username, password=d.password, security_token=d.security_token),
    }


def connection(org, given, **about):
    return SalesforceClient(given, ca_file=str(org[2]), sleep=lambda _seconds: None, **about)


@pytest.mark.parametrize("way", ["token", "client_credentials", "jwt", "soap"])
def test_every_way_opens_the_org(org, way):
    given = ways(org)[way]
    assert given.way == way
    assert connection(org, given).query(COUNT)["totalSize"] > 0


@pytest.mark.parametrize(
    ("way", "door", "told"),
    [
        ("token", {"ready_token": "another"}, "SALESFORCE_ACCESS_TOKEN"),
        ("client_credentials", {"client_secret": "another"}, "SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET"),
        ("jwt", {"public_key": None}, "SALESFORCE_PRIVATE_KEY_FILE"),
        ("soap", {"password": "another"}, "SALESFORCE_PASSWORD and SALESFORCE_SECURITY_TOKEN"),
        ("soap", {"soap": False}, "use client credentials"),
    ],
)
def test_a_refusal_names_the_variables_and_shows_no_secret(org, way, door, told):
    given = ways(org)[way]
    secrets = [s for s in (given.access_token, given.client_secret, given.password, given.security_token) if s]
    control(org[1], org[2], "doors", door)
    with pytest.raises(FixAccessError) as refused:
        connection(org, given).query(COUNT)
    assert told in str(refused.value)
    assert not [s for s in secrets if s in str(refused.value)]


def test_credentials_show_nothing_of_themselves(org):
    for given in ways(org).values():
        assert not [v for v in vars(given).values() if v and v in repr(given)]


@pytest.mark.parametrize("way", ["client_credentials", "jwt", "soap"])
def test_a_session_that_expires_is_opened_again_once(org, way):
    face, url, ca_file = org
    client = connection(org, ways(org)[way])
    client.query(COUNT)
    before = len(face.doors.signed_in)
    control(url, ca_file, "expire")
    client.query(COUNT)
    assert len(face.doors.signed_in) == before + 1


def test_a_session_that_never_works_is_opened_twice_and_no_more(org):
    face, url, ca_file = org
    control(url, ca_file, "faults", {"planned": [{"path": "queryAll", "kind": "expired", "times": 99}]})
    before = len(face.doors.signed_in)
    with pytest.raises(FixAccessError, match="has just opened"):
        connection(org, ways(org)["client_credentials"]).query(COUNT)
    assert len(face.doors.signed_in) == before + 2


def test_a_server_that_is_down_is_tried_again_later(org):
    with pytest.raises(TryAgainError, match="run again later"):
        connection(org, Credentials("https://127.0.0.1:9", client_id="a", client_secret="b")).query(COUNT)


def test_a_certificate_that_nobody_knows_is_told_by_its_remedy(org):
    for way in ("client_credentials", "token"):
        client = SalesforceClient(ways(org)[way], sleep=lambda _seconds: None)
        with pytest.raises(FixAccessError, match="REQUESTS_CA_BUNDLE"):
            client.query(COUNT)


def test_the_ca_of_the_environment_is_taken(org, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(org[2]))
    assert SalesforceClient(ways(org)["client_credentials"]).query(COUNT)["totalSize"] > 0


@pytest.mark.parametrize("content", [None, "no key at all"])
def test_a_key_that_cannot_be_read_is_told_by_its_file(org, tmp_path, content):
    file = tmp_path / "key.pem"
    if content:
        file.write_text(content)
    face, url, _ = org
    given = Credentials(url, client_id=face.doors.client_id, username="u", private_key_file=str(file))
    with pytest.raises(FixAccessError, match=r"SALESFORCE_PRIVATE_KEY_FILE: .*key\.pem"):
        connection(org, given).query(COUNT)


@pytest.mark.parametrize(
    ("url", "domain", "found"),
    [
        ("https://acme.my.salesforce.com/", None, "https://acme.my.salesforce.com"),
        ("acme.my.salesforce.com", None, "https://acme.my.salesforce.com"),
        ("https://crm.acme.example:8443/home", None, "https://crm.acme.example:8443"),
        (None, "acme.my", "https://acme.my.salesforce.com"),
        (None, "acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        (None, None, None),
    ],
)
def test_an_org_is_found_by_its_address_or_its_domain(url, domain, found):
    assert instance_of(url, domain) == found


def test_an_address_without_tls_is_refused():
    with pytest.raises(FixSettingsError, match="SALESFORCE_INSTANCE_URL: http://acme"):
        instance_of("http://acme.my.salesforce.com", None)


@pytest.mark.parametrize("version", ["v66.0", "66", "66.5", "latest"])
def test_a_version_that_is_none_is_refused_by_its_setting(version):
    with pytest.raises(FixSettingsError, match=r"sources\.salesforce\.api_version: .* use one such as 66\.0"):
        SalesforceClient(Credentials("https://acme.my.salesforce.com", access_token="t"), version)


def test_a_version_that_is_retired_is_told(org):
    with pytest.raises(FixSettingsError, match="has retired"):
        connection(org, ways(org)["token"], version="30.0").query(COUNT)
