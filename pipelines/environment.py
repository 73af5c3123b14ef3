"""What an account takes from the environment: secrets and addresses, its own name's before everyone's.

Here: the lookup. Not here: what a value is for. A secret is held as one, so that no log shows it by accident.
"""

import os
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True)
class Variable:
    """A variable of the environment that was found, and its name for messages."""

    name: str
    value: SecretStr


def own_name(account: str, name: str) -> str:
    """The account's own variable: ACME__HUBSPOT_ACCESS_TOKEN for the account acme."""
    return f"{account.upper().replace('-', '_')}__{name}"


def variable(account: str, name: str) -> Variable | None:
    """The account's own variable, else the bare one; blank is none."""
    for candidate in (own_name(account, name), name):
        value = os.environ.get(candidate, "").strip()
        if value:
            return Variable(candidate, SecretStr(value))
    return None
