"""Every request of a first load and a night, held against HubSpot's published API description.

The description is the one that the vendor's own SDK is generated from: its methods know each call's path and
parameters, its models each body's fields, types and allowed values. It has no account details and exchange rates.
"""

import re
from datetime import timedelta

import pytest
from hubspot.crm.associations.v4.api.batch_api import BatchApi as LinksApi
from hubspot.crm.associations.v4.models import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.objects.api.basic_api import BasicApi
from hubspot.crm.objects.api.batch_api import BatchApi
from hubspot.crm.objects.api.search_api import SearchApi
from hubspot.crm.objects.configuration import Configuration
from hubspot.crm.objects.models import (
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
)
from hubspot.crm.owners.api.owners_api import OwnersApi
from hubspot.crm.pipelines.api.pipelines_api import PipelinesApi
from hubspot.crm.properties.api.core_api import CoreApi

from connectors.hubspot.client import HubSpotClient
from tests.hubspot_night import AS_OF, client, control, open_warehouse_for, portal_of, read_night

DESCRIBED_ELSEWHERE = ("/account-info/v3/", "/settings/v3/currencies/")
SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")


STRICT = Configuration()
STRICT.client_side_validation = True


class Asked:
    """Stands for the SDK's transport: keeps what a method of the SDK would send."""

    client_side_validation = True

    def __init__(self):
        self.configuration = self
        self.sent = None

    def select_header_accept(self, accepts):
        return accepts[0]

    def select_header_content_type(self, *given):
        return "application/json"

    def call_api(self, place, method, path_params, query_params, header_params, **more):
        for name, value in path_params.items():
            place = place.replace(f"{{{name}}}", str(value))
        self.sent = (method, place, dict(query_params), more["body"])


@pytest.fixture(scope="module")
def requests(tmp_path_factory):
    """(method, path, query, body) of every call of a first load and the night after."""
    found = []
    once = HubSpotClient._once

    def kept(self, method, place, query, body):
        found.append((method, place, dict(query), body))
        return once(self, method, place, query, body)

    folder = tmp_path_factory.mktemp("described")
    with (
        pytest.MonkeyPatch.context() as patch,
        portal_of(people=400, ends_on=AS_OF + timedelta(days=2)) as (company, _, url),
    ):
        patch.setattr(HubSpotClient, "_once", kept)
        for days in (0, 2):
            day = AS_OF + timedelta(days=days)
            control(url, "days", {"at": company.midnight_after(day).isoformat()})
            with open_warehouse_for(folder, day) as con:
                read_night(con, folder, client(url))
    return found


def snaked(given):
    return {SNAKE.sub("_", k).lower(): v for k, v in given.items()}


def typed(name, value):
    """A query's value as the SDK's method takes it: lists are sent as one name with commas."""
    return str(value).split(",") if name in ("properties", "propertiesWithHistory", "associations") else value


def described(method, place, query, body):
    """What the SDK itself would send for a request; raises where its description refuses it."""
    asked = Asked()
    given = snaked({k: typed(k, v) for k, v in query.items()})
    parts = place.strip("/").split("/")
    if place.endswith("/search"):
        groups = [
            FilterGroup([Filter(**snaked(f), local_vars_configuration=STRICT) for f in g["filters"]])
            for g in body.get("filterGroups", [])
        ]
        request = PublicObjectSearchRequest(
            **{**snaked(body), "filter_groups": groups}, local_vars_configuration=STRICT
        )
        SearchApi(asked).do_search(parts[3], request)
    elif "associations" in parts:
        inputs = [PublicFetchAssociationsBatchRequest(**i, local_vars_configuration=STRICT) for i in body["inputs"]]
        LinksApi(asked).get_page(parts[3], parts[4], BatchInputPublicFetchAssociationsBatchRequest(inputs))
    elif place.endswith("/batch/read"):
        inputs = [SimplePublicObjectId(**i, local_vars_configuration=STRICT) for i in body["inputs"]]
        BatchApi(asked).read(parts[3], BatchReadInputSimplePublicObjectId(**{**snaked(body), "inputs": inputs}))
    elif "objects" in parts:
        BasicApi(asked).get_page(parts[3], **given)
    elif "owners" in parts:
        OwnersApi(asked).get_page(**given)
    elif "pipelines" in parts:
        PipelinesApi(asked).get_all(parts[3], **given)
    else:
        CoreApi(asked).get_all(parts[3], **given)
    return asked.sent


def test_the_description_accepts_every_request(requests):
    kinds = set()
    for method, place, query, body in requests:
        if place.startswith(DESCRIBED_ELSEWHERE):
            continue
        sdk_method, sdk_place, sdk_query, sdk_body = described(method, place, query, body)
        assert (method, place) == (sdk_method, sdk_place)
        assert query.keys() == sdk_query.keys(), place
        assert (body is None) == (sdk_body is None), place
        kinds.add(re.sub(r"contacts|deals|leads|calls|emails|meetings|communications", "{type}", place))
    assert len(kinds) == 7


def test_a_request_that_is_none_would_be_refused():
    with pytest.raises(TypeError, match="unexpected keyword"):
        described("GET", "/crm/v3/objects/contacts", {"limit": 100, "pageSize": 100}, None)
    wrong = {"filterGroups": [{"filters": [{"propertyName": "x", "operator": "ABOVE", "value": "1"}]}], "limit": 1}
    with pytest.raises(ValueError, match="operator"):
        described("POST", "/crm/v3/objects/contacts/search", {}, wrong)
