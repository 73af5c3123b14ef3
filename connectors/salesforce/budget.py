"""Whether a first load fits into the org's calls of the day, asked before anything is read.

Here: the question. Not here: what is spent on the way (`client`).
"""

from connectors.errors import SourceError, WaitError
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.jobs import PAGE

# To start, look at and delete a job, and to read the org's own tables.
CALLS_A_JOB, OTHER_CALLS = 6, 20


def check_budget(client: SalesforceClient, rows: dict[str, int]) -> None:
    """Whether so many rows an object can be loaded within the share of the day's calls, and what is left of them.

    Raises WaitError where they cannot; an org that does not tell its limits is taken to allow it.
    """
    try:
        said = client.get("limits/")
    except WaitError:
        raise
    except SourceError:
        return
    needed = OTHER_CALLS + sum(CALLS_A_JOB + r // PAGE for r in rows.values())
    api, jobs = said.get("DailyApiRequests") or {}, said.get("DailyBulkV2QueryJobs") or {}
    most, left = api.get("Max"), api.get("Remaining")
    if most is not None and left is not None:
        allowed = int(client.budget_share * most)
        if client.all_calls + needed > allowed or needed > left:
            raise WaitError(
                f"This load needs about {needed:,} API calls, but sources.salesforce.api_budget_share allows "
                f"{allowed:,} of {most:,} a day, of which {left:,} are left; nothing was read: raise that share, or "
                "run it on another day."
            )
    if jobs.get("Remaining") is not None and jobs["Remaining"] < len(rows):
        raise WaitError(
            f"This load needs {len(rows)} Bulk query jobs, but only {jobs['Remaining']} of the org's are left for the "
            "next 24 hours; run it on another day."
        )
