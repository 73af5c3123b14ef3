"""Where the project, the account files and an account's results lie.

Here: paths and the environment that moves them. Not here: what the files hold.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SQL = PROJECT / "sql"
SHIPPED_ACCOUNTS = PROJECT / "accounts" / "sandbox"


def accounts_folder() -> Path:
    """The folder of the user's account files: SLA_ACCOUNTS, else accounts/ of the project."""
    return Path(os.environ.get("SLA_ACCOUNTS") or PROJECT / "accounts")


def data_folder() -> Path:
    """The folder of all results: SLA_DATA, else data/ of the project."""
    return Path(os.environ.get("SLA_DATA") or PROJECT / "data")


def account_files() -> dict[str, Path]:
    """The account files in force, by account name, in name order.

    Those of the accounts folder; the shipped sandbox's while the project's own folder has none.
    """
    found = _files_in(accounts_folder())
    if not found and accounts_folder() == PROJECT / "accounts":
        return _files_in(SHIPPED_ACCOUNTS)
    return found


def is_shipped(file: Path) -> bool:
    """Whether an account file came with the product."""
    return file.parent == SHIPPED_ACCOUNTS


def shown(path: Path) -> str:
    """A path as people read it: relative to where they are, or else to the project, where it lies within."""
    started_in = Path(os.environ.get("PWD", PROJECT))
    for base in (started_in, PROJECT):
        if path.is_relative_to(base):
            return str(path.relative_to(base))
    return str(path)


def _files_in(folder: Path) -> dict[str, Path]:
    files = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    # Editors and systems keep hidden files of their own beside the one they work on.
    return {file.stem: file for file in files if not file.name.startswith(".")}


@dataclass(frozen=True)
class AccountFolder:
    """The files of one account's results."""

    account: str

    @property
    def root(self) -> Path:
        """The folder itself; it may not exist yet."""
        return data_folder() / self.account

    @property
    def warehouse(self) -> Path:
        """The pipeline's own database; nobody else opens it."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The database RevOps opens."""
        return self.root / "reporting.duckdb"

    @property
    def report(self) -> Path:
        """The page RevOps reads."""
        return self.root / "report.html"

    @property
    def alerts(self) -> Path:
        """Which messages were sent."""
        return self.root / "alerts.json"

    @property
    def zone(self) -> Path:
        """The CRM's own time zone, as the last night found it."""
        return self.root / ".zone"

    @property
    def landing(self) -> Path:
        """Where files wait between the source and the warehouse."""
        return self.root / "landing"

    @property
    def lock(self) -> Path:
        """Held by the run in progress."""
        return self.root / ".lock"

    @property
    def log(self) -> Path:
        """What the runs logged."""
        return self.root / "run.log"
