"""What every table's asset has in common: key, documentation, checks and what it reports of a build.

Here: from a Table to the parts of a Dagster asset. Not here: any asset.
"""

import hashlib
import warnings
from collections.abc import Iterable
from typing import Any

import dagster as dg
import sqlglot

from pipelines.account_run import ACCOUNTS
from pipelines.table import Table
from pipelines.warehouse import CheckOutcome

# Partitions of a check are a preview; without them a check's state would be that of the account that ran last.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

OWNER = "team:revops"

# Schemas that belong to one source stand in one group with it.
GROUPS = {"raw_files": "files", "raw_hubspot": "hubspot"}


def asset_key(key: str) -> dg.AssetKey:
    """The asset of the table `schema.table`."""
    return dg.AssetKey(key.split("."))


def asset_spec(table: Table, kinds: Iterable[str], deps: Iterable[dg.AssetKey] = ()) -> dg.AssetSpec:
    """The asset of a table: what it means, its columns, its SQL, what it reads."""
    return dg.AssetSpec(
        key=asset_key(table.key),
        deps=[*deps, *(asset_key(r) for r in table.reads if r != table.key)],
        description=_description(table),
        metadata={
            "dagster/column_schema": dg.TableSchema([_column(c) for c in table.columns]),
            "dagster/table_name": table.key,
        },
        group_name=GROUPS.get(table.schema, table.schema),
        code_version=_code_version(table),
        kinds=set(kinds),
        owners=[OWNER],
        partitions_def=ACCOUNTS,
    )


def _column(column: Any) -> dg.TableColumn:
    source = f" ← {', '.join(column.sources)}" if column.sources else ""
    return dg.TableColumn(column.name, column.type, description=f"{column.description}{source}")


def _description(table: Table) -> str:
    said = table.description
    if table.grain:
        said += f"\n\nOne row for each {', '.join(table.grain)}."
    if table.sql:
        said += f"\n\n```sql\n{table.sql}\n```"
    elif table.function is not None:
        said += f"\n\nMade by `{table.function.__module__}.{table.function.__name__}`."
    return said


def _code_version(table: Table) -> str | None:
    if table.sql is None:
        return None
    # A comment or white space makes no new version.
    plain = sqlglot.parse_one(table.sql, dialect="duckdb").sql("duckdb", comments=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """A blocking check for the table's grain and for each of its conditions."""
    named = [("grain", f"One row for each {', '.join(table.grain)}.")] if table.grain else []
    named += [(c.name, f"Every row meets `{c.condition}`.") for c in table.checks]
    return [
        dg.AssetCheckSpec(name, asset=asset_key(table.key), description=said, blocking=True, partitions_def=ACCOUNTS)
        for name, said in named
    ]


def built(table: Table, rows: int, outcomes: Iterable[CheckOutcome] = ()) -> dg.MaterializeResult[Any]:
    """What the asset reports: its rows, and how it fared at its checks."""
    return dg.MaterializeResult(
        asset_key=asset_key(table.key),
        metadata={"dagster/row_count": rows},
        check_results=[
            dg.AssetCheckResult(
                passed=outcome.broken_rows == 0,
                check_name=outcome.name,
                asset_key=asset_key(table.key),
                metadata={"condition": outcome.condition, "broken_rows": outcome.broken_rows},
                description=None
                if outcome.broken_rows == 0
                else f"{outcome.broken_rows:,} rows of {table.key} break: {outcome.condition}",
            )
            for outcome in outcomes
        ],
    )
