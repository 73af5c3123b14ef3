"""A real `dagster dev` on a free port, asked over its own API."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipelines.paths import PROJECT


class Ui:
    """The UI's API."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._process = process

    def kill(self) -> None:
        """Kill the UI, the daemon, and every run they have started, at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def ask(self, query: str, **variables: Any) -> Any:
        """The data that a GraphQL query yields; raises AssertionError with the API's errors."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.address}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert not answer.get("errors"), answer["errors"]
        return answer["data"]

    def answers(self) -> bool:
        """Whether it is there, and has loaded the definitions."""
        try:
            found = self.ask("{repositoriesOrError {... on RepositoryConnection {nodes {name}}}}")
        except OSError:
            return False
        return bool(found["repositoriesOrError"].get("nodes"))


def wait_for(what: Callable[[], Any], seconds: float, why: str) -> Any:
    """What `what` yields once it is something; fails after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(1)
    raise AssertionError(f"after {seconds} s still not: {why}")


@contextmanager
def dagster_dev(
    home: Path, accounts: Path, data: Path, log: Path, module: str = "tests.pipelines.ticking"
) -> Iterator[Ui]:
    """The UI and its daemon over these folders, until the end of the block; `module` holds the definitions."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "SLA_DAGSTER_HOME": str(home),
        "SLA_ACCOUNTS": str(accounts),
        "SLA_DATA": str(data),
        "PYTHONPATH": str(PROJECT),
    }
    environment.pop("DAGSTER_HOME", None)
    # As `sla ui` does, with a schedule that does not let a test wait for ten minutes.
    script = (
        "import os, sys; from pathlib import Path; from pipelines.instance import ensure_instance; ensure_instance(); "
        "d = str(Path(sys.executable).with_name('dagster')); "
        f"os.execv(d, [d, 'dev', '-m', '{module}', '-h', '127.0.0.1', '-p', '{port}'])"
    )
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", script], env=environment, cwd=PROJECT, stdout=out, stderr=out, start_new_session=True
        )
        try:
            ui = Ui(port, process)
            wait_for(lambda: process.poll() is not None or ui.answers(), 120, "the UI answers")
            assert process.poll() is None, log.read_text()
            yield ui
        finally:
            process.send_signal(signal.SIGINT)
            # How fast it ends is Dagster's affair, and a busy machine's.
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            # Its servers are children of its own session.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
