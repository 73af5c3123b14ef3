"""What the rail knows of a table: name, columns, grain, checks, and what it is made from.

Here: the value, and how a dataclass in models/ or connectors/ becomes one. Not here: SQL files (`sql_files`).
"""

import graphlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.table import columns_of


class SqlFileError(Exception):
    """A file in sql/ is not what the rail can run; the message names the file and the remedy."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    description: str
    sources: tuple[str, ...] = ()
    """`schema.table.column` of what it is made from"""


@dataclass(frozen=True)
class Check:
    """A condition that every row meets; a row for which it is NULL passes, as in SQL."""

    name: str
    condition: str


@dataclass(frozen=True)
class Plot:
    """A figure of a table's night that the UI plots over the nights: one aggregate, or one for each group."""

    name: str
    value: str
    """an aggregate"""
    by: str | None = None
    """what the figure is split by; NULL groups are left out"""


@dataclass(frozen=True)
class Table:
    """A table of the warehouse."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    grain: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    plots: tuple[Plot, ...] = ()
    reads: tuple[str, ...] = ()
    """keys of the tables it is made from"""
    sql: str | None = None
    """the SELECT, where it is made by one"""
    code_version: str | None = None
    """of the SELECT; comments and white space make no new one"""
    function: Callable[..., Any] | None = field(default=None, compare=False)
    """the function of models/ that makes its rows, where one does"""

    @property
    def key(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.name}"

    @property
    def is_nightly(self) -> bool:
        """Whether it keeps the rows of every night."""
        return any(c.name == "as_of" for c in self.columns) and self.key not in ("settings.night", "reporting.runs")


def ordered(graph: dict[str, set[str]]) -> list[str]:
    """Each key after those it reads. Raises SqlFileError where some read each other."""
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as e:
        raise SqlFileError(f"{' ← '.join(e.args[1])}: these tables read each other; break the circle") from None


def check_of(condition: str) -> Check:
    """A check, named after its condition: letters, digits and underscores."""
    words = condition.replace("<=", " at most ").replace(">=", " at least ").replace("<", " below ")
    words = words.replace(">", " above ").replace("=", " is ").replace("-", " minus ").replace("+", " plus ")
    return Check(re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:80], condition)


PLOT = re.compile(r"(?P<name>[A-Za-z ]+?)(?: by (?P<by>[^:]+))?: (?P<value>.+)")


def plot_of(said: str) -> Plot:
    """A plot from `name: aggregate`, or `name by expression: aggregate`; raises ValueError for anything else."""
    parts = PLOT.fullmatch(said)
    if parts is None:
        raise ValueError(f"plot: {said}: is no plot; write it as `name: aggregate` or `name by column: aggregate`")
    return Plot(parts["name"], parts["value"], parts["by"])


def table_of(schema: str, name: str, row: type, function: Callable[..., Any] | None = None) -> Table:
    """The table whose rows are instances of the dataclass `row`, made by `function` where one is given."""
    return Table(
        schema=schema,
        name=name,
        description=inspect.cleandoc(row.__doc__ or ""),
        columns=tuple(Column(*c) for c in columns_of(row)),
        grain=getattr(row, "GRAIN", ()),
        checks=tuple(check_of(c) for c in getattr(row, "CHECKS", ())),
        plots=tuple(plot_of(p) for p in getattr(row, "PLOTS", ())),
        function=function,
    )
