"""Which fields of an org are read of each object, and what is lost for those it has not, or hides.

Here: choosing from what `describe` says. Not here: any record, or asking the org.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from connectors.salesforce.objects import LEAD, LEAD_HISTORY, ObjectType
from connectors.salesforce.tables import Finding

# What a query cannot do without; a user that may read an object sees these.
NEEDED_ALWAYS = {"id", "created", "modified", "record_id"}


@dataclass(frozen=True)
class StagesFrom:
    """Where the entries into some stages are dated, beside the history of statuses."""

    fields: Mapping[str, str]
    """canonical stage → field of Lead with its date"""
    campaigns: Mapping[str, str]
    """canonical stage → campaign, by id or name, a response to which is the entry"""


@dataclass(frozen=True)
class Selection:
    """What is read of an object: role → field, and the date fields of stages."""

    kind: ObjectType
    roles: Mapping[str, str]
    dates: Mapping[str, str]

    @property
    def fields(self) -> list[str]:
        """The fields to ask for, in the order of the columns of a landing file."""
        return [*dict.fromkeys([*self.roles.values(), *self.dates.values()])]

    def soql(self, *conditions: str) -> str:
        """The query of its records that meet all conditions."""
        return f"SELECT {', '.join(self.fields)} FROM {self.kind.name}{self._where(conditions)}"

    def counting(self) -> str:
        """The query of how many records there are."""
        return f"SELECT COUNT() FROM {self.kind.name}{self._where(())}"

    def _where(self, conditions: Sequence[str]) -> str:
        where = [c for c in (self.kind.where, *conditions) if c]
        return f" WHERE {' AND '.join(where)}" if where else ""


def select(
    kind: ObjectType, seen: Collection[str], stages_from: StagesFrom, findings: list[Finding]
) -> Selection | None:
    """What is read of an object whose fields `seen` are those the user may see; None: it cannot be read.

    What is missing is added to `findings`.
    """
    roles = {}
    for needed in kind.needed:
        field = next((f for f in needed.candidates if f in seen), None)
        if field is not None:
            roles[needed.role] = field
        elif needed.role in NEEDED_ALWAYS:
            findings.append(missing_object(kind))
            return None
        elif needed.lost:
            findings.append(_missing_field(kind, needed.candidates[0], needed.lost))
    dates = {}
    for stage, field in stages_from.fields.items() if kind is LEAD else ():
        found = next((f for f in seen if f.lower() == field.lower()), None)
        if found is None:
            findings.append(_missing_field(kind, field, f"when a lead entered {stage}"))
        else:
            dates[stage] = found
    return Selection(kind, roles, dates)


def missing_object(kind: ObjectType) -> Finding:
    """The finding that an object cannot be read."""
    remedy = "give the user's permission set read access to it"
    if kind is LEAD_HISTORY:
        remedy += ", and turn on Set History Tracking for leads in Setup > Object Manager > Lead"
    return Finding(
        f"missing_object:{kind.name}",
        "warning",
        f"The user may not read {kind.name}, or the org has none. Not known without it: {kind.lost}; {remedy}.",
    )


def _missing_field(kind: ObjectType, field: str, lost: str) -> Finding:
    return Finding(
        f"missing_field:{kind.name}.{field}",
        "warning",
        f"The org has no field {field} on {kind.name}, or hides it from the user; not known without it: {lost}. "
        "Let the user's permission set read it.",
    )
