"""Write what README.md shows of the commands' outputs anew, by running them on the shipped account.

.venv/bin/python -m tests.readme_outputs
"""

import re
import shlex
import subprocess
import sys
import tempfile
from os import environ
from pathlib import Path

from pipelines.paths import PROJECT

README = PROJECT / "README.md"
# A command and its output: ```console, $ command, what it printed.
SHOWN = re.compile(r"(```console\n\$ (.+)\n)((?:(?!```).*\n)*)```")


def printed(line: str, folder: Path) -> str:
    """What a command of the README prints, its data in `folder` read as data/ of the project."""
    words = ["run"] if line == "make run" else shlex.split(line.removeprefix("sla "))
    env = environ | {"SLA_DATA": str(folder / "data"), "SLA_DAGSTER_HOME": str(folder / "home"), "COLUMNS": "120"}
    env.pop("SLA_ACCOUNTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    told = done.stdout.replace(f"{folder}/data/", "data/").strip("\n").splitlines()
    lines = [text.rstrip() for text in told if not text.startswith("Done in")]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Renew README.md; `make run` comes first, as the other commands read what it published."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        lines = [m[1] for m in SHOWN.findall(text) if m[1].startswith("sla ")]
        new = {line: printed(line, Path(folder)) for line in ("make run", *lines)}
    README.write_text(SHOWN.sub(lambda m: f"{m[1]}{new.get(m[2], m[3])}```", text), encoding="utf-8")


if __name__ == "__main__":
    main()
