"""Sending the messages of an account: to whom its settings name, each once, whatever is run again.

Here: receivers, and the record of what was sent (`data/NAME/alerts.json`). Not here: the words (models/alert).
Sending never raises: a mail server that is down is no reason for a night to fail.
"""

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from models.alert import Message
from models.settings.account import AccountSettings
from pipelines.environment import own_name, variable
from pipelines.paths import AccountFolder

LOGGER = logging.getLogger("pipelines.alerts")

# Messages remembered as sent; a night has a few.
REMEMBERED = 1000


@dataclass
class _Record:
    """What `alerts.json` holds."""

    to: list[str] = field(default_factory=list)
    """the receivers when the settings were last readable: a broken account file is told to them"""
    language: str = "en"
    sent: list[str] = field(default_factory=list)
    """`night kind receiver`"""


@dataclass(frozen=True)
class Sending:
    """What became of a message."""

    sent: list[str] = field(default_factory=list)
    """variables whose address has it now"""
    before: list[str] = field(default_factory=list)
    """those that had it before"""
    failed: list[str] = field(default_factory=list)
    """a sentence for each that has not"""


def send(account: str, settings: AccountSettings | None, kind: str, night: date, message: Message) -> Sending:
    """Send `message` to each receiver that has none of this kind for this night yet.

    Without settings (the account file is broken) it goes to the receivers last known.
    """
    sending = Sending()
    with _record(AccountFolder(account)) as record:
        if settings is not None:
            record.to, record.language = list(settings.notify.to), settings.language
        for name in record.to:
            key = f"{night} {kind} {name}"
            if key in record.sent:
                sending.before.append(name)
            elif problem := _deliver(account, name, message):
                LOGGER.warning("%s", problem)
                sending.failed.append(problem)
            else:
                record.sent = [*record.sent, key][-REMEMBERED:]
                sending.sent.append(name)
    return sending


def was_sent(account: str, night: date, *kinds: str) -> bool:
    """Whether anybody was told of the night in one of these ways."""
    with _record(AccountFolder(account)) as record:
        return any(key.startswith(tuple(f"{night} {kind} " for kind in kinds)) for key in record.sent)


def last_language(account: str) -> str:
    """The language of the account's messages when its settings were last readable."""
    with _record(AccountFolder(account)) as record:
        return record.language


@contextmanager
def _record(folder: AccountFolder) -> Iterator[_Record]:
    """The account's record, held so that two senders wait for each other; written back when it changed."""
    folder.root.mkdir(parents=True, exist_ok=True)
    with (folder.root / ".alerts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = folder.alerts.read_text(encoding="utf-8") if folder.alerts.exists() else "{}"
        record = _Record()
        with suppress(ValueError, TypeError):
            record = _Record(**json.loads(there))
        try:
            yield record
        finally:
            now = json.dumps(record.__dict__, indent=1)
            if now != there and record != _Record():
                _replace(folder.alerts, now)


def _replace(path: Path, text: str) -> None:
    aside = path.with_suffix(".next")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _deliver(account: str, name: str, message: Message) -> str | None:
    """Hand the message to the address in the variable; returns a sentence where that failed, without the address."""
    found = variable(account, name)
    if found is None:
        return f"notify.to: {name} is not set; put the address into .env as {name} or {own_name(account, name)}."
    # What it logs may hold the address, and with it a password.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    try:
        import apprise

        receiver = apprise.Apprise()
        if not receiver.add(found.value.get_secret_value()):
            return f"notify.to: {found.name} holds no address that can be notified; see docs/alerts.md for its form."
        if receiver.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
            return None
    except Exception as e:
        return f"notify.to: {found.name} could not be notified ({type(e).__name__}); check the address it holds."
    return f"notify.to: {found.name} could not be notified; check the address it holds, and that it is reachable."
