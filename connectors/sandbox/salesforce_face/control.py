"""What tests tell the face: days that pass, faults, limits, features, tokens; and ask it: the calls it counted.

Here: /__control/…. Not here: anything a real org answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.sandbox.salesforce_face.faults import Faults, Limits, Planned

if TYPE_CHECKING:
    from connectors.sandbox.salesforce_face.face import Face


def control(face: Face, what: str, body: Any) -> Any:
    """Do as told.

    days {at}: the org's clock, UTC. features {…}: see `Features`. faults {share, kinds, planned: [{path, kind, after,
    times}], seconds}. limits {daily, daily_jobs, concurrent}. jobs {seconds, fail, not_in_bulk}. expire {ready_too}.
    doors {…}: see `Doors`. cursors: lose them all. calls: what was counted since the last time, by kind.
    """
    if what == "days":
        face.org.move_to(datetime.fromisoformat(body["at"]))
    elif what == "features":
        face.org.move_to(face.org.at, **body)
    elif what == "faults":
        planned = [Planned(**p) for p in body.get("planned", [])]
        face.faults = Faults(
            float(body.get("share", 0)), tuple(body.get("kinds", Faults.kinds)), planned, float(body.get("seconds", 2))
        )
    elif what == "limits":
        face.limits = Limits(**({"daily": face.limits.daily, "used": face.limits.used} | body))
    elif what == "jobs":
        face.jobs.seconds = float(body.get("seconds", face.jobs.seconds))
        face.jobs.to_fail = int(body.get("fail", face.jobs.to_fail))
        face.jobs.not_in_bulk = set(body.get("not_in_bulk", face.jobs.not_in_bulk))
    elif what == "expire":
        face.doors.expire(bool(body.get("ready_too", False)))
    elif what == "doors":
        for name, value in body.items():
            setattr(face.doors, name, value)
    elif what == "cursors":
        face.cursors.forget()
    elif what == "calls":
        counted = dict(face.limits.calls) | {"api": face.limits.used}
        face.limits.calls.clear()
        return counted
    elif what == "sign_ins":
        return face.doors.signed_in
    return {}
