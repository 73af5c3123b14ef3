"""Clean exports of every kind and shape."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import read

LEADS = """Id,Source,Owner,Status,Status Date,Created,MQL Date,SQL Date,Gone,Gone Date,Why
L1,Web,Ann,Working,2026-01-05,2026-01-01,2026-01-04,,,,
L2,Partner,Bob,Qualified,,2026-01-02,2026-01-06,2026-01-09 10:00:00,disqualified,2026-02-01,budget
"""
PEOPLE = {
    "path": "leads.csv",
    "id": "Id",
    "created": "Created",
    "source": "Source",
    "owner": "Owner",
    "stages": {"mql": "MQL Date", "sql": "SQL Date"},
    "status": {"column": "Status", "at": "Status Date"},
    "outcome": "Gone",
    "outcome_at": "Gone Date",
    "reason": "Why",
}
DEALS = {"path": "deals.csv", "id": "Id", "person": "Lead", "created": "Created", "amount": "Amount", "currency": "EUR"}


def _convert(folder: Path, kind: str) -> str:
    source = f"(select * from read_csv('{folder / 'leads.csv'}', all_varchar = true))"
    options = {"parquet": "format parquet", "json": "format json, array true", "ndjson": "format json"}[kind]
    with duckdb.connect() as con:
        con.execute(f"copy {source} to '{folder / f'leads.{kind}'}' ({options})")
    return f"leads.{kind}"


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "ndjson"])
def test_every_kind_of_file_says_the_same(tmp_path, kind):
    (tmp_path / "leads.csv").write_text(LEADS)
    found = read(tmp_path, people={**PEOPLE, "path": "leads.csv" if kind == "csv" else _convert(tmp_path, kind)})
    assert [tuple(p.values()) for p in found.rows("people")] == [
        ("L1", datetime(2026, 1, 1), "Web", "Ann", "Working", datetime(2026, 1, 5), None, None, None),
        (
            "L2",
            datetime(2026, 1, 2),
            "Partner",
            "Bob",
            "Qualified",
            None,
            "disqualified",
            datetime(2026, 2, 1),
            "budget",
        ),
    ]
    assert [tuple(d.values()) for d in found.rows("people_stage_dates")] == [
        ("L1", "mql", datetime(2026, 1, 4)),
        ("L2", "mql", datetime(2026, 1, 6)),
        ("L2", "sql", datetime(2026, 1, 9, 10)),
    ]
    assert (found.findings(), found.accounts_for_every_row()) == ({}, True)


def test_typed_parquet_keeps_its_moments_and_numbers(tmp_path):
    with duckdb.connect() as con:
        con.execute("set timezone = 'America/New_York'")
        con.execute(
            'copy (select 7::bigint as "Id", timestamp \'2026-01-02 03:04:05\' as "Created", \'L1\' as "Lead", '
            f"12.5::double as \"Amount\") to '{tmp_path / 'deals.parquet'}' (format parquet)"
        )
    found = read(tmp_path, deals={**DEALS, "path": "deals.parquet"})
    deal = found.rows("deals")[0]
    assert (deal["id"], deal["created_at"], deal["amount"]) == ("7", datetime(2026, 1, 2, 3, 4, 5), Decimal("12.50"))


def test_json_with_long_ids_missing_keys_and_odd_names(tmp_path):
    rows = [
        {"Id": 12345678901234567, "Created": "2026-01-02", "a/b~c": "L1"},
        {"Id": "007", "Created": None, "Amount": 5.25, "Stage": "Won", "Other": {"x": [1]}},
    ]
    (tmp_path / "deals.json").write_text(json.dumps(rows, indent=1))
    found = read(tmp_path, deals={**DEALS, "path": "deals.json", "person": "a/b~c", "stage": "Stage"})
    assert [(d["id"], d["amount"]) for d in found.rows("deals")] == [
        ("007", Decimal("5.25")),
        ("12345678901234567", None),
    ]
    assert found.rows("deal_people") == [{"deal": "12345678901234567", "person": "L1"}]


def test_a_broken_line_of_ndjson_is_left_out_and_named(tmp_path):
    (tmp_path / "deals.ndjson").write_text(
        '{"Id": 1, "Created": "2026-01-02", "Lead": "a", "Amount": 5}\n{"Id": 2, "Created":\n\n[3]\n'
        '{"Id": 4, "Created": "2026-01-02"}\n'
    )
    found = read(tmp_path, deals={**DEALS, "path": "deals.ndjson"})
    assert found.column("deals", "id") == ["1", "4"]
    assert [(f["finding"], f["records"]) for f in found.rows("findings")] == [("malformed_row", 2)]
    assert found.accounts_for_every_row()


@pytest.mark.parametrize("content", ['[{"Id": 1}, {"Id": ', '{"Id": ', "Id,Created", "12", "[1, 2]"])
def test_broken_json_is_one_sentence(tmp_path, content):
    (tmp_path / "deals.json").write_text(content)
    with pytest.raises(FixSettingsError, match=r"^acme\.yaml: sources\.files\.deals\.path: deals\.json: .*\.$"):
        read(tmp_path, deals={**DEALS, "path": "deals.json"})


def test_broken_parquet_is_one_sentence(tmp_path):
    (tmp_path / "deals.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(FixSettingsError, match=r"^acme\.yaml: sources\.files\.deals\.path: deals\.parquet: .*\.$"):
        read(tmp_path, deals={**DEALS, "path": "deals.parquet"})


def test_people_and_deals_may_share_a_file(tmp_path):
    (tmp_path / "all.csv").write_text(
        "Email,Joined,Deal,Opened,Amount,Stage\n"
        "a@x.test,2026-01-01,D1,2026-02-01,100,Closed Won\n"
        "b@x.test,2026-01-02,D2,,,Negotiation\n"
        "c@x.test,2026-01-03,,,,\n"
    )
    found = read(
        tmp_path,
        people={"path": "all.csv", "id": "Email", "created": "Joined"},
        deals={"path": "all.csv", "id": "Deal", "person": "Email", "created": "Opened", "amount": "Amount",
               "stage": "Stage", "won": ["Closed Won"]},
    )  # fmt: skip
    assert found.column("people", "id") == ["a@x.test", "b@x.test", "c@x.test"]
    # Neither a date nor a stage: the third row is no deal. The second has a stage and no date, and is one.
    assert [(d["id"], d["stage_outcome"]) for d in found.rows("deals")] == [("D1", "won"), ("D2", None)]
    assert found.findings() == {"not_a_deal:deals.id": 1}
    assert found.accounts_for_every_row()


def test_deals_end_by_stage_or_by_date(tmp_path):
    (tmp_path / "deals.csv").write_text(
        "Id,Lead,Created,Amount,Stage,Won,Lost\n"
        "D1,,2026-01-01,1,closed won,,\nD2,,2026-01-01,1,Closed Lost,,\nD3,,2026-01-01,1,,2026-02-01,\n"
        "D4,,2026-01-01,1,,,2026-02-02\n"
    )
    ends = {"stage": "Stage", "won": "Closed Won", "lost": ["Closed Lost"], "won_at": "Won", "lost_at": "Lost"}
    found = read(tmp_path, deals={**DEALS, **ends})
    assert [(d["stage_outcome"], d["won_at"], d["lost_at"]) for d in found.rows("deals")] == [
        ("won", None, None),
        ("lost", None, None),
        (None, datetime(2026, 2, 1), None),
        (None, None, datetime(2026, 2, 2)),
    ]


def test_a_deal_may_name_several_people_in_a_cell_or_in_rows(tmp_path):
    (tmp_path / "deals.csv").write_text(
        "Id,Lead,Created,Amount\nD1,L1; L2 ;,2026-01-01,5\nD2,L1,2026-01-01,7\nD2,L3,2026-01-01,7\n"
    )
    found = read(tmp_path, deals=DEALS)
    assert [(p["deal"], p["person"]) for p in found.rows("deal_people")] == [
        ("D1", "L1"), ("D1", "L2"), ("D2", "L1"), ("D2", "L3")
    ]  # fmt: skip
    # A row for another person of the same deal counts: it is no mistake.
    assert (found.findings(), found.rows("export_files")[0]["rows_counted"]) == ({}, 3)


def test_touches_of_one_kind_or_of_a_column_and_what_says_yes(tmp_path):
    (tmp_path / "calls.csv").write_text("Id,Lead,At,Bot\nC1,L1,2026-01-01 09:00,no\nC2,L1,2026-01-01 10:00,TRUE\n")
    (tmp_path / "all.csv").write_text("Id,Lead,At,Type\nT1,L1,2026-01-02,E-Mail\nT2,L1,2026-01-02,Fax\n")
    (tmp_path / "leads.csv").write_text("Id\nL1\n")
    columns = {"id": "Id", "person": "Lead", "at": "At"}
    found = read(
        tmp_path,
        people={"path": "leads.csv", "id": "Id"},
        touches=[{"path": "calls.csv", **columns, "kind": "call", "automated": "Bot"},
                 {"path": "all.csv", **columns, "kind": "Type"}],
    )  # fmt: skip
    assert [(t["id"], t["kind"], t["is_automated"]) for t in found.rows("touches")] == [
        ("C1", "call", False), ("C2", "call", True), ("T1", "email", None), ("T2", None, None)
    ]  # fmt: skip
    assert found.findings() == {"unreadable_cell:touches.kind": 1}


def test_reps_are_read_with_their_team(tmp_path):
    (tmp_path / "leads.csv").write_text("Id\nL1\n")
    (tmp_path / "users.csv").write_text("Id,Name,Team\nU1,Ann,East\n")
    reps = {"path": "users.csv", "id": "Id", "name": "Name", "team": "Team"}
    found = read(tmp_path, people={"path": "leads.csv", "id": "Id"}, reps=reps)
    assert found.rows("reps") == [{"id": "U1", "name": "Ann", "team": "East"}]


# --- which row of an id counts ---------------------------------------------------------------------------------------


def test_a_row_that_is_there_twice_counts_once(tmp_path):
    (tmp_path / "leads.csv").write_text("Id,Created\n1,2026-01-01\n2,2026-01-02\n1,2026-01-01\n1,2026-01-01\n")
    found = read(tmp_path, people={"path": "leads.csv", "id": "Id", "created": "Created"})
    assert found.column("people", "id") == ["1", "2"]
    assert found.findings() == {"duplicate_row:people.id": 2}
    assert found.accounts_for_every_row()


def test_the_last_row_of_an_id_counts_and_the_earlier_are_reported(tmp_path):
    (tmp_path / "leads.csv").write_text("Id,Source\n1,Web\n2,Web\n1,Partner\n1,Fair\n,Web\n")
    found = read(tmp_path, people={"path": "leads.csv", "id": "Id", "source": "Source"})
    assert found.column("people", "source") == ["Fair", "Web"]
    assert found.findings() == {"duplicate_id:people.id": 2, "missing_id:people.id": 1}
    examples = {f["finding"]: f["example_ids"] for f in found.rows("findings")}
    assert examples == {"duplicate_id": "1, 1", "missing_id": "leads.csv line 6"}
    assert found.accounts_for_every_row()


def test_a_later_file_of_the_list_wins_over_an_earlier_one(tmp_path):
    (tmp_path / "old.csv").write_text("Id,Source\n1,Web\n")
    (tmp_path / "new.csv").write_text("Id,Source\n1,Fair\n")
    people = [{"path": p, "id": "Id", "source": "Source"} for p in ("old.csv", "new.csv")]
    assert read(tmp_path, people=people).column("people", "source") == ["Fair"]
    assert read(tmp_path, people=people[::-1]).column("people", "source") == ["Web"]
