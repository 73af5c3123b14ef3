"""The face over TLS, in this process or in one of its own, for the time of a block.

Here: certificates, starting and stopping. Not here: what it answers.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import trustme
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.sandbox.salesforce_face.app import Face, app_of
from connectors.sandbox.salesforce_face.signing_in import Doors

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Served:
    """Where a face answers, and what opens it."""

    url: str
    ca_file: Path
    access_token: str | None
    client_id: str
    client_secret: str
    username: str
    password: str
    security_token: str
    private_key_file: Path | None


def key_pair(folder: Path) -> tuple[Path, str]:
    """A new private key for the JWT bearer flow, in a file in `folder`, and its public half as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = folder / "private_key.pem"
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return file, public.decode()


def server_of(face: Face, listening: socket.socket, folder: Path) -> tuple[uvicorn.Server, Path]:
    """A server for the face on a listening socket, with a certificate of a new authority; the authority's file."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    ca_file, held = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    held.touch(mode=0o600)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(held))
    face.url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        app_of(face),
        log_level="critical",
        access_log=False,
        lifespan="off",
        ssl_certfile=str(held),
        # Readers keep their connections alive, and TLS waits for them to say goodbye.
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config), ca_file


def told_of(face: Face, ca_file: Path, private_key_file: Path | None) -> Served:
    """What opens a face."""
    d = face.doors
    return Served(
        face.url,
        ca_file,
        d.ready_token,
        d.client_id,
        d.client_secret,
        d.username,
        d.password,
        d.security_token,
        private_key_file,
    )


@contextmanager
def served_here(face: Face) -> Iterator[Served]:
    """The face in a thread of this process, for the time of a block; sign-ins by JWT are set up."""
    with tempfile.TemporaryDirectory(prefix="salesforce-face-") as held, socket.socket() as listening:
        folder = Path(held)
        face.folder = face.jobs.folder = folder
        private_key_file, face.doors.public_key = key_pair(folder)
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server, ca_file = server_of(face, listening, folder)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield told_of(face, ca_file, private_key_file)
        finally:
            # Without waiting for readers to close what they keep alive.
            server.should_exit = server.force_exit = True
            thread.join(10)


@contextmanager
def served(
    *,
    people: int,
    seed: int,
    timezone: str,
    ends_on: date,
    at: datetime,
    folder: Path | None = None,
    features: dict[str, object] | None = None,
) -> Iterator[Served]:
    """The face of a company as of the UTC instant `at`, in a process of its own; it is gone after the block.

    A large company is kept in a database in `folder`. `features`: see `org.Features`.
    """
    with tempfile.TemporaryDirectory(prefix="salesforce-face-") as held:
        command = [
            sys.executable,
            "-m",
            "connectors.sandbox.salesforce_face",
            "--people",
            str(people),
            "--seed",
            str(seed),
        ]
        command += ["--timezone", timezone, "--ends-on", ends_on.isoformat(), "--at", at.isoformat(), "--folder", held]
        command += ["--features", json.dumps(features or {})]
        if folder is not None:
            command += ["--database", str(folder / "company.duckdb")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
        try:
            assert process.stdout is not None  # noqa: S101
            line = process.stdout.readline().strip()
            if not line.startswith("{"):
                raise RuntimeError("the simulated org did not start")
            said = json.loads(line)
            paths = {k: Path(said[k]) for k in ("ca_file", "private_key_file")}
            yield Served(**(said | paths))
        finally:
            process.terminate()
            process.wait(20)
            if process.stdout is not None:
                process.stdout.close()


__all__ = ["Doors", "Served", "served", "served_here"]
