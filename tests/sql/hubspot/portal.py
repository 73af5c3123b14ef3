"""Rows of a HubSpot portal, for the tests of sql/hubspot: what a test does not name is plain."""

from datetime import datetime


def at(day, hour=12, month=3):
    """An instant of 2026."""
    return datetime(2026, month, day, hour)


def contact(key="1", **changes):
    return {"contact_id": key, "created_at": at(1), "stage": "lead", "owner": "7", **changes}


def deal(key="9", **changes):
    return {"deal_id": key, "created_at": at(1), "pipeline": "default", "stage": "new", "amount": 100, **changes}


def change(value, moment, record="1", kind="person", name="stage", evidence="history", made_by="CRM_UI"):
    return {
        "record_type": kind,
        "record_id": record,
        "property": name,
        "value": value,
        "changed_at": moment,
        "evidence": evidence,
        "made_by": made_by,
    }


def option(kind, value, label=None, pipeline=None, **changes):
    return {
        "kind": kind,
        "pipeline": pipeline,
        "value": value,
        "label": label or value,
        "position": 0,
        "is_won": False,
        "is_lost": False,
        **changes,
    }


def link(record, contact_id="1", kind="deal"):
    return {"record_type": kind, "record_id": record, "contact_id": contact_id}


STAGES = (
    option("dealstage", "new", "New", "default"),
    option("dealstage", "won", "Done", "default", is_won=True),
    option("dealstage", "lost", "Gone", "default", is_lost=True),
    option("lifecyclestage", "lead", "Lead"),
    option("lifecyclestage", "marketingqualifiedlead", "Marketing Qualified Lead"),
    option("lifecyclestage", "15318", "Nurture"),
)
MAPPING = {"funnel": {"mapping": {"New": "opportunity", "Nurture": "recycled"}}}


def open_portal(warehouse, **settings):
    """A night with the portal's stages."""
    warehouse.night(**{**MAPPING, **settings})
    warehouse.put("raw_hubspot.options", *STAGES)
