"""`sla report`: the page of the last published night, drawn again from its tables."""

from pathlib import Path

import duckdb
import pytest

from pipelines.cli import main
from pipelines.paths import AccountFolder


def report(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["sla", "report", "--account", "small"])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_it_is_the_page_of_the_night(night: AccountFolder, monkeypatch, capsys):
    of_the_night = night.report.read_text(encoding="utf-8")
    night.report.unlink()
    assert report(monkeypatch) == 0
    assert capsys.readouterr().out.strip() == str(night.report)
    assert night.report.read_text(encoding="utf-8") == of_the_night


def test_it_is_drawn_from_the_published_tables_alone(night: AccountFolder, monkeypatch):
    night.warehouse.unlink()
    with duckdb.connect(str(night.published)) as con:
        con.execute("update reporting.rep_scorecard set name = 'Somebody Else'")
    assert report(monkeypatch) == 0
    assert "Somebody Else" in night.report.read_text(encoding="utf-8")


def test_without_a_published_night_it_says_what_to_run(workplace: Path, monkeypatch, capsys):
    assert report(monkeypatch) == 2
    assert capsys.readouterr().err == "small has no published night yet; run: sla run --account small\n"
