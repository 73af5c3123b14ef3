"""What every table's asset has in common: key, documentation, checks and what it reports of a build.

Here: from a Table to the parts of a Dagster asset. Not here: any asset.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.account_run import ACCOUNTS
from pipelines.row_checks import ROW_CHECKS, Verdict
from pipelines.table import Table
from pipelines.warehouse import CheckOutcome

# Partitions of a check are a preview; without them a check's state would be that of the account that ran last.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

OWNER = "team:revops"

# What a source's step lands, all of it, is one asset: its tables come and go together.
RAW = "raw_"


def asset_key(key: str) -> dg.AssetKey:
    """The asset of the table `schema.table`: its own, or that of all the raw tables of its source."""
    schema = key.split(".")[0]
    return dg.AssetKey([schema] if schema.startswith(RAW) else key.split("."))


def asset_spec(table: Table, kinds: Iterable[str], deps: Iterable[dg.AssetKey] = ()) -> dg.AssetSpec:
    """The asset of a table: what it means, its columns, its SQL, what it reads."""
    return dg.AssetSpec(
        key=asset_key(table.key),
        deps=sorted({*deps, *(asset_key(r) for r in table.reads if r != table.key)}),
        description=_description(table),
        metadata={
            "dagster/column_schema": dg.TableSchema([_column(c) for c in table.columns]),
            "dagster/table_name": table.key,
            **({"sql": dg.MetadataValue.md(f"```sql\n{table.sql}\n```")} if table.sql else {}),
        },
        group_name=table.schema,
        code_version=table.code_version,
        kinds=set(kinds),
        owners=[OWNER],
        partitions_def=ACCOUNTS,
    )


def source_spec(tables: Sequence[Table], kinds: Iterable[str]) -> dg.AssetSpec:
    """The asset of a source: its raw tables, what each means, and their columns as `table.column`."""
    schema = tables[0].schema
    source = schema.removeprefix(RAW)
    meant = "\n".join(f"- `{t.key}`: {t.description}" for t in tables)
    return dg.AssetSpec(
        key=asset_key(schema),
        deps=[asset_key("settings.night")],
        description=f"What `{source}` hands over, as near to the source as the funnel allows:\n\n{meant}",
        metadata={
            "dagster/column_schema": dg.TableSchema([_column(c, f"{t.name}.") for t in tables for c in t.columns])
        },
        group_name=source,
        kinds=set(kinds),
        owners=[OWNER],
        partitions_def=ACCOUNTS,
    )


def _column(column: Any, prefix: str = "") -> dg.TableColumn:
    source = f" ← {', '.join(column.sources)}" if column.sources else ""
    return dg.TableColumn(prefix + column.name, column.type, description=f"{column.description}{source}")


def _description(table: Table) -> str:
    said = table.description
    if table.grain:
        said += f"\n\nOne row for each {', '.join(table.grain)}."
    if table.sql:
        said += f"\n\nMade by `sql/{table.schema}/{table.name}.sql`, which stands in the metadata."
    elif table.function is not None:
        said += f"\n\nMade by `{table.function.__module__}.{table.function.__name__}`."
    return said


def check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """A blocking check for the table's grain and for each of its conditions."""
    named = [("grain", f"One row for each {', '.join(table.grain)}.")] if table.grain else []
    named += [(c.name, f"Every row meets `{c.condition}`.") for c in table.checks]
    specs = [_check_spec(table, name, said, blocking=True) for name, said in named]
    verdicts = ROW_CHECKS.get(table.key)
    if verdicts:
        specs += [_check_spec(table, name, said, verdicts.blocks) for name, said in verdicts.names.items()]
    return specs


def _check_spec(table: Table, name: str, said: str, blocking: bool) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        _check_name(table, name),
        asset=asset_key(table.key),
        description=said,
        blocking=blocking,
        partitions_def=ACCOUNTS,
    )


def _check_name(table: Table, name: str) -> str:
    return f"{table.name}_{name}" if table.schema.startswith(RAW) else name


def built(
    table: Table,
    rows: int,
    outcomes: Iterable[CheckOutcome] = (),
    verdicts: Iterable[Verdict] = (),
    plotted: Mapping[str, float] | None = None,
) -> dg.MaterializeResult[Any]:
    """What the asset reports: its rows, figures to plot over the nights, and how it fared at its checks."""
    results = [_outcome_result(table, o) for o in outcomes] + [_verdict_result(table, v) for v in verdicts]
    return dg.MaterializeResult(
        asset_key=asset_key(table.key),
        metadata={"dagster/row_count": rows, **(plotted or {})},
        check_results=results,
    )


def source_built(
    rows: Mapping[str, int], tables: Sequence[Table], checked: Mapping[str, Iterable[CheckOutcome]] = {}
) -> dg.MaterializeResult[Any]:
    """What a source's asset reports: the rows of each of its tables by name, and how those in `checked` fared."""
    return dg.MaterializeResult(
        asset_key=asset_key(tables[0].key),
        metadata={"dagster/row_count": sum(rows.values()), **rows},
        check_results=[_outcome_result(t, o) for t in tables for o in checked.get(t.name, ())],
    )


def _outcome_result(table: Table, outcome: CheckOutcome) -> dg.AssetCheckResult:
    said = f"{outcome.broken_rows:,} rows of {table.key} break: {outcome.condition}"
    return dg.AssetCheckResult(
        passed=outcome.broken_rows == 0,
        check_name=_check_name(table, outcome.name),
        asset_key=asset_key(table.key),
        metadata={"condition": outcome.condition, "broken_rows": outcome.broken_rows},
        description=said if outcome.broken_rows else None,
    )


def _verdict_result(table: Table, verdict: Verdict) -> dg.AssetCheckResult:
    rows = [dg.TableRecord(row) for row in verdict.rows]
    return dg.AssetCheckResult(
        passed=verdict.passed,
        check_name=verdict.name,
        asset_key=asset_key(table.key),
        severity=dg.AssetCheckSeverity.ERROR if verdict.is_error else dg.AssetCheckSeverity.WARN,
        metadata={"rows": dg.MetadataValue.table(rows)} if rows else {},
        description=verdict.explanation,
    )
