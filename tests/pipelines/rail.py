"""Running the nightly job in a test, and reading what came of it."""

from datetime import date
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.asset_parts import asset_key
from pipelines.catalog import RUNS, SETTINGS, Catalog
from pipelines.definitions import build_definitions, defs
from pipelines.nightly import JOB
from pipelines.paths import PROJECT

SMALL = PROJECT / "tests" / "accounts" / "small"
NIGHT = date(2026, 6, 30)


class Rail:
    """The nightly job of one account, run in this process."""

    def __init__(self, instance: dg.DagsterInstance, account: str = "small") -> None:
        self.instance = instance
        self.account = account
        instance.add_dynamic_partitions("account", [account])

    def run(
        self,
        as_of: date | str | None = NIGHT,
        *only: str,
        full_refresh: bool = False,
        tables: Catalog | None = None,
        tags: dict[str, str] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """A run of the account's night, or of the assets in `only` (keys as `schema.table`).

        The step that opens the night is taken whole: `settings.night` stands for all of its tables.
        """
        definitions = build_definitions(tables) if tables else defs
        config = {"full_refresh": full_refresh} | ({"as_of": str(as_of)} if as_of else {})
        opens = not only or "settings.night" in only
        keys = {*only, *(t.key for t in (*SETTINGS, RUNS) if only and opens)}
        selected = [asset_key(key) for key in sorted(keys)]
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=self.instance,
            partition_key=self.account,
            tags=tags,
            asset_selection=selected or None,
            run_config={
                "ops": {"settings": {"config": config}} if opens else {},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            raise_on_error=False,
        )


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """The sentence of a run's first failed step."""
    event = next(e for e in result.all_events if e.is_step_failure)
    failure = event.step_failure_data.user_failure_data
    return str(failure.description if failure else event.step_failure_data.error)


def rows(database: Path, select: str) -> list[tuple[object, ...]]:
    """What a new reader of the file gets."""
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(select).fetchall()


def nights_in(file: Path) -> list[str]:
    """The nights of a published file, oldest first."""
    return [day for (day,) in rows(file, "select distinct as_of::varchar from stage_counts order by 1")]
