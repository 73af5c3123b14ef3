"""How a dataclass declares a table: one field a column, `Annotated[type, "description"]`.

Here: reading such a declaration. Not here: any table of its own, or the SQL types' engine.
"""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

SQL_TYPES: dict[type, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    Decimal: "DECIMAL(18,2)",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP",
}


def columns_of(row: type) -> list[tuple[str, str, str]]:
    """The columns of the table that the dataclass `row` declares: (name, SQL type, description).

    Raises TypeError for a field without a description or of a type that no column can hold,
    so that a table can never be published undocumented.
    """
    if not is_dataclass(row):
        raise TypeError(f"{row.__name__} is not a dataclass")
    hints = get_type_hints(row, include_extras=True)
    return [(f.name, *_column(row.__name__, f.name, hints[f.name])) for f in fields(row)]


def _column(table: str, name: str, hint: Any) -> tuple[str, str]:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{table}.{name} has no description")
    kind, description = get_args(hint)[:2]
    if get_origin(kind) in (Union, UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
    kind = get_origin(kind) or kind
    if kind not in SQL_TYPES:
        raise TypeError(f"{table}.{name}: no column holds a {kind}")
    return SQL_TYPES[kind], description
