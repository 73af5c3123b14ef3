"""Which column of an export is which, guessed from their names as CRMs export them.

Here: from headers to the keys of sources.files. Not here: reading an export (`exports`); a guess is always checked by
doing so.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connectors.files.cells import KINDS
from connectors.files.landing import Landing, MissingColumnError, Run, Wanted
from connectors.files.records import found_in

# part → key → names a CRM gives it, the surest first; case and spaces do not count.
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "people": {
        "id": ("Id", "Record ID", "Lead Id", "Contact Id", "Person Id", "Record ID - Contact", "Lead ID (18)"),
        "created": ("CreatedDate", "Created Date", "Create Date", "Created", "Created At", "Creation Date",
                    "Date de création"),
        "source": ("LeadSource", "Lead Source", "Original Traffic Source", "Original Source", "Source", "Origine"),
        "owner": ("OwnerId", "Owner Id", "Owner ID", "Contact Owner", "Lead Owner", "Owner", "Propriétaire"),
        "status": ("Lifecycle Stage", "Lead Status", "Status", "Stage", "Statut"),
        "status_at": ("Status Date", "StatusDate", "Lifecycle Stage Date"),
        "outcome": ("Outcome",),
        "outcome_at": ("Outcome Date",),
        "reason": ("Reason", "Disqualification Reason", "Unqualified Reason", "Lost Reason"),
    },
    "deals": {
        "id": ("Id", "Deal Id", "Opportunity Id", "Opportunity ID", "Record ID", "Order Id"),
        "person": ("Contact Ids", "Associated Contact IDs", "LeadId", "Lead Id", "ContactId", "Contact Id",
                   "Person Id", "Person", "Lead"),
        "created": ("CreatedDate", "Created Date", "Create Date", "Created", "Created At"),
        "closed": ("CloseDate", "Close Date", "Closed Date", "Closed", "Closed At"),
        "amount": ("Amount", "Deal Amount", "Value", "Montant"),
        "currency": ("CurrencyIsoCode", "Currency", "Currency Code", "Devise"),
        "owner": ("OwnerId", "Owner Id", "Owner ID", "Deal Owner", "Opportunity Owner", "Owner"),
        "stage": ("StageName", "Deal Stage", "Stage", "Stage Name", "Étape"),
    },
    "touches": {
        "id": ("Id", "Activity Id", "Activity ID", "Record ID", "Call Id", "Task Id"),
        "person": ("Contact Id", "ContactId", "WhoId", "LeadId", "Lead Id", "Person Id", "Person",
                   "Associated Contact IDs", "Lead"),
        "at": ("StartedAt", "Started At", "Activity Date", "ActivityDate", "Date", "Timestamp", "At"),
        "kind": ("Type", "Activity Type", "Kind", "TaskSubtype"),
        "owner": ("OwnerId", "Owner Id", "Owner ID", "Assigned To", "Owner"),
        "direction": ("Direction", "CallType"),
        "automated": ("Automated",),
        "outcome": ("Result", "Outcome", "CallDisposition"),
        "logged_at": ("Logged", "Logged At"),
    },
    "reps": {
        "id": ("Id", "User Id", "User ID", "Owner Id", "Owner ID"),
        "name": ("Name", "Full Name", "User Name"),
        "team": ("Team", "Team Name", "Main Team"),
    },
}  # fmt: skip
NEEDED = {"people": ("id",), "deals": ("id",), "touches": ("id", "person", "at", "kind"), "reps": ("id",)}
# What CRMs call the stages of people, in the columns that date them.
STAGES = {
    "prospect": ("prospect", "subscriber"),
    "lead": ("lead",),
    "mql": ("mql", "marketing qualified lead", "marketingqualifiedlead"),
    "sql": ("sql", "sales qualified lead", "salesqualifiedlead"),
    "opportunity": ("opportunity",),
    "customer": ("customer",),
}
# What makes the rest of a name the date of a stage: Became an MQL, MQL Date, Date entered SQL.
DATED = re.compile(r"\b(became( an?)?|date|dates|since|entered|on|at|the|of|lifecycle stage|stage)\b|\(.*?\)")
ISO_CODE = re.compile(r"[A-Z]{3}")


class NoColumnError(Exception):
    """An export has no column that looks like one that is needed; the message names it and what to do."""


def header_of(part: str, path: Path, run: Run, folder: Path) -> list[str]:
    """The names of an export's columns, wherever its header stands. Raises UnreadableFileError.

    `run` runs SQL; `folder` is a folder to work in.
    """
    known = [Wanted(key, key, names, constant="") for key, names in NAMES[part].items()]
    try:
        # Asked for a column that no export has, the reading ends at the header.
        Landing(part, [w.key for w in known], run, folder).add(
            0, path, path.name, [*known, Wanted("?", "?", ["\0"])], None
        )
    except MissingColumnError as e:
        return list(e.header)
    return []


def guessed(part: str, path: str, header: Sequence[str]) -> dict[str, Any]:
    """The keys of an entry of sources.files for an export at `path` with these columns.

    Raises NoColumnError where a column that is needed does not show.
    """
    found: dict[str, Any] = {"path": path}
    for key, names in NAMES[part].items():
        place = found_in(header, names)
        if place is not None:
            found[key] = header[place]
    if part == "touches" and "kind" not in found:
        kind = next((k for k in KINDS if k in Path(path).name.lower()), None)
        found |= {"kind": kind} if kind else {}
    missing = next((key for key in NEEDED[part] if key not in found), None)
    if missing is not None:
        raise NoColumnError(
            f"{path}: no column looks like {missing} (it has {', '.join(header[:12]) or 'no header'}); rename one to "
            f"{NAMES[part][missing][0]}, or write sources.files by hand (see README.md)."
        )
    if part == "people":
        _people(found, header)
    return found


def _people(found: dict[str, Any], header: Sequence[str]) -> None:
    status, at = found.pop("status", None), found.pop("status_at", None)
    dates = stage_dates(header)
    if dates:
        found["stages"] = dates
    if status is not None:
        found["status"] = {"column": status, **({"at": at} if at else {})}


def stage_dates(header: Sequence[str]) -> dict[str, str]:
    """Stage → the column that dates entries into it."""
    dates: dict[str, str] = {}
    for column in header:
        name = " ".join(column.lower().replace("_", " ").split())
        rest = " ".join(DATED.sub(" ", name).split())
        stage = next((s for s, names in STAGES.items() if rest in names), None)
        if stage is not None and rest != name:
            dates.setdefault(stage, column)
    return {s: dates[s] for s in STAGES if s in dates}
