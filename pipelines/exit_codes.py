"""How a command ends, as the README promises it."""

FAILED, BAD_INPUT, MISSED, INTERRUPTED = 1, 2, 3, 130
