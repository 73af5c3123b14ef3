"""The keys `funnel`, `observe` and `assume`: the stages, and what is measured or supposed of them.

Here: these blocks. Not here: the file as a whole (`account`).
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from models.settings.fields import NO_STAGE, STAGE, Positive, Rate, Settings, Text, matching, refuse

DEFAULT_STAGES = ("prospect", "lead", "mql", "sql", "opportunity", "customer")
DEFAULT_RATE = 0.5

StageName = Annotated[
    Text,
    AfterValidator(matching(STAGE, "is no stage name; use lower-case letters, digits and _, as in demo_held")),
]


def people_stages(stages: list[str]) -> list[str]:
    """The stages whose records are people: those before `opportunity`; without it, all but the last."""
    return stages[: stages.index("opportunity")] if "opportunity" in stages else stages[:-1]


class Funnel(Settings):
    """The stages from first contact to a won deal."""

    stages: list[StageName] = Field(list(DEFAULT_STAGES), min_length=2, description="in order; the last is a won deal")
    handover: StageName | None = Field(
        "mql", description="the stage that marketing hands to sales; null where the funnel has none"
    )
    mapping: dict[Text, StageName] = Field(
        {}, description="CRM stage, by id or label → stage of the funnel, disqualified, recycled or ignore"
    )
    sales_sources: list[Text] = Field([], description="lead sources that are sales' own")
    segment_by: Literal["source", "owner", "team", "pipeline"] | None = Field(
        None, description="what splits the account"
    )

    @model_validator(mode="before")
    @classmethod
    def _default_handover_only_where_the_funnel_has_it(cls, value: Any) -> Any:
        if isinstance(value, dict) and "handover" not in value:
            stages = value.get("stages", DEFAULT_STAGES)
            if isinstance(stages, list) and "mql" not in stages:
                return {**value, "handover": None}
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> "Funnel":
        mistakes = []
        twice = sorted({s for s in self.stages if self.stages.count(s) > 1})
        if twice:
            mistakes.append(f"funnel.stages: names {', '.join(twice)} twice; name each stage once")
        reserved = sorted(set(self.stages) & set(NO_STAGE))
        if reserved:
            mistakes.append(f"funnel.stages: {reserved[0]} is a reserved word; choose another name")
        if self.handover is not None and self.handover not in self.stages:
            mistakes.append(
                f"funnel.handover: {self.handover} is not one of the stages ({', '.join(self.stages)}); "
                "name one of them, or null where the funnel has none"
            )
        elif self.handover is not None and self.handover not in people_stages(self.stages):
            mistakes.append(f"funnel.handover: {self.handover} is a stage of deals; name one of people, or null")
        for crm_stage, stage in self.mapping.items():
            if stage not in self.stages and stage not in NO_STAGE:
                mistakes.append(
                    f"funnel.mapping.{crm_stage}: {stage} is not one of the stages; "
                    f"use one of {', '.join([*self.stages, *NO_STAGE])}"
                )
        keys = [k.strip().lower() for k in self.mapping]
        mistakes += [
            f"funnel.mapping: names {k} twice (case and spaces do not count); keep one"
            for k in sorted({k for k in keys if keys.count(k) > 1})
        ]
        refuse(mistakes)
        return self


class Observe(Settings):
    """How the rates are measured."""

    lookback_days: int = Field(
        365, strict=True, ge=1, le=3650, description="days of entries that the rates are measured on"
    )
    horizon_days: int | None = Field(
        None,
        strict=True,
        ge=1,
        le=3650,
        description="days a record has to convert; null: chosen from the observed lags",
    )
    min_sample: int = Field(30, strict=True, ge=1, description="entries below which a rate is called a low sample")
    confidence: float = Field(0.8, strict=True, gt=0, lt=1, description="of every interval and of required_safe")


class Assume(Settings):
    """What is assumed where the CRM shows little."""

    conversion: Rate | dict[str, Rate] = Field(DEFAULT_RATE, description="one rate, or one a step: {mql_to_sql: 0.4}")
    average_deal: Positive = Field(1000.0, description="the average deal where none was won")
    weight: Positive = Field(20.0, description="entries that a written assumption counts for")
