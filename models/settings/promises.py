"""The key `sla`: what marketing and sales promise each other, and from when.

Here: these blocks. Not here: whether a promise is kept (models/sla_gaps).
"""

from typing import Literal

from pydantic import Field

from models.settings.fields import Day, NotNegative, Positive, Rate, Settings, Text, YesNo

Agreed = Literal["required"] | Positive | None
AgreedRate = Literal["required"] | Rate | None


class MarketingPromise(Settings):
    """What marketing owes."""

    mql_volume: Agreed = Field("required", description="MQLs over the period")
    sql_rate: AgreedRate = Field("required", description="share of MQLs that become SQLs")


class SalesPromise(Settings):
    """What sales owes."""

    mqls_worked: Agreed = Field("required", description="MQLs worked over the period")
    sqls: Agreed = Field("required", description="SQLs over the period")
    win_rate: AgreedRate = Field("required", description="share of opportunities won")
    first_touch_hours: Positive | None = Field(9.0, description="hours within which an MQL is first touched")
    business_hours: YesNo = Field(True, description="whether those hours are working hours")
    call_attempts: NotNegative | None = Field(2.0, description="call attempts owed")
    emails: NotNegative | None = Field(3.0, description="e-mails owed")
    attempts_on: Literal["sql", "mql"] = Field("sql", description="the entry on which attempts are owed")
    within_days: Positive = Field(14.0, description="calendar days within which they are owed")
    share: Rate = Field(0.9, description="share of the MQLs (SQLs) the promise is for")
    exclude: list[Text] = Field([], description="users whose activities are no touches")


class Agreement(Settings):
    """The two-way agreement, from a day on."""

    since: Day | None = Field(None, alias="from", description="first day it holds; needed in a list")
    marketing: MarketingPromise = Field(MarketingPromise(), description="what marketing owes")
    sales: SalesPromise = Field(SalesPromise(), description="what sales owes")
    at_risk: Rate = Field(0.9, description="from this share of a commitment up to it: at risk; below: missed")
