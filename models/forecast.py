"""The table `forecast`: what each target's period will end with, as things stand tonight.

Here: what has come, what is open and what is still to come, put together with an interval. Not here: the delays
(`step_delays`) or what the target takes (`required_funnel`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the period of a target will end with at each stage, if new records keep coming at the pace of late.

    Delivered so far, plus what the records open tonight will bring in the period, plus what those that come later
    will.
    """

    GRAIN: ClassVar[tuple[str, ...]] = ("as_of", "target", "segment", "stage")
    CHECKS: ClassVar[tuple[str, ...]] = ("0 <= low and low <= expected and expected <= high",)

    as_of: Annotated[date, "the day this night speaks for"]
    target: Annotated[str, "the target's name"]
    segment: Annotated[str | None, "the segment; NULL: the whole"]
    stage: Annotated[str, "the canonical stage"]
    expected: Annotated[float | None, "records of the stage by the period's end; NULL: the CRM does not show them"]
    low: Annotated[float | None, "lower end of its interval at observe.confidence"]
    high: Annotated[float | None, "upper end of its interval at observe.confidence"]
    status: Annotated[str, "the worst status of the rates it rests on"]
