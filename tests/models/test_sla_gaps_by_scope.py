"""Whose gap it is: rows of segments and owners beside those of the whole, by hand."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from models.required_reps import CapacityObserved
from models.sla_gaps import sla_gaps
from models.working_calendar import calendar_days
from tests.models.rows import AS_OF, YEAR, article_rates, deal, night, settings, stages, step_outcomes, target
from tests.models.test_agreements import agree

CALENDAR = calendar_days(settings().calendar, ZoneInfo("UTC"), *YEAR, [YEAR])
DAY = AS_OF.replace(day=1)


def daily(*rows):
    """Rows of (commitment, segment, owner, due, done), all of one day; the agreement asks for 90 % of those due."""
    listed = [(DAY, c, s, o, due, done, 0.9 * due) for c, s, o, due, done in rows]
    frame = pd.DataFrame(listed, columns=["day", "commitment", "segment", "owner_id", "due", "done", "promised"])
    return frame.astype({"segment": "str", "owner_id": "str", "day": "datetime64[us]"})


def found(*rows, segments=()):
    """The rows of a night by what they are of."""
    agreed = agree()
    for segment, share in segments:
        agreed += [
            replace(a, segment=segment, value=a.value * share, per_week=a.per_week * share)
            for a in agreed
            if a.segment is None and a.commitment in ("mql_volume", "mqls_worked", "sqls")
        ]
    gaps = sla_gaps(
        night=night(),
        stages=stages(),
        targets=[target(target=str(YEAR[0]))],
        calendar=CALENDAR,
        agreements=agreed,
        conversion_rates=article_rates(),
        average_deal=[deal()],
        required_reps=[],
        forecast=[],
        capacity_observed=CapacityObserved(0, 0, 0.0, None),
        sla_daily=daily(("touches", None, None, 1, 1), *rows),
        step_outcomes=step_outcomes(),
        reps=pd.DataFrame({"owner_id": ["u1", "u2"], "name": ["Ann", "Bob"]}),
    )
    return {(g.commitment, g.scope, g.segment, g.owner_id, g.period): g for g in gaps}


def test_a_rep_is_judged_by_the_promises_that_fell_due_on_the_rep_s_own_mqls():
    gaps = found(
        ("first_touch", None, None, 20, 13), ("first_touch", None, "u1", 10, 10), ("first_touch", None, "u2", 10, 3)
    )
    whole = gaps["first_touch", "whole", None, None, "to_date"]
    ann, bob = (gaps["first_touch", "owner", None, o, "to_date"] for o in ("u1", "u2"))
    # An owner's row stands beside that of everyone and is not added to it.
    assert (whole.actual, whole.status, whole.severity) == (0.65, "missed", "critical")
    assert (ann.actual, ann.committed, ann.status) == (1.0, pytest.approx(0.9), "met")
    assert (bob.actual, bob.status, bob.severity) == (0.3, "missed", "warning")
    assert "Bob" in bob.explanation
    assert bob.revenue_at_stake is None


def test_a_rep_without_anything_due_is_not_behind():
    gaps = found(("first_touch", None, "u1", 10, 10), ("first_touch", None, None, 10, 10))
    assert ("first_touch", "owner", None, "u2", "to_date") not in gaps


def test_a_segment_is_judged_by_its_own_share_of_the_agreed_volume():
    gaps = found(
        ("mql_volume", "Web", None, 500, 500),
        ("mql_volume", "Fair", None, 10, 10),
        segments=(("Web", 0.75), ("Fair", 0.25)),
    )
    whole = gaps["mql_volume", "whole", None, None, "to_date"]
    web, fair = (gaps["mql_volume", "segment", s, None, "to_date"] for s in ("Web", "Fair"))
    assert whole.actual == 510
    assert web.committed == pytest.approx(0.75 * whole.committed)
    assert (web.actual, fair.actual) == (500, 10)
    assert (web.status, fair.status) == ("met", "missed")
    assert " in Fair" in fair.explanation
    # Segments say where a gap comes from; only the whole ends a run that is to fail on one.
    assert (fair.severity, fair.revenue_at_stake) == ("warning", None)


def test_the_three_periods_have_rows_of_their_own():
    gaps = found(("mql_volume", None, None, 5, 5))
    rows = {p: gaps["mql_volume", "whole", None, None, p] for p in ("week", "month", "to_date")}
    assert rows["to_date"].period_start == date(2026, 1, 1)
    assert rows["month"].period_start == DAY
    assert rows["month"].actual == rows["to_date"].actual == 5
    assert rows["week"].committed < rows["month"].committed < rows["to_date"].committed
