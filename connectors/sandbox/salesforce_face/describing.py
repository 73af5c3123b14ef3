"""What the org says of itself: versions, objects, fields, limits.

Here: the answers of describe and their like. Not here: records.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.salesforce_face.errors import Refusal
from connectors.sandbox.salesforce_face.org import OBJECTS, Field, Org

FIRST_VERSION, LAST_VERSION = 31, 68
SEASONS = ("Summer", "Winter", "Spring")
SOAP_TYPES = {"id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "date": "xsd:date"}
SOAP_TYPES |= {"datetime": "xsd:dateTime", "double": "xsd:double", "currency": "xsd:double", "percent": "xsd:double"}
LISTS = {("Lead", "Status"): "LeadStatus", ("Opportunity", "StageName"): "OpportunityStage"}


def versions() -> list[dict[str, str]]:
    """The answer of /services/data."""
    found = []
    for number in range(FIRST_VERSION, LAST_VERSION + 1):
        place = number - FIRST_VERSION
        season = SEASONS[place % 3]
        year = 14 + (place + 2) // 3
        found.append({"label": f"{season} '{year}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return found


def all_objects(org: Org, version: str) -> dict[str, Any]:
    """The answer of /sobjects."""
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_about(o, version) for o in org.objects()]}


def described(org: Org, name: str, version: str) -> dict[str, Any]:
    """The answer of /sobjects/X/describe."""
    found = org.real_name(name)
    if found is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    fields = [_field(org, found, f) for f in org.fields(found).values()]
    return _about(found, version) | {
        "childRelationships": [],
        "fields": fields,
        "recordTypeInfos": _record_types(org, found),
    }


def _record_types(org: Org, name: str) -> list[dict[str, Any]]:
    infos = [("Master", "012000000000000AAA", True)]
    if name == "Opportunity":
        infos = [(n, i, False) for n, i in org.ask('select "Name", "Id" from org."RecordType"', ["RecordType"])] + infos
    return [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": is_master,
            "developerName": label,
            "master": is_master,
            "name": label,
            "recordTypeId": key,
        }
        for label, key, is_master in infos
    ]


def _about(name: str, version: str) -> dict[str, Any]:
    base = f"/services/data/v{version}/sobjects/{name}"
    return {
        "createable": False,
        "custom": False,
        "deletable": False,
        "keyPrefix": OBJECTS[name],
        "label": name,
        "labelPlural": f"{name}s",
        "name": name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": name in ("Lead", "Contact", "Opportunity", "User"),
        "triggerable": True,
        "updateable": False,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }


def _field(org: Org, name: str, given: Field) -> dict[str, Any]:
    values = []
    if (name, given.name) in LISTS:
        table = LISTS[name, given.name]
        active = '"IsActive"' if table == "OpportunityStage" else "true"
        found = org.ask(f'select "MasterLabel" from org."{table}" where {active} order by "SortOrder"', [table])
        values = [
            {"active": True, "defaultValue": i == 0, "label": label, "validFor": None, "value": label}
            for i, (label,) in enumerate(found)
        ]
    is_text = given.type in ("string", "picklist", "email")
    return {
        "calculated": False,
        "createable": given.type != "id",
        "custom": given.name.endswith("__c"),
        "defaultedOnCreate": given.name in ("Id", "IsDeleted", "OwnerId", "CreatedDate", "SystemModstamp"),
        "filterable": given.name not in ("OldValue", "NewValue"),
        "groupable": given.type not in ("datetime", "double", "currency"),
        "label": given.name,
        "length": 18 if given.type in ("id", "reference") else 255 if is_text else 0,
        "name": given.name,
        "nillable": given.name not in ("Id", "IsDeleted", "OwnerId", "CreatedDate", "SystemModstamp"),
        "picklistValues": values,
        "polymorphicForeignKey": given.is_polymorphic,
        "referenceTo": list(given.targets),
        "relationshipName": given.relationship,
        "soapType": SOAP_TYPES.get(given.type, "xsd:string"),
        "sortable": True,
        "type": given.type,
        "updateable": False,
    }


def limits(used: int, most: int, jobs_made: int, most_jobs: int) -> dict[str, Any]:
    """The answer of /limits, as far as a reader looks."""

    def left(total: int, gone: int = 0) -> dict[str, int]:
        return {"Max": total, "Remaining": max(0, total - gone)}

    return {
        "ConcurrentAsyncGetReportInstances": left(200),
        "DailyApiRequests": left(most, used),
        "DailyAsyncApexExecutions": left(250_000),
        "DailyBulkApiBatches": left(15_000),
        "DailyBulkV2QueryFileStorageMB": left(976_562),
        "DailyBulkV2QueryJobs": left(most_jobs, jobs_made),
        "DataStorageMB": left(1024),
        "FileStorageMB": left(1024),
        "SingleEmail": left(15),
    }
