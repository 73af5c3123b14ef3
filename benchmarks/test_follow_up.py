"""A million MQLs with ten million touches: how long the follow-up takes, on two threads and 2 GB."""

import time

import duckdb

from pipelines.warehouse import CONFIG, build
from tests.sql.conftest import Warehouse
from tests.sql.sla import Sales

MQLS, TOUCHES = 1_000_000, 10


def test_a_million_mqls_with_ten_million_touches(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), config=CONFIG | {"temp_directory": str(tmp_path)}) as con:
        warehouse = Warehouse(con)
        sales = Sales(warehouse, as_of="2026-03-31", timezone="Europe/Paris").terms("2024-01-01")
        for i in range(20):
            sales.rep(f"r{i}", f"Rep {i}")
        con.execute(f"""
            insert into funnel.people (person_id, origin, lead_source)
            select 'p' || i, 'marketing', 's' || i % 7 from range({MQLS}) as t(i);
            insert into funnel.explicit_entries (record_type, record_id, stage, round, entered_at, entered_on, left_at)
            select 'person', 'p' || i, 'mql', 1, moment,
                cast((moment at time zone 'UTC') at time zone 'Europe/Paris' as date),
                case when i % 3 = 0 then moment + interval 3 day end
            from (select i, timestamp '2024-04-01' + (i * 62) * interval 1 second as moment from range({MQLS}) as t(i));
            insert into funnel.explicit_entries (record_type, record_id, stage, round, entered_at, entered_on)
            select 'person', record_id, 'sql', 1, left_at, cast(left_at as date)
            from funnel.explicit_entries where left_at is not null;
            insert into funnel.owner_spans (record_type, record_id, owner_id, from_at)
            select 'person', 'p' || i, 'r' || i % 20, timestamp '2024-01-01' from range({MQLS}) as t(i);
            insert into funnel.touches (touch_id, person_id, owner_id, kind, direction, is_automated, touched_at,
                recorded_at)
            select 't' || i || '-' || k, 'p' || i, 'r' || i % 20, case k % 2 when 0 then 'call' else 'email' end,
                'outbound', false, moment, moment
            from (select i, k, timestamp '2024-04-01' + (i * 62 + 7000 * k * (1 + i % 5)) * interval 1 second as moment
                from range({MQLS}) as t(i) cross join range({TOUCHES}) as u(k));
        """)
        total = 0.0
        for key in ("funnel.mql_rounds", "funnel.round_touches", "reporting.mql_follow_up", "funnel.sla_daily",
                    "reporting.rep_scorecard", "reporting.attempt_yield", "reporting.mql_quality"):  # fmt: skip
            began = time.monotonic()
            rows = build(con, warehouse.tables[key], str(warehouse.tables[key].sql))
            took = time.monotonic() - began
            total += took
            print(f"{key}: {rows:,} rows in {took:.1f} s")
        print(f"together {total:.1f} s")
        assert warehouse.con.execute("select count(*) from reporting.mql_follow_up").fetchall()[0][0] == MQLS
        assert total < 180
