"""Rates of all steps and 20 segments for ten million people, beside pandas doing the same from the same records.

`PEOPLE=1000000 pytest benchmarks/test_ten_million_people.py -s` takes fewer.
"""

import gc
import itertools
import os
import resource
import time

import duckdb
import numpy as np
import pandas as pd
import pytest

from models.conversion_rates import conversion_rates
from pipelines.catalog import catalog
from pipelines.warehouse import build, read_frame
from tests.built_nights import Nights
from tests.simulated_company import STAGES, Law, company, opened

PEOPLE = int(os.environ.get("PEOPLE", "10000000"))
SEGMENTS = 20
LAWS = (Law(0.5, 20), Law(0.5, 15), Law(0.3, 40))


def test_rates_of_all_steps_and_segments(tmp_path):
    simulated = company(
        1,
        LAWS,
        PEOPLE / 801,
        segments=[(f"s{i:02}", 1 / SEGMENTS, LAWS) for i in range(SEGMENTS)],
    )
    settings = opened(funnel={"stages": list(STAGES), "segment_by": "source"})
    with duckdb.connect(str(tmp_path / "w.duckdb"), config={"threads": 2, "memory_limit": "2GB"}) as con:
        nights = Nights(con)
        nights.settings(settings)
        _records(con, simulated)
        del simulated
        gc.collect()
        times, table = (catalog().tables[f"funnel.{name}"] for name in ("stage_times", "step_outcomes"))
        before = _peak()
        entered = time.perf_counter()
        build(con, times, str(times.sql))
        started = time.perf_counter()
        rows = build(con, table, str(table.sql))
        counted = time.perf_counter()
        frame = read_frame(con, table)
        ours = conversion_rates(settings.night, settings.stages, frame)
        done = time.perf_counter()
        print(
            f"\n{PEOPLE:,} people: who was where when in {started - entered:.1f} s, counted in "
            f"{counted - started:.1f} s ({rows:,} rows), rates of {len(ours)} steps and segments in "
            f"{done - counted:.1f} s; memory {before:.0f} -> {_peak():.0f} MB"
        )
        del frame
        people = con.execute(
            "select record_id, stage, reached_on from funnel.stage_times where record_type = 'person'"
        ).df()
        deals = con.execute(
            "select record_id, stage, reached_on from funnel.stage_times where record_type = 'deal'"
        ).df()
        segment_of = con.execute("select person_id, segment from funnel.people").df()
        started = time.perf_counter()
        theirs = _by_pandas(people, deals, segment_of, settings.night)
        took = time.perf_counter() - started
        print(f"pandas, plain ratios of the same records: {took:.1f} s; memory {_peak():.0f} MB")
    by_key = {(r.segment, r.from_stage): r.observed_rate for r in ours}
    for key, ratio in theirs.items():
        assert by_key[key] == pytest.approx(ratio)
    assert done - entered < 120


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _records(con: duckdb.DuckDBPyConnection, simulated) -> None:
    """The records as the night has them before it counts: people, deals, who entered what when."""
    con.execute("create table funnel.people (person_id varchar, segment varchar, origin varchar)")
    con.execute(
        "create table funnel.deals (deal_id varchar, segment varchar, origin varchar, "
        "is_won boolean, is_lost boolean, booked_on date)"
    )
    con.execute("create table funnel.deal_people (deal_id varchar, person_id varchar, weight double)")
    con.execute(
        "create table funnel.outcomes (record_type varchar, record_id varchar, outcome varchar, outcome_at timestamp)"
    )
    con.execute(
        "create table funnel.stage_entries (record_type varchar, record_id varchar, stage varchar, "
        "round bigint, entered_at timestamp)"
    )
    number = np.arange(len(simulated.entered[0]))
    for i, stage in enumerate(simulated.stages):
        at = simulated.entered[i] if i < len(simulated.entered) else simulated.customers
        seen = at <= 0
        shown = pd.DataFrame({"number": number[seen], "day": at[seen].astype(np.int64)})
        kind, letter = ("person", "p") if stage in ("mql", "sql") else ("deal", "d")
        _insert(
            con,
            "stage_entries",
            f"'{kind}', '{letter}' || number, '{stage}', 1, "
            "cast(date '2026-06-30' + cast(day as integer) as timestamp)",
            shown,
        )
        if stage == "mql":
            _insert(
                con, "people", "'p' || number, segment, 'marketing'", shown.assign(segment=simulated.segment[0][seen])
            )
        if stage == "opportunity":
            deals = shown.assign(segment=simulated.segment[i][seen], is_lost=simulated.lost[i][seen] <= 0)
            deals["is_won"] = simulated.converted[i][seen] <= 0
            _insert(
                con,
                "deals",
                "'d' || number, segment, 'marketing', is_won, is_lost, case when is_won then date '2026-06-30' end",
                deals,
            )
            _insert(con, "deal_people", "'d' || number, 'p' || number, 1.0", deals)
        if i < len(simulated.entered):
            number = number[np.isfinite(simulated.converted[i])]


def _insert(con: duckdb.DuckDBPyConnection, table: str, select: str, rows: pd.DataFrame) -> None:
    con.register("shown", rows)
    con.execute(f"insert into funnel.{table} select {select} from shown")
    con.unregister("shown")


def _by_pandas(people, deals, segment_of, night) -> dict[tuple[str | None, str], float]:
    """The plain ratio of each step and segment, by merges and groups."""
    mql = people[people["stage"] == "mql"].merge(segment_of, left_on="record_id", right_on="person_id")
    sql = people[people["stage"] == "sql"]
    deals = deals.assign(person=deals["record_id"].str.replace("d", "p", n=1))
    chain = {"mql": mql.set_index("record_id"), "sql": sql.set_index("record_id")}
    chain |= {s: deals[deals["stage"] == s].set_index("person") for s in ("opportunity", "customer")}
    first = pd.Timestamp(night.as_of) - pd.Timedelta(days=night.lookback_days - 1)
    segments = chain["mql"]["segment"]
    found: dict[tuple[str | None, str], float] = {}
    for a, b in itertools.pairwise(STAGES):
        entered = chain[a][pd.to_datetime(chain[a]["reached_on"]) >= first]
        converted = pd.Series(entered.index.isin(chain[b].index), index=entered.index)
        found[None, a] = converted.mean()
        by_segment = converted.groupby(segments.reindex(entered.index)).mean()
        found |= {(str(segment), a): ratio for segment, ratio in by_segment.items()}
    return found
