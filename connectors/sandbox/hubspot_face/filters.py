"""Filters of HubSpot's search over the portal's tables.

Here: a filter as SQL. Not here: the search itself (`answers`).
"""

from datetime import datetime, timedelta
from typing import Any


def column(name: str) -> str:
    """The column of a property, as SQL."""
    times = {"lastmodifieddate": "modified_at", "hs_lastmodifieddate": "modified_at", "createdate": "created_at"}
    return "id" if name == "hs_object_id" else times.get(name, f'"{name}"')


def condition(given: dict[str, Any], parameters: list[Any]) -> str:
    """A filter of a search as SQL; its value is added to `parameters`."""
    at = column(given["propertyName"])
    operator = given["operator"]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return f"{at} is {'not ' if operator == 'HAS_PROPERTY' else ''}null"
    sign = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}[operator]
    value: Any = given["value"]
    if at == "id":
        value = int(value)
    elif at.endswith("_at"):
        value = datetime(1970, 1, 1) + timedelta(milliseconds=int(value))  # noqa: DTZ001
    parameters.append(value)
    return f"{at} {sign} ${len(parameters)}"
