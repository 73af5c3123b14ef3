"""A thousand nights, each killed at a random moment: what is published is whole, and the next run is right."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.kills import kill_nights

KILLS = int(os.environ.get("KILLS", "1000"))
SEED = int(os.environ.get("SEED", "1"))
# Told one by one, so that an hour of this is watched.
BATCH = 50


def test_no_kill_leaves_half_a_night(tmp_path: Path):
    def kill(first: int) -> dict[str, float]:
        found = kill_nights(tmp_path / str(first), min(BATCH, KILLS - first), SEED + first)
        print(f"\nkills from the {first + 1}th: {found}", flush=True)
        return found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        batches = list(pool.map(kill, range(0, KILLS, BATCH)))
    found = {what: round(sum(b[what] for b in batches), 1) for what in batches[0]}
    print(f"\n{KILLS} kills: {found}")
    assert found["earlier"] + found["whole"] == KILLS
    # Kills before the rename and after it, or the proof is of one side only.
    assert min(found["earlier"], found["whole"]) > 0.03 * KILLS
