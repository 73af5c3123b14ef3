"""The project's definitions for a proof that waits for them: a tick a minute, and little patience with dead runs."""

from datetime import timedelta

from pipelines import interrupted
from tests.pipelines.ticking import defs

interrupted.GRACE = timedelta(seconds=20)

__all__ = ["defs"]
