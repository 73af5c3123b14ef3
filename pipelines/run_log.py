"""Logging of a run: one logger for all that the project says, and an account's own run.log.

Here: handlers and levels. Not here: what is logged.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOGGER = logging.getLogger("pipelines")

# They log whole requests and bodies below WARNING.
NOISY = ("hubspot", "urllib3", "requests", "simple_salesforce", "sqlglot")


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Write what the project logs to `path` as well, in UTC, for the time of the block; rotated at 1 MB."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.setLevel(logging.INFO)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
        handler.close()
