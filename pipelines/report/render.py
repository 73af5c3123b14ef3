"""data/NAME/report.html: the page of a published night, one file that needs no network.

Here: filling the template. Not here: which rows (`page_data`), which drawings (`charts`).
"""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from models.conversion_rates import ConversionRate
from models.required_funnel import RequiredFunnel
from models.required_reps import RequiredReps
from models.settings.account import AccountSettings
from models.what_if import PlanInputs, step_names
from pipelines.plan_words import average_deal_line, rate_said, sample_said, stage_said, with_stake
from pipelines.published_plan import published_plan
from pipelines.report.charts import cumulative_chart, weekly_chart
from pipelines.report.page_data import TargetPage, read_page_data

FOLDER = Path(__file__).resolve().parent

WORST_FIRST = ("missed", "at_risk", "not_computable", "met")


def render_page(published: Path, account: str, settings: AccountSettings, night: date | None = None) -> str:
    """The page as HTML, of the last published night by default.

    Raises LookupError, with a plain sentence, where no night is published.
    """
    page = read_page_data(published, account, settings.funnel.handover, night)
    inputs = _inputs(published, account, settings, page.targets[0].target) if page.targets else None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"n": _whole, "hours": _hours, "figure": _figure, "title_stage": stage_said}
    return environment.get_template("page.html.j2").render(
        page=page,
        parts=[_part(t, settings) for t in page.targets],
        currency=settings.money,
        confidence=settings.observe.confidence,
        inputs=_as_json(inputs) if inputs else None,
        sliders=_sliders(inputs, page.targets[0].reps) if inputs else [],
        css=(FOLDER / "page.css").read_text(encoding="utf-8"),
        script="".join((FOLDER / name).read_text(encoding="utf-8") for name in ("plan.js", "sliders.js")),
    )


def write_page(published: Path, page: Path, account: str, settings: AccountSettings) -> None:
    """Render the page and put it in place at once."""
    aside = page.with_suffix(".next")
    aside.write_text(render_page(published, account, settings), encoding="utf-8")
    aside.replace(page)


def _inputs(published: Path, account: str, settings: AccountSettings, target: str) -> PlanInputs | None:
    try:
        return published_plan(published, account, settings, target).inputs
    except LookupError:
        # The settings have changed since the night: sliders over them would not start at its figures.
        return None


def _as_json(inputs: PlanInputs) -> str:
    given = asdict(inputs) | {"deals_per_person": inputs.deals_per_person or [1.0] * len(inputs.rates)}
    return json.dumps(given).replace("<", "\\u003c")


def _sliders(inputs: PlanInputs, reps: RequiredReps) -> list[dict[str, Any]]:
    def slider(name: str, label: str, value: float, low: float, high: float, step: float, kind: str) -> dict[str, Any]:
        return {"name": name, "label": label, "value": value, "low": low, "high": high, "step": step, "kind": kind}

    found = [
        slider("plan.revenue", "target", inputs.revenue, 0.25 * inputs.revenue, 2 * inputs.revenue,
               inputs.revenue / 100, "number"),
        slider("plan.average_deal", "average deal", inputs.average_deal, 0.25 * inputs.average_deal,
               2 * inputs.average_deal, inputs.average_deal / 100, "number"),
    ]  # fmt: skip
    found += [
        slider(f"rates.{i}", f"{name.replace('_', ' ')}", rate, 0.005, 1, 0.001, "share")
        for i, (name, rate) in enumerate(zip(step_names(inputs.stages), inputs.rates, strict=True))
    ]
    for key, label in (("call_attempts_per_sql", "calls an SQL needs"), ("emails_per_sql", "e-mails an SQL needs")):
        value = getattr(inputs.effort, key)
        found.append(slider(f"effort.{key}", label, value, 0, max(10, 2 * value), 1, "number"))
    if reps.reps is not None:
        team = reps.active_reps or reps.reps
        found.append(slider("team.reps", "reps", round(team), 0, max(10, 3 * round(team)), 1, "number"))
    for s in found:
        # A range input snaps to its steps, so they are laid through the value itself.
        s["low"] = s["value"] - s["step"] * int((s["value"] - s["low"]) / s["step"])
    return found


def _part(target: TargetPage, settings: AccountSettings) -> dict[str, Any]:
    rates = {r.from_stage: r for r in target.rates}
    handover = settings.funnel.handover
    return {
        "target": target,
        "title": _title(target),
        "verdict": _verdict(target, settings),
        "funnel": [_funnel_row(row, rates.get(row.stage)) for row in target.funnel],
        "deal_line": average_deal_line(target.deal, settings.assume.average_deal, settings.money or ""),
        "handover": handover,
        "cumulative": cumulative_chart(target.weeks, stage_said(handover)) if handover else "",
        "weekly": weekly_chart(target.weeks, stage_said(handover)) if handover else "",
        "changes": target.changes,
    }


def _title(target: TargetPage) -> str:
    first = target.funnel[0]
    segment = f" ({target.reps.segment})" if target.reps.segment else ""
    return f"Target {target.target}{segment}: {first.period_start} to {first.period_end}"


def _verdict(target: TargetPage, settings: AccountSettings) -> dict[str, Any]:
    """On track or not, how many MQLs and reps, who is behind and what it costs."""
    statuses = {g["status"] for g in target.gaps}
    status = next((s for s in WORST_FIRST if s in statuses), "not_computable")
    headline = {
        "met": "On track: both sides keep the agreement.",
        "at_risk": "At risk: a commitment is about to be missed.",
        "missed": "Behind: a commitment is missed.",
        "not_computable": "Not enough is known yet to say who is behind.",
    }[status]
    lines = []
    reps, handover = target.reps, settings.funnel.handover
    need = next((f for f in target.funnel if f.stage == handover), None)
    if need is not None and handover is not None and reps.mqls_per_week is not None:
        delivered = need.actual_to_date
        due = f"; {_whole(delivered)} delivered of {_whole(need.due_to_date)} due" if delivered is not None else ""
        lines.append(
            f"Marketing: {reps.mqls_per_week:,.2f} {stage_said(handover)}s in a worked week, "
            f"{_whole(need.required)} over the period{due}."
        )
    if reps.reps is not None:
        at_work = f"; {reps.active_reps:g} at work" if reps.active_reps is not None else ""
        lines.append(f"Sales: {reps.reps} reps ({reps.reps_exact:,.2f}){at_work}.")
    end = next((f for f in target.forecast if f["stage"] == target.funnel[-1].stage), None)
    if end is not None and end["expected"] is not None:
        lines.append(
            f"At this pace the period ends with {_whole(end['expected'])} customers "
            f"({_whole(end['low'])}–{_whole(end['high'])}), of {_whole(target.funnel[-1].required)} required."
        )
    missed = [g for g in target.gaps if g["status"] == "missed"][:4]
    lines += [with_stake(g["explanation"], g["revenue_at_stake"], settings.money) for g in missed]
    return {"status": status, "headline": headline, "lines": lines}


def _funnel_row(row: RequiredFunnel, rate: ConversionRate | None) -> dict[str, Any]:
    due, actual = row.due_to_date, row.actual_to_date
    done = actual / due if due and actual is not None else None
    return asdict(row) | {"rate_said": rate_said(row, rate), "sample_said": sample_said(rate), "done": done}


def _whole(value: Any) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _hours(value: Any) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
