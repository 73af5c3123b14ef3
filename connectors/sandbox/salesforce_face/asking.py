"""From SOQL to DuckDB: which rows a query means, and each row as the API writes it, JSON or CSV.

Here: fields, relationships, filters, the text of a row. Not here: reading SOQL (`soql`), pages (`cursors`, `bulk`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.sandbox.salesforce_face.errors import Refusal, malformed, no_such_column, no_such_object
from connectors.sandbox.salesforce_face.filters import days, literal
from connectors.sandbox.salesforce_face.org import Field, Org
from connectors.sandbox.salesforce_face.soql import Comparison, Group, Item, Query

# Only sorted and shown, never filtered or grouped.
NOT_FILTERED = {(o, f) for o in ("LeadHistory", "OpportunityFieldHistory") for f in ("OldValue", "NewValue")}


@dataclass
class Asked:
    """A query understood: SQL for its rows, and for each row's text."""

    org: Org
    query: Query
    entity: str
    include_deleted: bool
    objects: list[str] = field(default_factory=list)
    joins: dict[str, tuple[str, str]] = field(default_factory=dict)
    """path of relationships → alias of its table, and the join"""

    @property
    def tables(self) -> str:
        """FROM and its joins."""
        return f'org."{self.entity}" as t ' + " ".join(j for _, j in self.joins.values())

    def rows_sql(self) -> str:
        """SELECT of the row numbers that are meant, in order."""
        # Salesforce promises no order without ORDER BY; this face tells in that of the ids.
        order = ", ".join(self._order()) or "t.rowid"
        limit = "" if self.query.limit is None else f" limit {self.query.limit}"
        offset = f" offset {self.query.offset}" if self.query.offset else ""
        where = self.where_sql()
        return f"select t.rowid from {self.tables} where {where} order by {order}{limit}{offset}"

    def where_sql(self) -> str:
        """The condition, deleted and archived rows left out unless they were asked for."""
        conditions = [] if self.query.where is None else [f"({self._condition(self.query.where)})"]
        if not (self.include_deleted or self.query.all_rows):
            have = self.org.fields(self.entity)
            conditions += [f't."{n}" = false' for n in ("IsDeleted", "IsArchived") if n.lower() in have]
        return " and ".join(conditions) or "true"

    def paths(self) -> list[str]:
        """The paths selected, as the fields are spelt."""
        return [self._spelt(i.path) for i in self.query.items]

    def json_sql(self, version: str) -> str:
        """An expression: the row as JSON text."""
        tree: dict[str, object] = {}
        for path in self.paths():
            *parts, name = path.split(".")
            node = tree
            for part in parts:
                node = node.setdefault(part, {})  # type: ignore[assignment]
            node[name] = path
        return f"cast(to_json({self._struct(tree, '', version)}) as varchar)"

    def csv_sql(self) -> str:
        """An expression: the row as a line of CSV, every value quoted, its end included."""
        cells = []
        for path in self.paths():
            column, found = self._column(path)
            if found.type in ("string", "picklist", "email"):
                cells.append(f"replace(coalesce({column}, ''), '\"', '\"\"')")
            elif found.type == "datetime":
                cells.append(f"coalesce(strftime({column}, '%Y-%m-%dT%H:%M:%S.000Z'), '')")
            else:
                cells.append(f"coalesce(cast({column} as varchar), '')")
        joined = " || '\",\"' || ".join(cells)
        return f"'\"' || {joined} || '\"' || chr(10)"

    def aggregate_sql(self) -> tuple[str, list[str]]:
        """SELECT of the groups and the names of its columns."""
        columns, names, unnamed = [], [], 0
        for item in self.query.items:
            if item.aggregate:
                columns.append(self._aggregate(item))
                names.append(item.alias or f"expr{unnamed}")
                unnamed += item.alias is None
            else:
                if item.path.lower() not in [g.lower() for g in self.query.group_by]:
                    raise malformed(f"Field must be grouped or aggregated: {item.path}")
                column, found = self._column(item.path)
                if found.type == "datetime":
                    raise malformed(f"field '{item.path}' can not be grouped in a query call")
                columns.append(column)
                names.append(found.name)
        group = ", ".join(self._column(g)[0] for g in self.query.group_by)
        where = self.where_sql()
        sql = f"select {', '.join(columns)} from {self.tables} where {where}"
        sql += f" group by {group} order by {group}" if group else ""
        if self.query.limit is not None:
            sql += f" limit {self.query.limit}"
        return sql, names

    def _aggregate(self, item: Item) -> str:
        if not item.path:
            return "count(*)"
        column = self._column(item.path)[0]
        if item.aggregate == "count_distinct":
            return f"count(distinct {column})"
        return f"{item.aggregate}({column})"

    def _order(self) -> list[str]:
        return [
            f"{self._column(p)[0]}{' desc' if down else ''} nulls {'last' if last else 'first'}"
            for p, down, last in self.query.order_by
        ]

    def _struct(self, tree: dict[str, object], prefix: str, version: str) -> str:
        alias, entity = self._table(prefix)
        kind, where = entity, f"'{entity}'"
        if entity in ("Name", "Who"):
            kind, where = "Name", f"case {alias}.\"Type\" when 'Queue' then 'Group' else {alias}.\"Type\" end"
        url = f"'/services/data/v{version}/sobjects/' || {where} || '/' || {alias}.\"Id\""
        cells = [f"'attributes': {{'type': '{kind}', 'url': {url}}}"]
        for name, below in tree.items():
            if isinstance(below, dict):
                path = f"{prefix}.{name}".lstrip(".")
                inner = self._struct(below, path, version)
                cells.append(f"'{name}': case when {self._table(path)[0]}.\"Id\" is not null then {inner} end")
            else:
                column, found = self._column(str(below))
                cells.append(
                    f"'{name}': "
                    + (f"strftime({column}, '%Y-%m-%dT%H:%M:%S.000+0000')" if found.type == "datetime" else column)
                )
        return "{" + ", ".join(cells) + "}"

    def _spelt(self, path: str) -> str:
        prefix, found = self._walk(path)
        return f"{prefix}.{found.name}".lstrip(".")

    def _column(self, path: str) -> tuple[str, Field]:
        prefix, found = self._walk(path)
        return f'{self._table(prefix)[0]}."{found.name}"', found

    def _table(self, prefix: str) -> tuple[str, str]:
        """The alias and the object behind a path of relationships."""
        if not prefix:
            return "t", self.entity
        alias, _ = self.joins[prefix]
        entity = self.entity
        for part in prefix.split("."):
            _, entity = self._step(entity, part)
        return alias, entity

    def _step(self, entity: str, part: str) -> tuple[Field, str]:
        for found in self.org.fields(entity).values():
            if found.relationship and found.relationship.lower() == part.lower():
                target = found.targets[0]
                if found.is_polymorphic:
                    target = "Name" if "User" in found.targets else "Who"
                elif target not in self.org.objects():
                    break
                return found, target
        raise Refusal(
            400,
            "INVALID_FIELD",
            f"Didn't understand relationship '{part}' in field path. If you are attempting to use a custom "
            "relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL "
            "or the describe call for the appropriate names.",
        )

    def _walk(self, path: str) -> tuple[str, Field]:
        *parts, name = path.split(".")
        if parts and parts[0].lower() == self.entity.lower():
            parts = parts[1:]
        entity, prefix, alias = self.entity, "", "t"
        for part in parts:
            found, target = self._step(entity, part)
            prefix = f"{prefix}.{found.relationship}".lstrip(".")
            if prefix not in self.joins:
                joined = f"j{len(self.joins)}"
                self.joins[prefix] = (
                    joined,
                    f'left join org."{target}" as {joined} on {joined}."Id" = {alias}."{found.name}"',
                )
                self.objects.append(target)
            alias, entity = self.joins[prefix][0], target
        column = self.org.fields(entity).get(name.lower())
        if column is None:
            raise no_such_column(name, entity, f"SELECT {path} FROM {self.entity}")
        return prefix, column

    def _condition(self, given: Comparison | Group) -> str:
        if isinstance(given, Group):
            parts = [f"({self._condition(p)})" for p in given.parts]
            return (
                f"not coalesce({parts[0]}, false)" if given.joined_by == "not" else f" {given.joined_by} ".join(parts)
            )
        column, found = self._column(given.path)
        if (self.entity, found.name) in NOT_FILTERED:
            raise Refusal(400, "INVALID_FIELD", f"field '{found.name}' can not be filtered in a query call")
        if given.query is not None:
            inner = understood(self.org, given.query, self.include_deleted)
            self.objects += inner.objects
            picked = inner._column(given.query.items[0].path)[0]
            where = f"{inner.where_sql()} and {picked} is not null"
            return f"{column} {given.operator} (select {picked} from {inner.tables} where {where})"
        values = [literal(found, v) for v in given.values]
        if given.operator in ("in", "not in"):
            known = [v for v, g in zip(values, given.values, strict=True) if g.kind != "null"]
            some = f"{self._folded(column, found)} in ({', '.join(known)})" if known else "false"
            if len(known) < len(values):
                some = f"({some} or {column} is null)"
            # What is not in a list may be nothing at all.
            return some if given.operator == "in" else f"not coalesce({some}, false)"
        value, said = given.values[0], values[0]
        if value.kind == "null":
            if given.operator not in ("=", "!="):
                raise malformed(f"invalid operator on null: {given.operator}")
            return f"{column} is {'not ' if given.operator == '!=' else ''}null"
        if value.kind == "days":
            return days(self.org, column, found, given.operator, value.said)
        if given.operator == "like":
            pattern = said.replace("!", "!!").replace("\\%", "!%").replace("\\_", "!_")
            return f"lower({column}) like {pattern} escape '!'"
        if given.operator == "!=":
            return f"{self._folded(column, found)} is distinct from {said}"
        return f"{self._folded(column, found)} {given.operator} {said}"

    def _folded(self, column: str, found: Field) -> str:
        return f"lower({column})" if found.type in ("string", "picklist", "email") else column


def understood(org: Org, query: Query, include_deleted: bool) -> Asked:
    """What a query means in the org; raises a `Refusal` where Salesforce would."""
    entity = org.real_name(query.entity)
    if entity is None:
        raise no_such_object(query.entity)
    if query.offset > 2000:
        raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
    if query.all_fields:
        if query.limit is None or query.limit > 200:
            raise malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
        shown = tuple(Item(f.name) for f in org.fields(entity).values())
        query = Query(shown, query.entity, query.where, (), query.order_by, query.limit, query.offset, text=query.text)
    asked = Asked(org, query, entity, include_deleted, [entity])
    for item in query.items:
        if item.path:
            asked._walk(item.path)
    names = [i.path.lower() for i in query.items if not i.aggregate]
    for name in names:
        if names.count(name) > 1:
            raise malformed(f"duplicate field selected: {name}")
    asked.where_sql()
    asked._order()
    return asked
