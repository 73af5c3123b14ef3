"""docs/tables.md: every table that people read, written from the tables' own comments.

Run `python -m pipelines.tables_page` after changing a table.
"""

from collections.abc import Iterator

from pipelines.catalog import Catalog, catalog
from pipelines.paths import PROJECT
from pipelines.table import Table

PAGE = PROJECT / "docs" / "tables.md"

INTRODUCTION = """# The tables

Written from the tables' own comments by `python -m pipelines.tables_page`; the same text stands in the database
(`DESCRIBE`, `duckdb_columns()`) and in the Dagster UI.

Columns named `..._at` are UTC instants, dates are days in the account's time zone, rates and shares are fractions
0..1, money is in the account's currency. `as_of` is the day a night speaks for; `segment` NULL is the whole.
"""

SCHEMAS = {
    "reporting": "What is published in `data/NAME/reporting.duckdb`: query these.",
    "funnel": "The canonical funnel, in the pipeline's own `data/NAME/warehouse.duckdb`: what the published tables are "
    "made from.",
}


def tables_page(tables: Catalog) -> str:
    """The page, as Markdown."""
    parts = [INTRODUCTION]
    for schema, said in SCHEMAS.items():
        parts.append(f"## {schema}\n\n{said}\n")
        parts += ["\n".join(_section(t)) for t in sorted(tables.of_schema(schema), key=lambda t: t.name)]
    return "\n".join(parts)


def _section(table: Table) -> Iterator[str]:
    yield f"### {table.name}\n"
    yield f"{table.description}\n"
    if table.grain:
        yield f"One row for each: {', '.join(f'`{c}`' for c in table.grain)}.\n"
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {column.type} | {column.description.replace('|', chr(92) + '|')} |"
    yield ""


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(tables_page(catalog()), encoding="utf-8")
