"""A night of the small account in folders of its own: results, account files and Dagster's storage."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.paths import AccountFolder
from tests.pipelines.rail import SMALL, Rail


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
