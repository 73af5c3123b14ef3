"""Every path of HubSpot's API that is called, with its dated twin; nothing else in the project spells one.

v4 is supported until March 2027, v1 to v3 until September 2027; the SDK's own methods have their paths built in, so
its transport is used with these. Answers of the reads here have one shape in both (HubSpot's published OpenAPI).
"""

import re

# name → (path today, path of a dated version)
PATHS: dict[str, tuple[str, str]] = {
    "list": ("/crm/v3/objects/{type}", "/crm/objects/{version}/{type}"),
    "search": ("/crm/v3/objects/{type}/search", "/crm/objects/{version}/{type}/search"),
    "batch": ("/crm/v3/objects/{type}/batch/read", "/crm/objects/{version}/{type}/batch/read"),
    "links": (
        "/crm/v4/associations/{type}/{to}/batch/read",
        "/crm/associations/{version}/{type}/{to}/batch/read",
    ),
    "owners": ("/crm/v3/owners/", "/crm/owners/{version}"),
    "pipelines": ("/crm/v3/pipelines/{type}", "/crm/pipelines/{version}/{type}"),
    "properties": ("/crm/v3/properties/{type}", "/crm/properties/{version}/{type}"),
    "account": ("/account-info/v3/details", "/account-info/{version}/details"),
    "usage": (
        "/account-info/v3/api-usage/daily/private-apps",
        "/account-info/{version}/api-usage/daily/private-apps",
    ),
    "rates": (
        "/settings/v3/currencies/exchange-rates/current",
        "/settings/currencies/{version}/exchange-rates/current",
    ),
}

UNDATED = "v3"
DATED = re.compile(r"\d{4}-\d{2}(-beta)?")


def is_version(version: str) -> bool:
    """Whether `version` names a version of the API: v3, or a date such as 2026-03."""
    return version == UNDATED or DATED.fullmatch(version) is not None


def path(name: str, version: str, **parts: str) -> str:
    """The path of a call in a version of the API."""
    undated, dated = PATHS[name]
    return (undated if version == UNDATED else dated).format(version=version, **parts)
