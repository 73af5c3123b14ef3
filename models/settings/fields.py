"""The kinds of value a settings file holds, each strict about what it takes.

Here: types shared by several keys. Not here: any key.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

CURRENCY = re.compile(r"[A-Z]{3}")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
STAGE = re.compile(r"[a-z][a-z0-9_]*")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")

# What a CRM stage may mean besides a stage of the funnel.
NO_STAGE = ("disqualified", "recycled", "ignore")


class Settings(BaseModel):
    """A group of keys; unknown ones are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def listed(value: Any) -> Any:
    """One value or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def _iso_date(value: Any) -> Any:
    if isinstance(value, datetime):
        raise ValueError("is a moment, not a day; write it as YYYY-MM-DD")
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ValueError("is not a day of the calendar; write it as YYYY-MM-DD, for example 2026-01-31")


def _clock(value: Any) -> Any:
    # YAML 1.1 reads an unquoted 15:30 as a number in base 60.
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return f"{value // 60:02}:{value % 60:02}"
    return value


def _country(value: Any) -> Any:
    # YAML 1.1 reads an unquoted NO (Norway) as false.
    return "NO" if value is False else value


def matching(pattern: re.Pattern[str], remedy: str) -> Callable[[str], str]:
    """A check that a text is of `pattern`; its refusal says `remedy`."""

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(remedy)
        return value

    return check


def refuse(mistakes: list[str]) -> None:
    """Raise ValueError with all of `mistakes`, a line each; nothing where there are none."""
    if mistakes:
        raise ValueError("\n".join(mistakes))


def zone(value: str) -> str:
    """`value` where it is an IANA time zone; raises ValueError otherwise."""
    if value not in available_timezones():
        raise ValueError("is no time zone; name it as in Europe/Paris or America/New_York, or UTC")
    return value


Day = Annotated[date, BeforeValidator(_iso_date, json_schema_input_type=date)]
Clock = Annotated[str, BeforeValidator(_clock, json_schema_input_type=str | int)]
Country = Annotated[str, BeforeValidator(_country, json_schema_input_type=str | Literal[False])]
Text = Annotated[str, Field(strict=True, min_length=1)]
YesNo = Annotated[bool, Field(strict=True)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(strict=True, gt=0, le=1)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
