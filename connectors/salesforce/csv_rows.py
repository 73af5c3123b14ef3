"""How many rows a CSV has, counted while it passes by in pieces.

Here: the counting. Not here: reading values (the database does that).
"""

import numpy as np

QUOTE, NEWLINE = ord('"'), ord("\n")


class RowCounter:
    """Ends of lines outside quotes: a quoted value may hold line breaks, and `""` for a quote of its own."""

    def __init__(self) -> None:
        self.rows = 0
        self._is_open = False
        self._last = NEWLINE
        self._ended = 0

    def add(self, piece: bytes) -> None:
        """Count a further piece; a last line without an end counts too, once nothing follows it."""
        if not piece:
            return
        signs = np.frombuffer(piece, dtype=np.uint8)
        quotes = np.flatnonzero(signs == QUOTE)
        newlines = np.flatnonzero(signs == NEWLINE)
        # Outside where an even number of quotes stands before it.
        before = np.searchsorted(quotes, newlines) + self._is_open
        self._ended += int(np.count_nonzero(before % 2 == 0))
        self._is_open = bool((len(quotes) + self._is_open) % 2)
        self._last = piece[-1]
        self.rows = self._ended + (self._last != NEWLINE or self._is_open)
