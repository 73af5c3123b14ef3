"""Folders, patterns, and files that are not there."""

import pytest

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import read

PEOPLE = {"id": ["Id", "Lead ID"], "source": ["Source", "Lead Source"]}


@pytest.fixture
def exports(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "2026-01.csv").write_text("Id,Source\n1,Web\n2,Web\n")
    # The CRM renamed both columns, and another hand wrote the file.
    (folder / "2026-02.csv").write_bytes("Lead Source;Lead ID\nFair;2\nPartenaire élu;3\n".encode("cp1252"))
    (folder / ".DS_Store").write_bytes(b"\0\1")
    (folder / "~$2026-02.xlsx").write_bytes(b"\0\1")
    (folder / "notes.pdf").write_bytes(b"%PDF")
    return tmp_path


@pytest.mark.parametrize("path", ["exports", "exports/", "exports/2026-*.csv", "*/2026-0?.csv"])
def test_all_files_of_a_folder_are_read_in_the_order_of_their_names(exports, path):
    found = read(exports, people={**PEOPLE, "path": path})
    assert [(p["id"], p["source"]) for p in found.rows("people")] == [
        ("1", "Web"), ("2", "Fair"), ("3", "Partenaire élu")
    ]  # fmt: skip
    assert found.findings() == {"duplicate_id:people.id": 1, "guessed_encoding:people.path": 1}
    assert [(f["file"], f["rows_in"], f["rows_counted"]) for f in found.rows("export_files")] == [
        ("2026-01.csv", 2, 1), ("2026-02.csv", 2, 2)
    ]  # fmt: skip


def test_files_of_one_name_in_two_folders_stay_apart(tmp_path):
    for i, folder in enumerate(("east", "west")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "leads.csv").write_text(f"Id,Source\n{i},Web\n")
    found = read(tmp_path, people={**PEOPLE, "path": "*/leads.csv"})
    assert found.column("export_files", "file") == ["east/leads.csv", "west/leads.csv"]


def test_a_renamed_column_is_found_under_any_of_its_names(exports):
    with pytest.raises(FixSettingsError) as refused:
        read(exports, people={"path": "exports", "id": "Id"})
    assert str(refused.value) == (
        "acme.yaml: sources.files.people.id: 2026-02.csv has no column Id; it has Lead Source, Lead ID."
    )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("leads.csv", "leads.csv does not exist; name a file, a folder or a pattern, relative to the account file."),
        ("exports/2026-01.cvs", "exports/2026-01.cvs does not exist; did you mean 2026-01.csv?"),
        ("nowhere/leads.csv", ("nowhere/leads.csv does not exist; there is no folder nowhere either; "
         "name a file relative to the account file.")),
        ("exports/notes.pdf", "exports/notes.pdf is of no known kind; use .csv, .xlsx, .parquet, .json or .ndjson."),
        ("exports/*.tsv", "no file matches exports/*.tsv; correct the pattern, or put the files there."),
        ("exports/*", "notes.pdf is of no known kind; let the pattern end in .csv, .xlsx or .parquet."),
        ("empty", "the folder empty holds no export; put CSV, Excel, Parquet or JSON files into it."),
    ],
)  # fmt: skip
def test_a_path_without_a_file_is_one_sentence(exports, path, said):
    (exports / "empty").mkdir()
    with pytest.raises(FixSettingsError) as refused:
        read(exports, people={**PEOPLE, "path": path})
    assert str(refused.value) == f"acme.yaml: sources.files.people.path: {said}"


def test_all_mistakes_of_a_part_are_told_at_once(exports):
    (exports / "deals.csv").write_text("Nr,Day\n1,2026-01-01\n")
    with pytest.raises(FixSettingsError) as refused:
        read(exports, people=[{**PEOPLE, "path": "a.csv"}, {**PEOPLE, "path": "b.csv"}])
    assert [line.split(" does")[0] for line in str(refused.value).splitlines()] == [
        "acme.yaml: sources.files.people.0.path: a.csv",
        "acme.yaml: sources.files.people.1.path: b.csv",
    ]


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path):
    (tmp_path / "leads.csv").symlink_to("/proc/self/mem")
    with pytest.raises(FixSettingsError, match=r"leads\.csv: it cannot be opened \(.*\); check the file and its perm"):
        read(tmp_path, people={**PEOPLE, "path": "leads.csv"})
