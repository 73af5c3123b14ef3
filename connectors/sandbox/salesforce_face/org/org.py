"""The objects of the org as tables, each made when it is first asked for, and what `describe` says of their fields.

Here: running the SQL beside this file. Not here: SOQL, or how an answer is written.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from connectors.sandbox.company import Company

SQL = Path(__file__).parent
BIN_DAYS = 15

# Objects a user sees, with the first three characters of their ids. `Name` is what polymorphic fields point to.
OBJECTS: dict[str, str] = {
    "Campaign": "701",
    "CampaignMember": "00v",
    "Contact": "003",
    "CurrencyType": "01L",
    "DatedConversionRate": "04w",
    "Event": "00U",
    "Group": "00G",
    "Lead": "00Q",
    "LeadHistory": "017",
    "LeadStatus": "01J",
    "Opportunity": "006",
    "OpportunityContactRole": "00K",
    "OpportunityFieldHistory": "017",
    "OpportunityHistory": "008",
    "OpportunityStage": "01J",
    "Organization": "00D",
    "Profile": "00e",
    "RecordType": "012",
    "Task": "00T",
    "User": "005",
    "UserRole": "00E",
}

# Field → the relationship's name and the objects it may point to; more than one is polymorphic.
REFERENCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "OwnerId": ("Owner", ("Group", "User")),
    "CreatedById": ("CreatedBy", ("User",)),
    "LastModifiedById": ("LastModifiedBy", ("User",)),
    "RecordTypeId": ("RecordType", ("RecordType",)),
    "ContactId": ("Contact", ("Contact",)),
    "OpportunityId": ("Opportunity", ("Opportunity",)),
    "LeadId": ("Lead", ("Lead",)),
    "CampaignId": ("Campaign", ("Campaign",)),
    "UserRoleId": ("UserRole", ("UserRole",)),
    "ProfileId": ("Profile", ("Profile",)),
    "ManagerId": ("Manager", ("User",)),
    "WhoId": ("Who", ("Contact", "Lead")),
    "WhatId": ("What", ("Opportunity", "Campaign")),
    "ConvertedContactId": ("ConvertedContact", ("Contact",)),
    "ConvertedOpportunityId": ("ConvertedOpportunity", ("Opportunity",)),
    "ConvertedAccountId": ("ConvertedAccount", ("Account",)),
    "AccountId": ("Account", ("Account",)),
}
OWNED_BY_USERS = {"Opportunity", "Contact"}
PICKLISTS = {
    *(
        "Status",
        "StageName",
        "LeadSource",
        "Type",
        "TaskSubtype",
        "CallType",
        "Priority",
        "ForecastCategoryName",
        "Role",
    ),
    *("Meeting_Outcome__c", "CurrencyIsoCode", "IsoCode", "TimeZoneSidKey", "UserType", "Unqualified_Reason__c"),
}
CURRENCIES = {"Amount", "ExpectedRevenue", "PrevAmount"}
TYPES = {"BOOLEAN": "boolean", "TIMESTAMP": "datetime", "DATE": "date", "DOUBLE": "double"}


@dataclass(frozen=True)
class Field:
    """One field of an object, as describe tells it."""

    name: str
    type: str
    relationship: str | None = None
    targets: tuple[str, ...] = ()

    @property
    def is_polymorphic(self) -> bool:
        """Whether it points to objects of several kinds."""
        return len(self.targets) > 1


@dataclass(frozen=True)
class Features:
    """What this org has switched on, and what its integration user may not see."""

    multi_currency: bool = True
    dated_rates: bool = True
    history_tracking: bool = True
    record_types: bool = True
    date_fields: bool = True
    """MQL_Date__c and SQL_Date__c on Lead, stamped at the first entry"""
    history_months: int = 24
    """how far back LeadHistory tells"""
    hidden_fields: frozenset[str] = field(default_factory=frozenset)
    """such as Lead.Company; `Lead.*` leaves Id alone"""
    hidden_objects: frozenset[str] = field(default_factory=frozenset)
    late_seconds: int = 0
    """a quarter of the records created in so many last seconds is not to be seen yet"""

    def lacks(self, object_name: str, field_name: str | None = None) -> bool:
        """Whether an object, or one of its fields, is not there for the user."""
        if field_name is None:
            return (
                object_name in self.hidden_objects
                or (object_name == "CurrencyType" and not self.multi_currency)
                or (object_name == "DatedConversionRate" and not (self.multi_currency and self.dated_rates))
            )
        return (
            f"{object_name}.{field_name}" in self.hidden_fields
            or (f"{object_name}.*" in self.hidden_fields and field_name != "Id")
            or (field_name.endswith("CurrencyIsoCode") and not self.multi_currency)
            or (field_name == "RecordTypeId" and not self.record_types)
            or (field_name in ("MQL_Date__c", "SQL_Date__c") and not self.date_fields)
        )


class Org:
    """The company as an org, as of the UTC instant `at`; safe for threads."""

    def __init__(self, company: Company, at: datetime, **features: Any) -> None:
        sets = {k: frozenset(v) for k, v in features.items() if k.startswith("hidden_")}
        self.company, self.features = company, Features(**(features | sets))
        self._lock = threading.RLock()
        self._made: set[str] = set()
        self._fields: dict[str, dict[str, Field]] = {}
        self.at = at
        self.generation = 0
        with self._lock:
            company.con.execute(self._text("_base"))
            # The database that the company is in, for cursors.
            self._catalog = str(company.con.execute("select current_database()").fetchall()[0][0])

    def move_to(self, at: datetime, **features: Any) -> None:
        """Let the org's clock be `at`, with other features if any are given; what was asked before is forgotten."""
        with self._lock:
            if features:
                sets = {k: frozenset(v) for k, v in features.items() if k.startswith("hidden_")}
                self.features = Features(
                    **({k: getattr(self.features, k) for k in vars(self.features)} | features | sets)
                )
            self.at = at
            self.generation += 1
            self._made.clear()
            self._fields.clear()

    @property
    def id(self) -> str:
        """The organization's id, of 18 characters."""
        return str(self.ask('select "Id" from org."Organization"', ["Organization"])[0][0])

    def objects(self) -> list[str]:
        """The names of the objects that the user may read."""
        return [o for o in OBJECTS if not self.features.lacks(o)]

    def real_name(self, name: str) -> str | None:
        """An object's name as it is spelt; None: there is none of that name for the user."""
        return {o.lower(): o for o in self.objects()}.get(name.lower())

    def fields(self, object_name: str) -> dict[str, Field]:
        """The fields of an object (or of `Name`) by their names in lower case."""
        with self._lock:
            if object_name not in self._fields:
                self._need(object_name)
                columns = self.company.con.execute(f'describe org."{object_name}"').fetchall()
                self._fields[object_name] = {
                    name.lower(): _field(object_name, name, kind)
                    for name, kind, *_ in columns
                    if not name.startswith("_") and not self.features.lacks(object_name, name)
                }
            return self._fields[object_name]

    def cursor(self, objects: list[str]) -> duckdb.DuckDBPyConnection:
        """A connection of one's own to the org, once the tables of some objects are there."""
        with self._lock:
            for name in objects:
                self._need(name)
            con = self.company.con.cursor()
        con.execute(f'use "{self._catalog}"')
        return con

    def ask(self, sql: str, objects: list[str], parameters: list[Any] | None = None) -> list[Any]:
        """The rows of a question to some objects."""
        with self.cursor(objects) as con:
            return con.execute(sql, parameters or []).fetchall()

    def need(self, *names: str) -> None:
        """Make some tables, those of the company's side among them, for who asks the company itself."""
        with self._lock:
            for name in names:
                self._need(name)

    def _need(self, name: str) -> None:
        if name in self._made:
            return
        text = self._text(name)
        for other in dict.fromkeys(re.findall(r'org\."?(\w+)"?(?![\w"(])', text)):
            if other != name and other not in ("persons", "statuses", "labels") and (SQL / f"{other}.sql").exists():
                self._need(other)
        if name in OBJECTS:
            columns = [r[0] for r in self.company.con.execute(f"describe {text}").fetchall()]
            where = self._where(columns)
            text = f'select * from ({text}) as r where {where} order by r."Id"'
        self.company.con.execute(f'create or replace table org."{name}" as {text}')
        self._made.add(name)

    def _where(self, columns: list[str]) -> str:
        at = f"timestamp '{self.at.isoformat(sep=' ')}'"
        conditions = ["true"]
        if "_gone_at" in columns:
            # Beyond the bin a deleted row is gone from every API.
            conditions.append(f"coalesce(r._gone_at > {at} - interval {BIN_DAYS} day, true)")
        if self.features.late_seconds and "CreatedDate" in columns:
            since = (self.at - timedelta(seconds=self.features.late_seconds)).isoformat(sep=" ")
            conditions.append(f'not (hash(r."Id") % 4 = 0 and r."CreatedDate" >= timestamp \'{since}\')')
        return " and ".join(conditions)

    def _text(self, name: str) -> str:
        sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
        words = {
            "at": self.at.isoformat(sep=" "),
            "zone": self.company.timezone,
            "currency": self.company.truths.currency,
            "seed": str(self.company.seed),
            "history_months": str(self.features.history_months),
            "history_tracking": str(self.features.history_tracking).lower(),
            "record_types": str(self.features.record_types).lower(),
        }
        for word, value in words.items():
            sql = sql.replace("{" + word + "}", value)
        return sql


def _field(object_name: str, name: str, kind: str) -> Field:
    if name == "Id":
        return Field(name, "id")
    if name == "MasterRecordId":
        return Field(name, "reference", "MasterRecord", (object_name,))
    if name in REFERENCES and not (name == "ContactId" and object_name == "Contact"):
        relationship, targets = REFERENCES[name]
        if name == "OwnerId" and object_name in OWNED_BY_USERS:
            targets = ("User",)
        return Field(name, "reference", relationship, targets)
    if name in PICKLISTS:
        return Field(name, "picklist")
    if name == "Probability":
        return Field(name, "percent")
    if name in CURRENCIES:
        return Field(name, "currency")
    if kind in TYPES:
        return Field(name, TYPES[kind])
    if kind in ("INTEGER", "BIGINT", "HUGEINT"):
        return Field(name, "int")
    return Field(name, "email" if name == "Email" else "string")
