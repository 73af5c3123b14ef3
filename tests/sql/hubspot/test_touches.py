"""hubspot.touches: an activity for each contact behind it, in the words every source shares."""

import pytest

from tests.sql.hubspot.portal import at, contact, link, open_portal, option

KEY = "hubspot.touches"
CONNECTED, NO_ANSWER = "f240bbac-87c9-4f6e-bf70-924b57d47db7", "73a0d17f-1163-4015-bdd5-ec830791da20"


def activity(kind="call", **changes):
    return {"kind": kind, "activity_id": "5", "created_at": at(3), "happened_at": at(2), "owner": "7", **changes}


def touched(warehouse, *columns, **changes):
    warehouse.put("raw_hubspot.contacts", contact("1"), contact("2"))
    row = activity(**changes)
    warehouse.put("raw_hubspot.activities", row)
    warehouse.put("raw_hubspot.links", link("5", "1", row["kind"]), link("5", "99", row["kind"]))
    return warehouse.values(KEY, *columns, run=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome": CONNECTED}, ("connected", True)),
        ({"outcome": NO_ANSWER, "status": "COMPLETED"}, ("no answer", False)),
        ({"outcome": CONNECTED, "status": "FAILED"}, ("failed", False)),
        ({"outcome": "own-guid"}, ("interested, call again", None)),
        ({"outcome": "unheard-of", "status": "BUSY"}, ("busy", False)),
        ({"status": "COMPLETED"}, ("connected", True)),
        ({"kind": "email", "status": "BOUNCED"}, ("bounced", False)),
        ({"kind": "email", "direction": "INCOMING_EMAIL"}, ("replied", True)),
        ({"kind": "meeting", "outcome": "NO_SHOW"}, ("no show", False)),
        ({"kind": "meeting", "outcome": "SCHEDULED"}, (None, None)),
        ({"kind": "message"}, (None, None)),
    ],
)
def test_how_it_ended(warehouse, changes, said):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.options", option("call_disposition", "own-guid", "Interested, call again"))
    assert touched(warehouse, "outcome", "reached", **changes) == [said]


@pytest.mark.parametrize(
    ("made_by", "automated", "imported"),
    [("CRM_UI", False, False), ("SEQUENCES", True, False), ("WORKFLOWS", True, False), ("IMPORT", False, True),
     (None, False, False)],
)  # fmt: skip
def test_what_made_it(warehouse, made_by, automated, imported):
    open_portal(warehouse)
    assert touched(warehouse, "is_automated", "is_imported", made_by=made_by) == [(automated, imported)]


def test_an_activity_with_two_contacts_is_one_touch_of_each(warehouse):
    open_portal(warehouse)
    warehouse.put("raw_hubspot.links", link("5", "2", "call"))
    assert touched(warehouse, "touch_id", "person_id", "touched_at", "recorded_at") == [
        ("hubspot:call:5", "hubspot:1", at(2), at(3)),
        ("hubspot:call:5:2", "hubspot:2", at(2), at(3)),
    ]


def test_incoming_is_inbound_and_all_else_outbound(warehouse):
    open_portal(warehouse)
    assert touched(warehouse, "direction", direction="INBOUND") == ["inbound"]
    warehouse.put("raw_hubspot.activities", activity(activity_id="6"))
    warehouse.put("raw_hubspot.links", link("6", "1", "call"))
    assert warehouse.values(KEY, "direction", run=True) == ["inbound", "outbound"]


def test_what_has_no_moment_is_no_touch(warehouse):
    open_portal(warehouse)
    assert touched(warehouse, "touch_id", happened_at=None) == []
