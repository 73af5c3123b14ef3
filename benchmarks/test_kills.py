"""A thousand nights, each killed at a random moment: what is published is whole, and the next run is right."""

import os
from pathlib import Path

from tests.kills import kill_nights

KILLS = int(os.environ.get("KILLS", "1000"))


def test_no_kill_leaves_half_a_night(tmp_path: Path):
    found = kill_nights(tmp_path, KILLS, seed=int(os.environ.get("SEED", "1")))
    print(f"\n{KILLS} kills: {found}")
    # Kills before the rename and after it, or the proof is of one side only.
    assert min(found["earlier"], found["whole"]) > 0.03 * KILLS
