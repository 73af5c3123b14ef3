"""Account files that were read before and have not changed are not read again: two hundred take seconds.

Here: the memory of a process that lives on, such as the one behind the schedule. A run reads its file itself.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

from models.settings.account import AccountSettings
from models.settings.read import SettingsError, read_settings
from pipelines.paths import AccountFolder

# File → its time and size, and what it said; None: it could not be used.
_known: dict[Path, tuple[tuple[int, int], AccountSettings | None]] = {}


def known_settings(file: Path) -> AccountSettings | None:
    """The settings in `file` as it is now; None where it cannot be used.

    Where they name no time zone, that of the last night stands in: the CRM's own.
    """
    try:
        said = file.stat()
    except OSError:
        return None
    state = (said.st_mtime_ns, said.st_size)
    known = _known.get(file)
    if known is None or known[0] != state:
        try:
            settings = read_settings(file)
        except SettingsError:
            settings = None
        known = _known[file] = (state, settings)
    settings = known[1]
    if settings is not None and settings.timezone is None:
        return settings.model_copy(update={"timezone": _zone_of_last_night(file.stem)})
    return settings


def _zone_of_last_night(account: str) -> str | None:
    try:
        zone = AccountFolder(account).zone.read_text(encoding="utf-8").strip()
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        return None
    return zone
