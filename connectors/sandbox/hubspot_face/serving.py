"""The face in a process of its own, for the time of a block: its work is not the reader's.

Here: starting and stopping it. Not here: what it answers.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def served(
    *,
    people: int,
    seed: int,
    timezone: str,
    ends_on: date,
    at: datetime,
    folder: Path | None = None,
    remembers: bool = False,
) -> Iterator[str]:
    """The address of the face of a company as of the UTC instant `at`; it is gone after the block.

    A large company is kept in a database in `folder`. What `remembers` means, Portal says.
    """
    command = [sys.executable, "-m", "connectors.sandbox.hubspot_face", "--people", str(people), "--seed", str(seed)]
    command += ["--timezone", timezone, "--ends-on", ends_on.isoformat(), "--at", at.isoformat()]
    if folder is not None:
        command += ["--database", str(folder / "company.duckdb")]
    command += ["--remembers"] * remembers
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None  # noqa: S101
        port = process.stdout.readline().strip()
        if not port.isdigit():
            raise RuntimeError("the simulated portal did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
