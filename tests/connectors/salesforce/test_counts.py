"""How many records an org is asked for: those that the warehouse keeps, or an object would be read anew every night."""

from connectors.salesforce.client import Answer
from connectors.salesforce.missing import counts
from connectors.salesforce.objects import EVENT, LEAD, LEAD_HISTORY
from connectors.salesforce.selection import StagesFrom, select


class Org:
    """An org that remembers what it was asked."""

    def composite(self, queries):
        self.asked = queries
        return {name: Answer(200, {"totalSize": 7}) for name in queries}


def chosen(kind, *without):
    seen = [n.candidates[0] for n in kind.needed if n.role not in without]
    return select(kind, seen, StagesFrom({}, {}), [])


def test_copies_of_meetings_history_and_what_came_meanwhile_are_not_counted():
    org = Org()
    selections = {k.name: chosen(k) for k in (LEAD, LEAD_HISTORY, EVENT)}
    found = counts(org, selections, {"Lead": "2026-06-30T10:00:00.000+0000"})
    assert org.asked == {
        "Lead": "SELECT COUNT() FROM Lead WHERE IsDeleted = false AND CreatedDate <= 2026-06-30T10:00:00Z",
        "Event": "SELECT COUNT() FROM Event WHERE IsDeleted = false AND IsChild = false",
    }
    assert [(c.kind.name, c.records) for c in found] == [("Lead", 7), ("Event", 7)]
    counts(org, {"Event": chosen(EVENT, "is_copy")}, {})
    assert org.asked == {"Event": "SELECT COUNT() FROM Event WHERE IsDeleted = false"}
