"""The tables of sql/, kept beside Python's compiled modules: to analyse the files takes half of a start.

Here: keeping them, until a file or what analyses it changes. Not here: the analysis (`sql_tables`).
"""

import hashlib
import importlib.util
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipelines.table import Table

KEPT = TypeAdapter(list[Table])
ANALYSES = ("sql_tables.py", "sql_files.py", "sql_lint.py", "table.py", "warehouse.py")
LIBRARIES = ("duckdb", "sqlglot")


def kept_sql_tables(folder: Path, declared: dict[str, Table], keeps: bool = True) -> dict[str, Table]:
    """The files of `folder` as tables, as they were kept, else analysed now and kept.

    Where they are not to be kept, or nothing can be written, they are analysed each time. Raises SqlFileError for a
    file that is not one documented, portable SELECT over tables there are.
    """
    file = _place(folder, declared)
    found = _kept(file)
    if found is None:
        # Here, for the parser is slow to load.
        from pipelines.sql_tables import sql_tables

        found = sql_tables(folder, declared)
        if keeps:
            _keep(file, found)
    return found


def _kept(file: Path) -> dict[str, Table] | None:
    try:
        return {t.key: t for t in KEPT.validate_json(file.read_bytes())}
    except (OSError, ValidationError):
        return None


def _place(folder: Path, declared: Mapping[str, Table]) -> Path:
    """Beside this module's compiled form, named after all that the analysis depends on."""
    compiled = Path(importlib.util.cache_from_source(__file__))
    return compiled.with_name(f"sql_tables-{_state(folder, declared)}.json")


def _state(folder: Path, declared: Mapping[str, Table]) -> str:
    state = hashlib.sha256()
    for file in sorted(folder.glob("*/*.sql")):
        state.update(f"{file.parent.name}/{file.name}\n".encode() + file.read_bytes())
    for name in ANALYSES:
        state.update(Path(__file__).with_name(name).read_bytes())
    state.update(repr([(key, declared[key].columns) for key in sorted(declared)]).encode())
    state.update(repr([version(library) for library in LIBRARIES]).encode())
    return state.hexdigest()[:20]


def _keep(file: Path, tables: Mapping[str, Table]) -> None:
    written = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(KEPT.dump_json(list(tables.values()), exclude={"__all__": {"function"}}))
        written.replace(file)
        for earlier in set(file.parent.glob("sql_tables-*")) - {file}:
            earlier.unlink(missing_ok=True)
