"""Rows of an org's raw tables, with what a test does not care about filled in."""

ZERO = "2025-06-01 08:00:00"


def open_org(warehouse, **settings):
    """The night of 2026-03-31 on an org with the settings given."""
    warehouse.night(sources={"salesforce": {}}, **settings)
    warehouse.put(
        "raw_salesforce.options",
        option("org", "00D1", "https://acme.my.salesforce.com"),
        option("history_begins", "Lead", "2025-01-01T00:00:00.000+0000"),
        option("lead_status", "Open - Not Contacted"),
        option("lead_status", "Working"),
        option("lead_status", "Qualified"),
        option("lead_status", "Unqualified"),
        option("stage", "Prospecting"),
        option("stage", "Signed", is_won=True, is_closed=True),
        option("stage", "Dropped", is_closed=True),
    )


def option(kind, value, label=None, **about):
    return {"kind": kind, "value": value, "label": label or value, "position": 0, "is_active": True} | (
        {"is_won": False, "is_closed": False} | about
    )


def lead(lead_id, status="Open - Not Contacted", created_at=ZERO, **about):
    return {
        "lead_id": lead_id,
        "status": status,
        "created_at": created_at,
        "owner": "0051",
        "is_converted": False,
    } | about


def converted(lead_id, contact_id, opportunity_id=None, **about):
    return lead(
        lead_id,
        **{"status": "Qualified", "is_converted": True, "contact_id": contact_id, "opportunity_id": opportunity_id}
        | about,
    )


def opportunity(opportunity_id, stage="Prospecting", created_at=ZERO, **about):
    flags = {"is_won": stage == "Signed", "is_closed": stage in ("Signed", "Dropped")}
    return {"opportunity_id": opportunity_id, "stage": stage, "created_at": created_at, "owner": "0051"} | flags | about


def change(record_id, value, changed_at, property="status", old=None, **about):  # noqa: A002
    kind = "deal" if property == "stage" else "person"
    row = {"record_type": kind, "record_id": record_id, "property": property, "old_value": old, "value": value}
    row |= {"changed_at": changed_at, "recorded_at": changed_at, "evidence": "history", "made_by": "0051"}
    return row | {"change_id": f"{record_id}.{property}.{changed_at}"} | about


def user(owner_id="0051", name="Ada", **about):
    return {"owner_id": owner_id, "name": name, "team": "North", "is_active": True, "kind": "user"} | about


def task(activity_id, who_id, kind="call", happened_at=ZERO, **about):
    row = {"activity_id": activity_id, "kind": kind, "who_id": who_id, "owner": "0051", "is_done": True}
    return row | {"happened_at": happened_at, "created_at": happened_at, "is_mass": False} | about


def rate(currency, value, from_on=None, until_on=None):
    return {"currency": currency, "home_currency": "EUR", "rate": value, "from_on": from_on, "until_on": until_on}
