"""Dagster's storages use one engine a file, and hold what they held."""

import dagster as dg
from sqlalchemy import NullPool

from pipelines.dagster_engines import _engine_of, _kept, keep_engines


@dg.asset
def counted() -> dg.MaterializeResult:
    """An asset."""
    return dg.MaterializeResult(metadata={"rows": 1})


def test_a_run_makes_an_engine_a_file_and_its_events_are_there(tmp_path):
    keep_engines()
    before = _kept.cache_info()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = dg.materialize([counted], instance=instance)
        assert result.success
        event = instance.get_latest_materialization_event(dg.AssetKey("counted"))
        assert event.asset_materialization.metadata["rows"].value == 1
        assert instance.get_run_by_id(result.run_id).status == dg.DagsterRunStatus.SUCCESS
    after = _kept.cache_info()
    # The runs, the index, and the run's own events.
    assert 0 < after.misses - before.misses <= 3
    assert after.hits - before.hits > 20, "dagster does not ask for engines where it did"


def test_engines_of_other_files_or_with_other_pools_are_their_own(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    kept = _engine_of(url, poolclass=NullPool, connect_args={"timeout": 60})
    assert _engine_of(url, poolclass=NullPool, connect_args={"timeout": 60}) is kept
    assert _engine_of(url, poolclass=NullPool) is not kept
    assert _engine_of(f"sqlite:///{tmp_path}/b.db", poolclass=NullPool, connect_args={"timeout": 60}) is not kept
    assert _engine_of(url) is not _engine_of(url)
