"""A night of the small account in folders of its own: results, account files and Dagster's storage."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.catalog import RUNS, SETTINGS, Catalog
from pipelines.definitions import build_definitions, defs
from pipelines.nightly import JOB
from pipelines.paths import PROJECT, AccountFolder

SMALL = PROJECT / "tests" / "accounts" / "small"
NIGHT = date(2026, 6, 30)


@pytest.fixture(scope="session")
def dagster_storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Dagster home shared by the session: making one takes seconds, and runs in it do not meet."""
    home = tmp_path_factory.mktemp("dagster-home")
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return home


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, dagster_storage: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of a test lands in the checkout: accounts/ (a copy of the small one) and data/ lie in its own folder."""
    shutil.copytree(SMALL, tmp_path / "accounts")
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path / "accounts"))
    monkeypatch.setenv("SLA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SLA_DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(dagster_storage))
    return tmp_path


class Rail:
    """The nightly job, run in this process with Dagster's storage in memory."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        instance.add_dynamic_partitions("account", ["small"])

    def run(
        self,
        as_of: date | str | None = NIGHT,
        *only: str,
        full_refresh: bool = False,
        tables: Catalog | None = None,
        tags: dict[str, str] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """A run of the small account's night, or of the assets in `only` (keys as `schema.table`).

        The step that opens the night is taken whole: `settings.night` stands for all of its tables.
        """
        definitions = build_definitions(tables) if tables else defs
        config = {"full_refresh": full_refresh} | ({"as_of": str(as_of)} if as_of else {})
        opens = not only or "settings.night" in only
        keys = {*only, *(t.key for t in (*SETTINGS, RUNS) if only and opens)}
        selected = [dg.AssetKey(key.split(".")) for key in sorted(keys)]
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=self.instance,
            partition_key="small",
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


@pytest.fixture
def rail(instance: dg.DagsterInstance) -> Rail:
    return Rail(instance)


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one night; tests work on copies."""
    with pytest.MonkeyPatch.context() as env:
        env.setenv("SLA_ACCOUNTS", str(SMALL))
        env.setenv("SLA_DATA", str(tmp_path_factory.mktemp("ran-once")))
        with dg.DagsterInstance.ephemeral() as instance:
            assert Rail(instance).run().success
        return AccountFolder("small").root.parent


@pytest.fixture
def night(ran_once: Path, workplace: Path) -> AccountFolder:
    """The small account's folder after its night of 2026-06-30."""
    shutil.copytree(ran_once, workplace / "data")
    return AccountFolder("small")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's storage in memory."""
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def rows(database: Path, select: str) -> list[tuple[object, ...]]:
    """What a new reader of the file gets."""
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(select).fetchall()
