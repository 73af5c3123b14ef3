"""Why a run did not succeed, in one sentence, read from what Dagster kept of it.

Here: the sentence. Not here: who hears it (`commands/run` prints it, `night_alerts` sends it).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster import DagsterEvent

from pipelines.exit_codes import FAILED


@dataclass(frozen=True)
class RunFailure:
    """Why a run failed."""

    sentence: str
    exit_code: int = FAILED
    safe: str = ""
    """the sentence without the text of an error of somebody else's, which may quote a record"""

    @property
    def told(self) -> str:
        """What may leave this machine."""
        return self.safe or self.sentence


def run_failure(events: Iterable[DagsterEvent], log: Path) -> RunFailure:
    """The failure of a run whose events these are; `log` is where more is to be read."""
    events = list(events)
    broken = [
        data.description or f"{data.asset_key.to_user_string()}: {data.check_name}"
        for event in events
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
        and not (data := event.asset_check_evaluation_data).passed
        and data.severity is dg.AssetCheckSeverity.ERROR
    ]
    for event in events:
        if event.is_step_failure:
            failed = event.step_failure_data.user_failure_data
            if failed is not None:
                code = failed.metadata.get("exit_code")
                return RunFailure(str(failed.description), int(str(code.value)) if code else FAILED)
            if broken:
                break
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            said = cause.message.strip().splitlines()[0] if cause else "no reason given"
            return RunFailure(
                f"The step {event.step_key} failed: {said} (more in {log})",
                safe=f"The step {event.step_key} failed ({cause.cls_name if cause else 'no reason given'}); "
                f"more in {log}.",
            )
    return RunFailure("; ".join(broken) or f"The run did not succeed; see {log}.")
