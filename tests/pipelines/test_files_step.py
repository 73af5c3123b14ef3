"""Exports through a whole night: what is refused, what is reported, what is not read again."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from models.settings.read import read_settings
from pipelines.paths import AccountFolder
from pipelines.run_night import NightOutcome, run_night

NIGHT = date(2026, 6, 30)
ACCOUNT = """sources:
  files:
    people: {path: leads.csv, id: Id, created: Created, source: Source, stages: {mql: MQL}}
    deals: {path: deals.csv, id: Id, person: Lead, created: Created, closed: Closed, amount: Amount, currency: EUR,
            stage: Stage, won: [Won]}
target: {revenue: 100000, start: 2026-01-01, end: 2026-12-31}
"""
LEADS = "Id;Source;Created;MQL\nL1;Référence;01/02/2026;25/02/2026\nL2;Web;03/02/2026;soon\nL3;Web;04/02/2026\n"
DEALS = "Id;Lead;Created;Closed;Amount;Stage\nD1;L1;2026-03-01;2026-04-01;1.234,50 €;Won\nD1;L1;2026-03-01;2026-04-01;"
DEALS += "1.234,50 €;Won\nD2;L2;2026-03-02;;;Demo\n"


@pytest.fixture
def folder(workplace: Path) -> Path:
    accounts = workplace / "accounts"
    (accounts / "dirty.yaml").write_text(ACCOUNT)
    (accounts / "leads.csv").write_bytes(LEADS.encode("cp1252"))
    (accounts / "deals.csv").write_bytes(DEALS.encode("utf-16"))
    return accounts


def run(folder: Path, full_refresh: bool = False) -> NightOutcome:
    settings = read_settings(folder / "dirty.yaml")
    return run_night("dirty", settings, NIGHT, full_refresh, lambda table, rows: None)


def published(sql: str) -> list[tuple]:
    with duckdb.connect(str(AccountFolder("dirty").published), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_night_over_dirty_exports_counts_what_is_whole_and_reports_the_rest(folder):
    assert run(folder).exit_code == 0
    assert published(
        "select finding, severity, records, example_ids from data_quality where finding like '%:people.%'"
        " or finding like '%:deals.%' order by finding"
    ) == [
        ("duplicate_row:deals.id", "info", 1, "D1"),
        ("guessed_encoding:people.path", "info", 1, "leads.csv"),
        ("malformed_row:people.path", "warning", 1, "leads.csv line 4"),
        ("unreadable_cell:people.stages.mql", "warning", 1, "L2"),
    ]
    assert published("select won_deals, revenue from average_deal where segment is null") == [(1, 1234.5)]
    assert published("select sum(records) from stage_counts where record_type = 'person'") == [(2,)]


def test_files_that_did_not_change_are_not_read_again_and_changed_ones_are(folder):
    assert run(folder).exit_code == 0
    assert run(folder, full_refresh=False).exit_code == 0
    (folder / "deals.csv").write_text(DEALS + "D3;L3;2026-03-05;2026-05-01;10,00;Won\n")
    assert run(folder, full_refresh=True).exit_code == 0
    # Three lines of leads; three deals, then four. The second run reads nothing; --full-refresh reads all.
    assert published("select rows_read from runs order by started_at") == [(6,), (0,), (7,)]


def test_every_mistake_of_the_files_is_told_at_once_with_exit_code_2_and_the_last_night_stays(folder):
    assert run(folder).exit_code == 0
    before = AccountFolder("dirty").published.read_bytes()
    (folder / "leads.csv").write_text("Id;Sauce;Created;MQL\nL1;Web;2026-02-01;\n")
    (folder / "deals.csv").unlink()
    outcome = run(folder)
    assert outcome.exit_code == 2
    assert outcome.message.splitlines() == [
        "dirty.yaml: sources.files.people.source: leads.csv has no column Source; did you mean Sauce?",
        (
            "dirty.yaml: sources.files.deals.path: deals.csv does not exist; "
            "name a file, a folder or a pattern, relative to the account file."
        ),
    ]
    assert AccountFolder("dirty").published.read_bytes() == before


def test_no_copy_of_the_exports_outlives_the_night(folder):
    assert run(folder).exit_code == 0
    assert not (AccountFolder("dirty").landing / "files").exists()
