"""What the stages that CRMs ship with mean in a funnel, fitted to the account's own stages.

Sources: HubSpot's default lifecycle and deal stages, Salesforce's default lead statuses and opportunity stages.
"""

from collections.abc import Mapping, Sequence

from models.settings.fields import NO_STAGE
from models.settings.funnel import DEFAULT_STAGES

# By id or label, lower case, as each CRM ships them.
BUILT_IN: dict[str, str] = {
    "subscriber": "prospect",
    "lead": "lead",
    "marketingqualifiedlead": "mql",
    "marketing qualified lead": "mql",
    "salesqualifiedlead": "sql",
    "sales qualified lead": "sql",
    "opportunity": "opportunity",
    "customer": "customer",
    "evangelist": "customer",
    "other": "ignore",
    "appointmentscheduled": "opportunity",
    "appointment scheduled": "opportunity",
    "qualifiedtobuy": "opportunity",
    "qualified to buy": "opportunity",
    "presentationscheduled": "opportunity",
    "presentation scheduled": "opportunity",
    "decisionmakerboughtin": "opportunity",
    "decision maker bought-in": "opportunity",
    "contractsent": "opportunity",
    "contract sent": "opportunity",
    "closedwon": "customer",
    "closed won": "customer",
    "closedlost": "disqualified",
    "closed lost": "disqualified",
    "open - not contacted": "lead",
    "new": "lead",
    "working - contacted": "mql",
    "working": "mql",
    "qualified": "sql",
    "closed - converted": "sql",
    "closed - not converted": "disqualified",
    "unqualified": "disqualified",
    "nurturing": "recycled",
    "prospecting": "opportunity",
    "qualification": "opportunity",
    "needs analysis": "opportunity",
    "value proposition": "opportunity",
    "id. decision makers": "opportunity",
    "perception analysis": "opportunity",
    "proposal": "opportunity",
    "proposal/price quote": "opportunity",
    "negotiation": "opportunity",
    "negotiation/review": "opportunity",
}


def stage_mapping(stages: Sequence[str], written: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """CRM stage key (lower case, trimmed), what it means, and whether that is built in rather than `written`.

    A stage's own name means that stage. A built-in meaning that the funnel lacks falls to the nearest earlier
    stage it has, for a record there has passed that one; before the first stage it is ignored.
    """
    meanings: dict[str, tuple[str, bool]] = {}
    for key, stage in BUILT_IN.items():
        meanings[key] = (_fitted(stage, stages), True)
    for stage in stages:
        meanings[stage] = (stage, True)
    for key, stage in written.items():
        meanings[key.strip().lower()] = (stage, False)
    return [(key, stage, built_in) for key, (stage, built_in) in sorted(meanings.items())]


def _fitted(stage: str, stages: Sequence[str]) -> str:
    if stage in stages or stage in NO_STAGE:
        return stage
    earlier = DEFAULT_STAGES[: DEFAULT_STAGES.index(stage)]
    return next((s for s in reversed(earlier) if s in stages), "ignore")
