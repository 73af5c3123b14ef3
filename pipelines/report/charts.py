"""The page's charts as inline SVG, drawn by Vega-Lite; colours come from the page's own style.

Here: specifications. Not here: which rows they show.
"""

import json
import re
from typing import Any

import vl_convert

# Drawn in these and replaced by the style's variables, so that one drawing serves light and dark.
INK, MUTED, LINE, ACTUAL, REQUIRED = "#010203", "#040506", "#070809", "#0a0b0c", "#0d0e0f"
VARIABLES = {INK: "--ink", MUTED: "--muted", LINE: "--line", ACTUAL: "--actual", REQUIRED: "--required"}

CONFIG = {
    "background": None,
    "view": {"stroke": None},
    "font": "sans-serif",
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "orient": "top", "title": None},
}


def cumulative_chart(weeks: list[dict[str, Any]], stage: str) -> str:
    """Records delivered beside the line due, both summed over the weeks of the period; empty without weeks."""
    points: list[dict[str, Any]] = []
    required = actual = 0
    for week in weeks:
        required += week["required"]
        points.append({"week": _iso(week["week_start"]), "records": required, "series": "due"})
        if week["actual"] is not None:
            actual += week["actual"]
            points.append({"week": _iso(week["week_start"]), "records": actual, "series": "delivered"})
    if not points:
        return ""
    return _svg(
        {
            "width": 640,
            "height": 240,
            "data": {"values": points},
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
            "encoding": {
                "x": {"field": "week", "type": "temporal", "title": "week beginning"},
                "y": {"field": "records", "type": "quantitative", "title": f"{stage}s since the period began"},
                "color": _series(),
                "strokeDash": {
                    "field": "series",
                    "scale": {"domain": ["due", "delivered"], "range": [[6, 4], [1, 0]]},
                },
            },
        },
        f"{stage}s delivered beside those due, summed week by week",
    )


def weekly_chart(weeks: list[dict[str, Any]], stage: str) -> str:
    """Records delivered each week as bars, with what was required as ticks; empty without weeks."""
    begun = [w for w in weeks if w["actual"] is not None]
    if not begun:
        return ""
    values = [{"week": _iso(w["week_start"]), "delivered": w["actual"], "due": w["required"]} for w in begun]
    x = {"field": "week", "type": "ordinal", "timeUnit": "yearmonthdate", "title": "week beginning",
         "axis": {"labelAngle": -45, "labelOverlap": True, "format": "%d %b"}}  # fmt: skip
    return _svg(
        {
            "width": 640,
            "height": 160,
            "data": {"values": values},
            "layer": [
                {
                    "mark": {"type": "bar", "color": ACTUAL},
                    "encoding": {"x": x, "y": {"field": "delivered", "type": "quantitative", "title": f"{stage}s"}},
                },
                {
                    "mark": {"type": "tick", "color": REQUIRED, "thickness": 2.5},
                    "encoding": {"x": x, "y": {"field": "due", "type": "quantitative"}},
                },
            ],
        },
        f"{stage}s delivered each week as bars, those due as lines",
    )


def _series() -> dict[str, Any]:
    return {"field": "series", "scale": {"domain": ["due", "delivered"], "range": [REQUIRED, ACTUAL]}}


def _svg(spec: dict[str, Any], label: str) -> str:
    """The drawing, labelled for screen readers, its colours left to the page."""
    drawn: str = vl_convert.vegalite_to_svg(json.dumps({"config": CONFIG, **spec}))
    for colour, variable in VARIABLES.items():
        drawn = re.sub(colour, f"var({variable})", drawn, flags=re.IGNORECASE)
    return drawn.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def _iso(day: Any) -> str:
    return f"{day:%Y-%m-%dT00:00:00}"
