"""Which files a `path` of the settings names: one file, all files of a folder, or a pattern.

Here: finding them. Not here: reading them.
"""

import difflib
import re
from pathlib import Path

from connectors.files.landing import KINDS, kind_of

PATTERN = re.compile(r"[*?\[]")


class NoSuchFilesError(Exception):
    """A path names no file that can be read; the message says what is wrong and what to do."""


def files_of(given: str, folder: Path) -> list[Path]:
    """The files that `given` names, relative to `folder`, in the order of their names.

    Raises NoSuchFilesError.
    """
    path = Path(folder, Path(given).expanduser())
    if path.is_dir():
        found = sorted(f for f in path.iterdir() if f.is_file() and not _is_hidden(f) and kind_of(f) in KINDS)
        if not found:
            raise NoSuchFilesError(f"the folder {given} holds no export; put CSV, Excel, Parquet or JSON files into it")
        return found
    if path.is_file():
        if kind_of(path) not in KINDS:
            raise NoSuchFilesError(f"{given} is of no known kind; use .csv, .xlsx, .parquet, .json or .ndjson")
        return [path]
    if PATTERN.search(given):
        anchor = Path(path.anchor)
        found = sorted(f for f in anchor.glob(str(path.relative_to(anchor))) if f.is_file() and not _is_hidden(f))
        if not found:
            raise NoSuchFilesError(f"no file matches {given}; correct the pattern, or put the files there")
        other = [f.name for f in found if kind_of(f) not in KINDS]
        if other:
            raise NoSuchFilesError(f"{other[0]} is of no known kind; let the pattern end in .csv, .xlsx or .parquet")
        return found
    raise NoSuchFilesError(f"{given} does not exist; {_remedy(path)}")


def _is_hidden(file: Path) -> bool:
    # Excel keeps a ~$ file beside a workbook that is open.
    return file.name.startswith((".", "~$"))


def _remedy(path: Path) -> str:
    if path.parent.is_dir():
        near = difflib.get_close_matches(
            path.name, [f.name for f in path.parent.iterdir() if not _is_hidden(f)], n=1, cutoff=0.8
        )
        if near:
            return f"did you mean {near[0]}?"
        return "name a file, a folder or a pattern, relative to the account file"
    return f"there is no folder {path.parent.name} either; name a file relative to the account file"
