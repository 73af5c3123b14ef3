"""The terminal: one console, wide enough for a table where the output goes to a file."""

import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def console(to_stderr: bool = False, width: int | None = None) -> Console:
    """A console on standard output or error, `width` columns wide where given.

    Without a terminal it has no colours, and a fixed width.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    if width is None and not stream.isatty():
        width = WIDTH_OF_A_FILE
    return Console(stderr=to_stderr, width=width, highlight=False, soft_wrap=False)
