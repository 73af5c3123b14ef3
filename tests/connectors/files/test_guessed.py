"""Which column of an export is which, by its name."""

import pytest

from connectors.files.guessed import NoColumnError, guessed, header_of, stage_dates
from connectors.sandbox.files_face import files_settings
from tests.connectors.files.reading import Read


def test_the_simulated_company_s_exports_are_known_as_they_are(tmp_path):
    expected = files_settings(tmp_path, ["prospect", "lead", "mql", "sql", "opportunity", "customer"])
    ends = {"won", "lost"}
    for part, keys in expected.items():
        columns = [v for k, v in keys.items() if isinstance(v, str) and k != "path"]
        columns += list(keys.get("stages", {}).values()) + list(keys.get("status", {}).values())
        assert guessed(part, keys["path"], columns) == {k: v for k, v in keys.items() if k not in ends}, part


@pytest.mark.parametrize(
    ("column", "stage"),
    [
        ("MQL Date", "mql"),
        ("mql_on", "mql"),
        ("Became a Marketing Qualified Lead Date", "mql"),
        ("Date entered SQL", "sql"),
        ("Customer since", "customer"),
        # Not a date of a stage.
        ("MQL", None),
        ("Lead Source", None),
        ("Stage", None),
        ("Created Date", None),
    ],
)
def test_a_column_that_dates_a_stage_is_known_by_its_name(column, stage):
    assert stage_dates([column]) == ({} if stage is None else {stage: column})


def test_a_column_that_is_needed_and_not_there_is_asked_for():
    with pytest.raises(NoColumnError, match=r"calls.csv: no column looks like at \(it has Id, Contact Id\); rename"):
        guessed("touches", "calls.csv", ["Id", "Contact Id"])


def test_a_file_of_calls_needs_no_column_that_says_so():
    assert guessed("touches", "calls.csv", ["Id", "Contact Id", "Date"])["kind"] == "call"


def test_the_header_is_found_below_a_title_and_whatever_the_delimiter(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_text("All leads;;\n\nId;Created Date;MQL Date\n1;2026-01-02;2026-01-05\n")
    assert header_of("people", file, Read().run, tmp_path) == ["Id", "Created Date", "MQL Date"]
