"""Reading SOQL: the words of a query as a tree.

Here: the grammar, as far as a reader of an org uses it. Not here: which fields there are, or SQL (`asking`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connectors.sandbox.salesforce_face.errors import malformed

TOKENS = re.compile(
    r"""\s*(?:
    (?P<text>'(?:\\.|[^'\\])*')
  | (?P<moment>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}))
  | (?P<day>\d{4}-\d{2}-\d{2})(?![T\d])
  | (?P<number>[+-]?\d+(?:\.\d+)?)
  | (?P<name>[A-Za-z_][\w.]*(?::\d+)?)
  | (?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
AGGREGATES = {"count", "count_distinct", "sum", "avg", "min", "max"}
DAY_WORDS = {"today": (0, 1), "yesterday": (-1, 0), "tomorrow": (1, 2)}


@dataclass(frozen=True)
class Value:
    """A literal: its kind (text, moment, day, number, boolean, null, days) and what it says."""

    kind: str
    said: str


@dataclass(frozen=True)
class Comparison:
    """field operator value(s); a value may be a query of its own."""

    path: str
    operator: str
    values: tuple[Value, ...]
    query: Query | None = None


@dataclass(frozen=True)
class Group:
    """Conditions joined by and / or; or a single one turned round by not."""

    joined_by: str
    parts: tuple[Comparison | Group, ...]


@dataclass(frozen=True)
class Item:
    """One thing selected: a path, or an aggregate of one (path '' is everything)."""

    path: str
    aggregate: str | None = None
    alias: str | None = None


@dataclass(frozen=True)
class Query:
    """A query as it was written."""

    items: tuple[Item, ...]
    entity: str
    where: Comparison | Group | None = None
    group_by: tuple[str, ...] = ()
    order_by: tuple[tuple[str, bool, bool], ...] = ()
    """path, whether descending, whether nulls come last"""
    limit: int | None = None
    offset: int = 0
    all_fields: bool = False
    all_rows: bool = False
    text: str = field(default="", compare=False)

    @property
    def is_count(self) -> bool:
        """SELECT COUNT(): only the number is answered."""
        return self.items == (Item("", "count"),)

    @property
    def is_aggregate(self) -> bool:
        """Whether rows are of the type AggregateResult."""
        return bool(self.group_by) or any(i.aggregate for i in self.items)


def read(text: str) -> Query:
    """The query; raises a `Refusal` MALFORMED_QUERY where Salesforce would."""
    return _Reader(text).query(is_whole=True)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.words, at = text, [], 0
        while text[at:].strip():
            found = TOKENS.match(text, at)
            if not found:
                raise malformed(f"unexpected token: '{text[at:].split()[0]}'")
            self.words.append((str(found.lastgroup), found[found.lastgroup or 0]))
            at = found.end()
        self.at = 0

    def peek(self) -> str:
        """The next word in lower case; '' at the end."""
        return self.words[self.at][1].lower() if self.at < len(self.words) else ""

    def take(self, *expected: str) -> str:
        if self.at >= len(self.words):
            raise malformed("unexpected token: '<EOF>'")
        word = self.words[self.at][1]
        if expected and word.lower() not in expected:
            raise malformed(f"unexpected token: '{word}'")
        self.at += 1
        return word

    def skip(self, *words: str) -> bool:
        """Take the words if they come next."""
        if [w[1].lower() for w in self.words[self.at : self.at + len(words)]] != list(words):
            return False
        self.at += len(words)
        return True

    def name(self) -> str:
        if self.at >= len(self.words) or self.words[self.at][0] != "name":
            raise malformed(f"unexpected token: '{self.peek() or '<EOF>'}'")
        return self.take()

    def query(self, is_whole: bool = False) -> Query:
        self.take("select")
        items, all_fields = [], False
        while True:
            if self.peek() == "(":
                raise malformed("only root queries support aggregate relationships here")
            if self.skip("fields", "("):
                self.take("all", "standard", "custom")
                self.take(")")
                all_fields = True
            else:
                items.append(self.item())
            if not self.skip(","):
                break
        self.take("from")
        entity = self.name()
        if self.peek() not in (
            "",
            ")",
            "where",
            "group",
            "order",
            "limit",
            "offset",
            "all",
            "having",
            "with",
            "for",
            "using",
        ):
            self.name()  # an alias
        where = self.conditions() if self.skip("where") else None
        group_by: list[str] = []
        if self.skip("group", "by"):
            group_by = self.names()
        order_by = []
        if self.skip("order", "by"):
            while True:
                path = self.name()
                down = self.peek() == "desc"
                if self.peek() in ("asc", "desc"):
                    self.take()
                last = down
                if self.skip("nulls"):
                    last = self.take("first", "last").lower() == "last"
                order_by.append((path, down, last))
                if not self.skip(","):
                    break
        limit = int(self.take()) if self.skip("limit") else None
        offset = int(self.take()) if self.skip("offset") else 0
        all_rows = self.skip("all", "rows")
        if is_whole and self.at < len(self.words):
            raise malformed(f"unexpected token: '{self.peek()}'")
        return Query(
            tuple(items),
            entity,
            where,
            tuple(group_by),
            tuple(order_by),
            limit,
            offset,
            all_fields,
            all_rows,
            self.text,
        )

    def names(self) -> list[str]:
        found = [self.name()]
        while self.skip(","):
            found.append(self.name())
        return found

    def item(self) -> Item:
        name = self.name()
        if self.peek() != "(":
            return Item(name)
        self.take("(")
        if name.lower() not in AGGREGATES:
            raise malformed(f"unexpected function: '{name}'")
        path = "" if self.peek() == ")" else self.name()
        self.take(")")
        alias = self.name() if self.peek() not in ("from", ",", "") else None
        return Item(path, name.lower(), alias)

    def conditions(self) -> Comparison | Group:
        parts, joined_by = [self.condition()], ""
        while self.peek() in ("and", "or"):
            word = self.take().lower()
            if joined_by and word != joined_by:
                raise malformed(f"unexpected token: '{word}'")  # and / or mixed without parentheses
            joined_by = word
            parts.append(self.condition())
        return Group(joined_by, tuple(parts)) if joined_by else parts[0]

    def condition(self) -> Comparison | Group:
        if self.skip("not"):
            return Group("not", (self.condition(),))
        if self.skip("("):
            inner = self.conditions()
            self.take(")")
            return inner
        path = self.name()
        if self.skip("not", "in"):
            return self.within(path, "not in")
        operator = self.take("=", "!=", "<>", "<", "<=", ">", ">=", "like", "in").lower()
        if operator == "in":
            return self.within(path, "in")
        return Comparison(path, "!=" if operator == "<>" else operator, (self.value(),))

    def within(self, path: str, operator: str) -> Comparison:
        self.take("(")
        if self.peek() == "select":
            inner = self.query()
            self.take(")")
            return Comparison(path, operator, (), inner)
        values = [self.value()]
        while self.skip(","):
            values.append(self.value())
        self.take(")")
        return Comparison(path, operator, tuple(values))

    def value(self) -> Value:
        if self.at >= len(self.words):
            raise malformed("unexpected token: '<EOF>'")
        kind, word = self.words[self.at]
        self.at += 1
        if kind == "text":
            return Value(
                "text",
                re.sub(
                    r"\\(.)", lambda m: ESCAPES.get(m[1], m[1] if m[1] not in "%_" else m[0]), word[1:-1], flags=re.S
                ),
            )
        if kind in ("moment", "day", "number"):
            return Value(kind, word)
        low = word.lower()
        if low in ("true", "false"):
            return Value("boolean", low)
        if low == "null":
            return Value("null", low)
        if low in DAY_WORDS or re.fullmatch(r"(last|next)_n_days:\d+", low):
            return Value("days", low)
        raise malformed(f"unexpected token: '{word}'")
