"""The graph as a whole: what it holds is in graph.txt, and every change of it shows there."""

import difflib
from pathlib import Path

import dagster as dg

from pipelines.catalog import catalog
from pipelines.definitions import defs
from pipelines.nightly import JOB
from pipelines.row_checks import ROW_CHECKS
from tests.pipelines.graph import RENEW, graph_text

SNAPSHOT = Path(__file__).with_name("graph.txt")


def test_the_graph_is_the_one_on_record():
    recorded, now = SNAPSHOT.read_text(), graph_text(defs)
    changes = difflib.unified_diff(recorded.splitlines(), now.splitlines(), "recorded", "now", lineterm="", n=1)
    assert recorded == now, "\n".join([*changes, "", f"Where this is meant: {RENEW}"])


def test_the_definitions_load():
    dg.Definitions.validate_loadable(defs)


def test_every_asset_reads_only_assets_there_are():
    assert defs.resolve_asset_graph().external_asset_keys == set()


def test_every_table_is_an_asset_of_its_own_but_those_a_source_lands_together():
    keys = {".".join(k.path) for k in defs.resolve_asset_graph().get_all_asset_keys()}
    sources = {t.schema for t in catalog().tables.values() if t.schema.startswith("raw_")}
    own = {t.key for t in catalog().tables.values() if t.schema not in sources}
    assert keys == {*own, *sources, "published", "notified", "report"}


def test_the_graph_stays_small_enough_to_read():
    assert len(defs.resolve_asset_graph().get_all_asset_keys()) < 90


def test_the_job_is_the_whole_graph():
    job = defs.resolve_job_def(JOB)
    assert job.asset_layer.selected_asset_keys == defs.resolve_asset_graph().get_all_asset_keys()


def test_publishing_waits_for_every_reporting_table():
    published = defs.resolve_asset_graph().get(dg.AssetKey("published"))
    assert published.parent_keys == {dg.AssetKey(["reporting", t.name]) for t in catalog().published}


def test_every_check_but_the_gaps_blocks_and_all_carry_the_accounts():
    graph = defs.resolve_asset_graph()
    specs = [graph.get_check_spec(k) for k in graph.asset_check_keys]
    assert specs
    # A gap is no fault of the data: it warns.
    gaps = ROW_CHECKS["reporting.sla_gaps"].names
    assert all(s.blocking or (s.asset_key.path[-1] == "sla_gaps" and s.name in gaps) for s in specs)
    assert {s.partitions_def.name for s in specs} == {"account"}
