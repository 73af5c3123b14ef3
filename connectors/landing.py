"""Landing files of one stream: newline JSON or CSV, complete or not there, with a manifest of what each one covers.

Here: writing them, and what is there after a kill. Not here: reading a CRM, or loading a database.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

MANIFEST = "manifest.ndjson"


class Landing:
    """A folder of landing files; safe to write from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for part in folder.glob("*.part"):
            part.unlink()
        self._entries = self._read_manifest()
        listed = {e["file"] for e in self._entries if "file" in e}
        for file in folder.iterdir():
            # Renamed, but killed before its manifest line: nobody knows what it covers.
            if file.name != MANIFEST and file.name not in listed:
                file.unlink()
        self._number = len(self._entries)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The manifest's lines, in the order they were written."""
        with self._lock:
            return list(self._entries)

    def files(self, kind: str) -> list[str]:
        """The paths of the complete files of a kind."""
        return [str(self.folder / e["file"]) for e in self.entries if e.get("kind") == kind and "file" in e]

    def note(self, **facts: Any) -> None:
        """A manifest line without a file."""
        with self._lock:
            self._append(facts)

    def write(self, kind: str, records: Iterable[Any], **covers: Any) -> None:
        """One file of records, and the manifest line that says what it covers."""
        with self.file(kind, "ndjson") as (out, told):
            for record in records:
                out.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            told |= covers

    @contextmanager
    def file(self, kind: str, suffix: str) -> Iterator[tuple[BinaryIO, dict[str, Any]]]:
        """A file to write within the block, and a mapping to be filled with what its manifest line is to say.

        It is there once the block ends; after an exception there is nothing of it.
        """
        with self._lock:
            self._number += 1
            name = f"{kind}-{self._number:06d}.{suffix}"
        part = self.folder / f"{name}.part"
        told: dict[str, Any] = {}
        try:
            with part.open("w+b") as out:
                yield out, told
            part.rename(self.folder / name)
        finally:
            part.unlink(missing_ok=True)
        with self._lock:
            self._append({"file": name, "kind": kind, **told})

    def clear(self) -> None:
        """Remove every file: they are loaded, or no longer wanted."""
        with self._lock:
            # The manifest first: files without it are nobody's.
            (self.folder / MANIFEST).unlink(missing_ok=True)
            for file in self.folder.iterdir():
                file.unlink()
            self._entries = []

    def _append(self, entry: dict[str, Any]) -> None:
        with (self.folder / MANIFEST).open("ab") as out:
            out.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
            out.flush()
            os.fsync(out.fileno())
        self._entries.append(entry)

    def _read_manifest(self) -> list[dict[str, Any]]:
        file = self.folder / MANIFEST
        if not file.exists():
            return []
        found = []
        whole = 0
        for line in file.read_bytes().splitlines(keepends=True):
            try:
                found.append(orjson.loads(line))
            except orjson.JSONDecodeError:
                break  # the line that was being written at the kill
            whole += len(line)
        with file.open("ab") as out:
            out.truncate(whole)
        return found
