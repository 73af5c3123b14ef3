"""What `sla init` asks where nobody said it: one question a figure, each with a default to take.

Here: questions on a terminal, and the sentence where there is none. Not here: what is done with the answers (`init`).
"""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import click

from pipelines.commands.choices import BadInput, Day, Number

POSITIVE = Number(min=0, min_open=True)


class Questions:
    """Asks on the terminal, or collects what is missing where nobody can be asked.

    With `is_silent` the default is taken, and what has none is missing: `refuse_missing` names all of it at once.
    """

    def __init__(self, is_silent: bool) -> None:
        if not is_silent and not there_is_a_terminal():
            raise BadInput("There is no terminal to ask on: add --yes, and name account, source and target.")
        self.is_silent = is_silent
        self.missing: list[str] = []

    def text(self, given: str | None, option: str, question: str, default: str | None = None) -> str:
        """A word; "" where it is missing."""
        return str(self._ask(given, option, question, default, str) or "")

    def one_of(self, given: str | None, option: str, question: str, choice: Sequence[str], default: str | None) -> str:
        """One of a few words."""
        kind = click.Choice(list(choice))
        return str(self._ask(given, option, f"{question} ({', '.join(choice)})", default, _converted(kind)) or "")

    def number(
        self, given: float | None, option: str, question: str, default: float | None = None, kind: Number = POSITIVE
    ) -> float:
        """A number of a kind; 0 where it is missing."""
        shown = None if default is None else f"{default:g}"
        return float(self._ask(given, option, question, shown, _converted(kind)) or 0)

    def day(self, given: date | None, option: str, question: str, default: date) -> date:
        """A day."""
        found: date = self._ask(given, option, question, default.isoformat(), _day)
        return found

    def yes(self, question: str) -> bool:
        """Whether somebody says yes; nobody does where nobody is asked."""
        return False if self.is_silent else click.confirm(question, default=False, err=True)

    def refuse_missing(self) -> None:
        """Raise BadInput where something was not said."""
        if self.missing:
            raise BadInput(f"--yes asks nothing, so this is missing: {', '.join(self.missing)}.")

    def _ask(self, given: Any, option: str, question: str, default: str | None, convert: Callable[[str], Any]) -> Any:
        if given is not None:
            return given
        if self.is_silent:
            if default is None:
                self.missing.append(option)
                return None
            return convert(default)
        return click.prompt(question, default=default, value_proc=convert, err=True)


def there_is_a_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin.isatty()


def _converted(kind: click.ParamType) -> Callable[[str], Any]:
    return lambda text: kind.convert(text.replace(",", "") if isinstance(kind, Number) else text, None, None)


def _day(text: str) -> date:
    try:
        return Day().convert(text, None, None)
    except BadInput:
        raise click.UsageError(f"{text} is not a day of the calendar; write it as YYYY-MM-DD") from None
