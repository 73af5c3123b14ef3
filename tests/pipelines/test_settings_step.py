"""What a person must correct ends a run at once, in a plain sentence; a retry would change nothing."""

import re
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from models.settings.read import read_settings
from pipelines.nightly import night_tags
from pipelines.paths import AccountFolder, account_files
from pipelines.run_night import run_night
from pipelines.warehouse import CheckOutcome
from tests.pipelines.rail import NIGHT, Rail, rows


def settings_file(workplace: Path) -> Path:
    return workplace / "accounts" / "small.yaml"


def refused(result: dg.ExecuteInProcessResult, step: str) -> str:
    """The sentence of a run that was refused in `step`: as bad input, without a second attempt."""
    assert not result.success
    failed = [e for e in result.all_events if e.is_step_failure]
    assert [e.step_key for e in failed] == [step]
    assert not [e for e in result.all_events if e.is_step_up_for_retry or e.is_step_restarted]
    data = failed[0].step_failure_data.user_failure_data
    assert data is not None
    assert data.metadata["exit_code"].value == 2
    said = str(data.description)
    assert "Traceback" not in said
    assert "Error" not in said
    return said


def test_an_unknown_key_is_refused_by_name(workplace: Path, rail: Rail):
    file = settings_file(workplace)
    file.write_text(file.read_text().replace("timezone:", "timezon:"))
    assert (
        refused(rail.run(), "settings")
        == "small.yaml: timezon: unknown key; did you mean timezone? Otherwise take it out."
    )


def test_every_mistake_is_told_at_once(workplace: Path, rail: Rail):
    file = settings_file(workplace)
    file.write_text(file.read_text().replace("revenue: 20000", "revenue: -1").replace("Europe/Paris", "Europe/Pari"))
    said = refused(rail.run(), "settings").splitlines()
    assert len(said) == 2
    assert all(line.startswith("small.yaml: ") and line.endswith(".") for line in said)


def test_an_account_file_that_is_gone_is_refused(workplace: Path, rail: Rail):
    settings_file(workplace).unlink()
    said = refused(rail.run(), "settings")
    assert said == "small.yaml: there is no such account file; put it back, or add one."


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2026-02-30", "as_of: 2026-02-30 is no day of the calendar; write it as YYYY-MM-DD."),
        ("yesterday", "as_of: yesterday is no day of the calendar; write it as YYYY-MM-DD."),
    ],
)
def test_a_day_that_no_calendar_has_is_refused(rail: Rail, as_of: str, said: str):
    assert refused(rail.run(as_of), "settings") == said


def test_a_day_that_is_not_over_is_refused(rail: Rail):
    said = refused(rail.run("2999-01-01"), "settings")
    assert said.startswith("2999-01-01 is not over yet in Europe/Paris; the last complete day is ")


def test_a_source_file_that_is_missing_is_refused_without_retries(workplace: Path, rail: Rail):
    (workplace / "accounts" / "deals.csv").unlink()
    said = refused(rail.run(), "files")
    assert said == (
        "small.yaml: sources.files.deals.path: deals.csv does not exist; "
        "name a file, a folder or a pattern, relative to the account file."
    )


def test_a_column_that_is_missing_is_refused_without_retries(workplace: Path, rail: Rail):
    file = settings_file(workplace)
    file.write_text(file.read_text().replace('mql: "MQL Date"', 'mql: "MQL date of"'))
    said = refused(rail.run(), "files")
    assert said.startswith("small.yaml: sources.files.people.stages.mql: people.csv has no column MQL date of; ")


def test_a_refused_night_leaves_the_published_one(workplace: Path, night: AccountFolder, rail: Rail):
    before = night.published.read_bytes()
    file = settings_file(workplace)
    whole = file.read_text()
    file.write_text(whole.replace("timezone:", "timezon:"))
    assert not rail.run(date(2026, 7, 1)).success
    assert night.published.read_bytes() == before
    file.write_text(whole)
    assert rail.run(date(2026, 7, 1)).success
    # The refused run opened no night, so it is none.
    assert rows(night.published, "select count(*) from runs") == [(2,)]


def test_run_night_says_what_to_correct(workplace: Path):
    settings = read_settings(account_files()["small"])
    (workplace / "accounts" / "deals.csv").unlink()
    outcome = run_night("small", settings, NIGHT, False, lambda table, rows: None)
    assert (outcome.night, outcome.exit_code) == (NIGHT, 2)
    assert outcome.message.startswith("small.yaml: sources.files.deals.path: deals.csv does not exist")


def test_run_night_tags_the_run_and_tells_its_progress(dagster_storage: Path):
    told: list[tuple[str, int]] = []
    settings = read_settings(account_files()["small"])
    outcome = run_night("small", settings, NIGHT, False, lambda table, rows: told.append((table, rows)))
    assert (outcome.exit_code, outcome.message) == (0, "")
    assert dict(told)["files.people"] == 40
    assert told[-1][0] == "published"
    with dg.DagsterInstance.get() as instance:
        tags = night_tags("small", NIGHT)
        assert instance.get_run_records(dg.RunsFilter(tags=tags, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    assert "files.people: 40 rows" in AccountFolder("small").log.read_text()


def test_a_failure_of_our_own_names_the_step_and_the_log(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("pipelines.table_steps.build", broken)
    settings = read_settings(account_files()["small"])
    outcome = run_night("small", settings, NIGHT, False, lambda table, rows: None)
    assert outcome.exit_code == 1
    log = AccountFolder("small").log
    assert outcome.message.endswith(f" failed: RuntimeError: the disk is full (more in {log})")
    assert outcome.message.startswith("The step files__")


def test_a_broken_check_is_told_by_its_condition(monkeypatch: pytest.MonkeyPatch):
    found = [CheckOutcome("grain", "one row for each id", 3)]
    monkeypatch.setattr("pipelines.table_steps.check", lambda con, table: found)
    settings = read_settings(account_files()["small"])
    outcome = run_night("small", settings, NIGHT, False, lambda table, rows: None)
    assert outcome.exit_code == 1
    said = outcome.message.split("; ")
    assert all(
        re.fullmatch(r"3 rows of (files|hubspot|salesforce)\.\w+ break: one row for each id", one) for one in said
    ), said
