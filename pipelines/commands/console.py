"""The terminal: one console, wide enough for a table where the output goes to a file."""

import os
import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def console(to_stderr: bool = False) -> Console:
    """A console on standard output or error; without a terminal it has a fixed width and no colours."""
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_A_FILE
    return Console(stderr=to_stderr, width=width, highlight=False, soft_wrap=False)
