"""A file in sql/ as a table: its header, its columns' comments, what it reads, where each column comes from.

Here: reading one file. Not here: all of them together (`sql_tables`), or running them (`warehouse`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.lineage import Node, lineage

from pipelines.table import Check, Column, Plot, SqlFileError, check_of, plot_of

DIALECT = "duckdb"
TRAILING_COMMENT = re.compile(r"^(?P<code>.*?\S)\s*--\s*(?P<comment>.+)$")
# The grain of a table that has no more than one.
ONE_ROW = "one row"
LAST_NAME = re.compile(r'(?P<name>\w+)"?\s*,?\s*$')


@dataclass(frozen=True)
class SqlFile:
    """One SELECT and what its comments say."""

    schema: str
    name: str
    sql: str
    description: str
    grain: tuple[str, ...]
    checks: tuple[Check, ...]
    plots: tuple[Plot, ...]
    comments: Mapping[str, str]
    """column → what it means"""
    reads: tuple[str, ...]
    """`schema.table` of what it reads, in name order; never itself"""
    reads_itself: bool
    """whether it reads its own earlier nights"""
    tree: exp.Expr

    @property
    def key(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.name}"

    @property
    def code_version(self) -> str:
        """Of the SELECT; a comment or white space makes no new one."""
        plain = self.tree.sql(DIALECT, comments=False)
        return hashlib.sha256(plain.encode()).hexdigest()[:12]

    @property
    def path(self) -> str:
        """The file, as messages name it."""
        return f"sql/{self.schema}/{self.name}.sql"


def read_sql_file(path: Path) -> SqlFile:
    """The file as a table named after it, in the schema named after its folder.

    Raises SqlFileError where it is not one SELECT over tables named `schema.table`.
    """
    text = path.read_text(encoding="utf-8")
    schema, name = path.parent.name, path.stem
    where = f"sql/{schema}/{path.name}"
    try:
        trees = sqlglot.parse(text, dialect=DIALECT)
    except SqlglotError as e:
        raise SqlFileError(f"{where}: {_said(e)}") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise SqlFileError(f"{where}: holds more or less than one SELECT; put each table into its own file")
    try:
        description, grain, checks, plots = _header(text)
    except ValueError as e:
        raise SqlFileError(f"{where}: {e}") from None
    if not description:
        raise SqlFileError(f"{where}: does not say what it holds; begin it with a comment")
    if grain is None:
        raise SqlFileError(
            f"{where}: does not say what one row is; add `-- grain: column, column` or `-- grain: {ONE_ROW}`"
        )
    own = f"{schema}.{name}"
    reads = _reads(trees[0], where)
    return SqlFile(
        schema=schema,
        name=name,
        sql=text.rstrip().rstrip(";"),
        description=description,
        grain=grain,
        checks=checks,
        plots=plots,
        comments=_column_comments(text),
        reads=tuple(sorted(reads - {own})),
        reads_itself=own in reads,
        tree=trees[0],
    )


def _said(error: SqlglotError) -> str:
    """What is wrong, where, and the line it is in; the parser's own words are many lines, marked for a terminal."""
    found = error.errors[0] if isinstance(error, ParseError) and error.errors else None
    if found is None:
        return str(error).splitlines()[0]
    before, at, after = (str(found[part] or "") for part in ("start_context", "highlight", "end_context"))
    line = before.rpartition("\n")[2] + at + after.partition("\n")[0]
    return f"line {found['line']}: {found['description']}: {line.strip()}"


def _header(text: str) -> tuple[str, tuple[str, ...] | None, tuple[Check, ...], tuple[Plot, ...]]:
    described, checks, plots = [], [], []
    grain: tuple[str, ...] | None = None
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        said = line[2:].strip()
        if said.startswith("grain:"):
            given = said.removeprefix("grain:").strip()
            grain = () if given == ONE_ROW else tuple(c.strip() for c in given.split(","))
        elif said.startswith("check:"):
            checks.append(check_of(said.removeprefix("check:").strip()))
        elif said.startswith("plot:"):
            plots.append(plot_of(said.removeprefix("plot:").strip()))
        else:
            described.append(said)
    return "\n".join(described).strip(), grain, tuple(checks), tuple(plots)


def _column_comments(text: str) -> dict[str, str]:
    comments: dict[str, str] = {}
    for line in text.splitlines():
        commented = TRAILING_COMMENT.match(line)
        if commented is None or line.lstrip().startswith("--"):
            continue
        name = LAST_NAME.search(commented["code"])
        if name is not None:
            comments[name["name"]] = commented["comment"].strip()
    return comments


def _reads(tree: exp.Expr, where: str) -> set[str]:
    ctes = {c.alias for c in tree.find_all(exp.CTE)}
    found = set()
    for table in tree.find_all(exp.Table):
        if not table.name or (not table.db and table.name in ctes):
            continue
        if not table.db:
            raise SqlFileError(f"{where}: reads {table.name}; name its schema too, as in funnel.{table.name}")
        found.add(f"{table.db}.{table.name}")
    return found


def described_columns(
    file: SqlFile, bound: list[tuple[str, str]], schema: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> tuple[Column, ...]:
    """The file's columns with types as bound, comments, and the columns each is made from.

    `bound` lists (name, type); `schema` holds the columns of the tables it reads. Raises SqlFileError for a column
    without a comment, so that no table is published undocumented.
    """
    silent = [n for n, _ in bound if n not in file.comments]
    if silent:
        raise SqlFileError(f"{file.path}: {', '.join(silent)} has no comment; say beside it what it means")
    unknown = [c for c in file.grain if c not in file.comments]
    if unknown:
        raise SqlFileError(f"{file.path}: grain: {', '.join(unknown)} is no column of it; name columns of its own")
    try:
        nodes = lineage(None, file.tree, schema=dict(schema), dialect=DIALECT, trim_selects=False)
    except SqlglotError as e:
        raise SqlFileError(f"{file.path}: {_said(e)}") from None
    assert isinstance(nodes, dict)  # noqa: S101
    return tuple(Column(name, kind, file.comments[name], _leaves(nodes.get(name))) for name, kind in bound)


def _leaves(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    found = set()
    for n in node.walk():
        if isinstance(n.source, exp.Table) and not n.downstream and n.source.db:
            found.add(f"{n.source.db}.{n.source.name}.{exp.to_column(n.name).name}")
    return tuple(sorted(found))
