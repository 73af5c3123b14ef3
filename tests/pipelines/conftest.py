"""A night of the small account in folders of its own: results, account files and Dagster's storage."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import ensure_instance
from pipelines.paths import AccountFolder
from tests.once import made_once
from tests.pipelines.rail import SMALL, Rail


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Dagster home in which nothing ran: making one takes seconds. Tests work on copies."""

    def make(home: Path) -> None:
        with pytest.MonkeyPatch.context() as env:
            env.setenv("SLA_DAGSTER_HOME", str(home))
            # Both are changed by what is called.
            env.setenv("DAGSTER_HOME", str(home))
            env.chdir(home)
            ensure_instance()

    return made_once(tmp_path_factory, "made-home", make)


@pytest.fixture(scope="session")
def dagster_storage(tmp_path_factory: pytest.TempPathFactory, made_home: Path) -> Path:
    """A Dagster home shared by the worker's tests: runs in it do not meet."""
    home = tmp_path_factory.mktemp("dagster-home")
    shutil.copytree(made_home / ".dagster", home, dirs_exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return home


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, made_home: Path, dagster_storage: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of a test lands in the checkout: accounts/ (a copy of the small one) and data/ lie in its own folder."""
    shutil.copytree(SMALL, tmp_path / "accounts")
    shutil.copytree(made_home, tmp_path / "home")
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path / "accounts"))
    monkeypatch.setenv("SLA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SLA_DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(dagster_storage))
    return tmp_path


@pytest.fixture
def rail(instance: dg.DagsterInstance) -> Rail:
    return Rail(instance)


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one night; tests work on copies."""

    def run(data: Path) -> None:
        with pytest.MonkeyPatch.context() as env:
            env.setenv("SLA_ACCOUNTS", str(SMALL))
            env.setenv("SLA_DATA", str(data))
            with dg.DagsterInstance.ephemeral() as instance:
                assert Rail(instance).run().success

    return made_once(tmp_path_factory, "ran-once", run)


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
