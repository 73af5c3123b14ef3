"""One record by its id, and the ids of deleted ones.

Here: the answers below /sobjects/X. Not here: queries (`cursors`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from connectors.sandbox.salesforce_face.asking import understood
from connectors.sandbox.salesforce_face.errors import Refusal
from connectors.sandbox.salesforce_face.org import Org
from connectors.sandbox.salesforce_face.soql import Comparison, Item, Query, Value

BIN_DAYS = 15


def one_record(org: Org, name: str, record_id: str, fields: str | None, version: str) -> Any:
    """The record with all its fields, or some."""
    known = org.fields(org.real_name(name) or name).values()
    shown = fields.split(",") if fields else [f.name for f in known]
    where = Comparison("Id", "=", (Value("text", record_id),))
    asked = understood(org, Query(tuple(Item(n) for n in shown), name, where), include_deleted=True)
    found = org.ask(f"select {asked.json_sql(version)} from {asked.tables} where {asked.where_sql()}", asked.objects)
    if not found:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return orjson.Fragment(found[0][0])


def deleted(org: Org, name: str, query: dict[str, str]) -> Any:
    """The ids deleted between `start` and `end`, as far as the bin holds them."""
    entity = org.real_name(name) or name
    if "isdeleted" not in org.fields(entity):
        raise Refusal(400, "INVALID_TYPE_FOR_OPERATION", f"entity {entity} is not replicateable")
    start, end = (datetime.fromisoformat(query[k]).replace(tzinfo=None) for k in ("start", "end"))
    first = org.at - timedelta(days=BIN_DAYS)
    found = org.ask(
        f'select "Id", _gone_at from org."{entity}" where _gone_at >= $1 and _gone_at < $2 order by _gone_at',
        [entity],
        [max(start, first), min(end, org.at)],
    )

    def told(moment: datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    return {
        "deletedRecords": [{"id": i, "deletedDate": told(g)} for i, g in found],
        "earliestDateAvailable": told(first),
        "latestDateCovered": told(min(end, org.at).replace(second=0)),
    }
