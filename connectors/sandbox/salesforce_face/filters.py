"""The values of a filter as SQL: text, ids, moments, days, numbers.

Here: what fits which field. Not here: fields and rows (`asking`), reading SOQL (`soql`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.salesforce_face.errors import Refusal
from connectors.sandbox.salesforce_face.org import Field, Org
from connectors.sandbox.salesforce_face.soql import DAY_WORDS, Value


def literal(found: Field, value: Value) -> str:
    """A value in SQL, as its field wants it; raises a `Refusal` INVALID_FIELD where it is of another kind."""
    if value.kind in ("null", "days"):
        return "null"
    fitting = {
        "datetime": ("moment",),
        "date": ("day",),
        "boolean": ("boolean",),
        "double": ("number",),
        "currency": ("number",),
        "percent": ("number",),
        "int": ("number",),
    }.get(found.type, ("text",))
    if value.kind not in fitting:
        kind = {"datetime": "dateTime"}.get(found.type, found.type)
        quotes = "should not be enclosed in quotes" if value.kind == "text" else "should be enclosed in quotes"
        end = f" and {quotes}" if (value.kind == "text") != (fitting == ("text",)) else ""
        raise Refusal(
            400, "INVALID_FIELD", f"value of filter criterion for field '{found.name}' must be of type {kind}{end}"
        )
    if value.kind == "moment":
        said = datetime.fromisoformat(value.said)
        return f"timestamp '{(said.replace(tzinfo=None) - (said.utcoffset() or timedelta(0))).isoformat(sep=' ')}'"
    if value.kind == "day":
        return f"date '{value.said}'"
    if value.kind == "text":
        said_text = value.said
        said_text = id18(said_text) if found.type in ("id", "reference") else said_text.lower()
        return "'" + said_text.replace("'", "''") + "'"
    return value.said


def days(org: Org, column: str, found: Field, operator: str, said: str) -> str:
    """A comparison with days counted from today, in the reading user's zone, as SQL."""
    zone = ZoneInfo(org.company.timezone)
    here = org.at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
    today = (here - timedelta(seconds=1)).date()
    if said in DAY_WORDS:
        first, after = DAY_WORDS[said]
    else:
        days = int(said.rsplit(":", 1)[1])
        first, after = (1 - days, 1) if said.startswith("last") else (1, 1 + days)
    edges = []
    for place in (first, after):
        day = today + timedelta(days=place)
        if found.type == "date":
            edges.append(f"date '{day.isoformat()}'")
        else:
            moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
            edges.append(f"timestamp '{moment.replace(tzinfo=None).isoformat(sep=' ')}'")
    start, end = edges
    return {
        "=": f"({column} >= {start} and {column} < {end})",
        "!=": f"not coalesce({column} >= {start} and {column} < {end}, false)",
        "<": f"{column} < {start}",
        "<=": f"{column} < {end}",
        ">": f"{column} >= {end}",
        ">=": f"{column} >= {start}",
    }[operator]


def id18(text: str) -> str:
    """An id of 15 characters with the three that tell its case; others as they are."""
    if len(text) != 15:
        return text
    ends = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, c in enumerate(text[start : start + 5]) if "A" <= c <= "Z")
        ends += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
    return text + ends
