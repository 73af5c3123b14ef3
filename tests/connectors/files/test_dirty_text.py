"""Text exports as they come: encodings, delimiters, quotes, what stands around the rows."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from connectors.errors import FixSettingsError
from tests.connectors.files.reading import Read, read

PEOPLE = {"path": "leads.csv", "id": "Id", "source": "Source", "created": "Created"}
ROWS = "Id,Source,Created\n1,Référence,2026-01-02\n2,Café €,2026-01-03\n"


def people(folder: Path, content: str | bytes, **settings: object) -> Read:
    (folder / "leads.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(folder, people={**PEOPLE, **settings})


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"),
     ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32"), ("cp1252", "Windows-1252")],
)  # fmt: skip
def test_every_usual_encoding_is_read(tmp_path, codec, name):
    found = people(tmp_path, ROWS.encode(codec))
    assert found.column("people", "source") == ["Référence", "Café €"]
    assert found.column("export_files", "encoding") == [name]
    # A guess is told; what the bytes themselves say is none.
    assert found.findings() == ({"guessed_encoding:people.path": 1} if codec == "cp1252" else {})


def test_a_broken_byte_in_utf_8_stays_one_broken_character(tmp_path):
    found = people(tmp_path, ROWS.encode().replace("é".encode(), b"\xe9", 1))
    assert found.column("people", "source") == ["R\ufffdférence", "Café €"]
    assert found.findings() == {"broken_characters:people.path": 1}


def test_a_packed_export_is_unpacked(tmp_path):
    (tmp_path / "leads.csv.gz").write_bytes(gzip.compress(ROWS.encode("utf-16")))
    found = read(tmp_path, people={**PEOPLE, "path": "leads.csv.gz"})
    assert found.column("people", "source") == ["Référence", "Café €"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_usual_delimiter_and_line_end_is_read(tmp_path, delimiter, newline):
    rows = [["Id", "Source", "Created"], ["1", '"a, b; c | d"', "2026-01-02"], ["2", "e", "2026-01-03"]]
    found = people(tmp_path, newline.join(delimiter.join(r) for r in rows))
    assert found.column("people", "source") == ["a, b; c | d", "e"]
    assert found.accounts_for_every_row()


def test_excel_says_its_delimiter_in_the_first_line(tmp_path):
    found = people(tmp_path, "sep=;\nId;Source;Created\n1;a,b,c;2026-01-02\n2;d,e,f;2026-01-03\n")
    assert found.column("people", "source") == ["a,b,c", "d,e,f"]
    assert found.findings() == {}


def test_quoted_newlines_quotes_and_delimiters_are_one_cell(tmp_path):
    found = people(tmp_path, 'Id,Source,Created\n1,"a\nb, ""c""\r\nd",2026-01-02\n2,e,2026-01-03\n')
    assert found.column("people", "source") == ['a\nb, "c"\r\nd', "e"]


def test_quotes_escaped_by_a_backslash_are_read(tmp_path):
    found = people(tmp_path, 'Id,Source,Created\n1,"say \\"hi\\", now",2026-01-02\n2,e,2026-01-03\n')
    assert found.column("people", "source") == ['say "hi", now', "e"]


def test_a_quote_that_is_never_closed_loses_its_own_line_only(tmp_path):
    lines = [f'{i},"source {i}",2026-01-02' for i in range(1, 8)]
    lines[2] = '3,"source 3,2026-01-02'
    found = people(tmp_path, "\n".join(["Id,Source,Created", *lines]))
    assert found.column("people", "id") == ["1", "2", "4", "5", "6", "7"]
    assert found.rows("findings") == [
        {"finding": "malformed_row", "setting": "people.path", "records": 1, "example_ids": "leads.csv line 4"}
    ]
    assert found.accounts_for_every_row()


def test_a_row_with_another_number_of_cells_is_left_out_and_its_line_named(tmp_path):
    found = people(tmp_path, ROWS + "3,one,two,2026-01-04\n4,short\n5,e,2026-01-05,,\n")
    assert found.column("people", "id") == ["1", "2", "5"]
    assert found.rows("findings")[0]["example_ids"] == "leads.csv line 4, leads.csv line 5"
    assert found.rows("export_files")[0]["rows_in"] == 5


def test_a_title_above_and_a_note_below_are_reported(tmp_path):
    found = people(tmp_path, "Leads of 2026\n\nFilter: all\n" + ROWS + "Confidential\n")
    assert found.column("people", "id") == ["1", "2"]
    assert found.findings() == {"above_header:people.path": 2, "malformed_row:people.path": 1}
    assert found.accounts_for_every_row()


def test_exports_put_one_below_the_other_count_their_headers_once(tmp_path):
    found = people(tmp_path, ROWS + "Id,Source,Created\n3,e,2026-01-04\n")
    assert found.column("people", "id") == ["1", "2", "3"]
    assert found.findings() == {"repeated_header:people.path": 1}


def test_an_export_below_another_may_have_its_columns_in_another_order(tmp_path):
    found = people(tmp_path, ROWS + "Created,Id,Source\n2026-01-04,3,e\n")
    last = found.rows("people")[2]
    assert (last["id"], last["source"], last["created_at"]) == ("3", "e", datetime(2026, 1, 4))


def test_blank_rows_are_no_people(tmp_path):
    found = people(tmp_path, ROWS + "\n,,\n , ,\n3,e,2026-01-04\n\n\n")
    assert found.column("people", "id") == ["1", "2", "3"]
    assert found.findings() == {"blank_row:people.path": 1, "missing_id:people.id": 1}
    assert found.accounts_for_every_row()


def test_column_names_are_found_whatever_their_case_and_spaces(tmp_path):
    assert people(tmp_path, "\ufeff ID , source,CREATED\n1,a,2026-01-02\n").column("people", "source") == ["a"]


def test_the_exact_name_is_preferred_to_one_of_another_case(tmp_path):
    found = people(tmp_path, "id,Id,Source,Created\nx,1,a,2026-01-02\n")
    assert found.column("people", "id") == ["1"]


def test_ids_keep_their_leading_zeros(tmp_path):
    assert people(tmp_path, "Id,Source,Created\n007,a,2026-01-02\n").column("people", "id") == ["007"]


def test_ids_that_a_spreadsheet_cut_short_never_merge_two_people(tmp_path):
    found = people(tmp_path, "Id,Source,Created\n1.23457E+11,a,2026-01-02\n1.23457E+11,b,2026-01-03\n2,c,2026-01-04\n")
    assert found.column("people", "id") == ["2"]
    assert found.findings() == {"shortened_id:people.id": 2}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "leads.csv: it is empty; export it again, or take it out of the settings."),
        (b"  \r\n \n", "leads.csv: it is empty; export it again, or take it out of the settings."),
        (b"PK\x03\x04rest", "leads.csv: it is a ZIP or Excel file; unpack it, or give it its own ending (.xlsx)."),
        (b"%PDF-1.7 rest", "leads.csv: it is a PDF; export it as CSV."),
        (b"<html><table></table></html>", "leads.csv: it is a web page; export it as CSV."),
        (b"\xd0\xcf\x11\xe0rest", ("leads.csv: it is an old or protected Excel file; "
         "save it as .xlsx without a password, or as CSV.")),
        (b"PAR1rest", "leads.csv: it is a Parquet file; give it the ending .parquet."),
        (bytes(range(1, 32)) * 40, "leads.csv: it is no text file; export it as CSV."),
        (b"Id,Source,Created\n", ("leads.csv holds no row below the header; "
         "export it again, or take sources.files.people out until it has one.")),
        (b"Id,Source,Created\n1,a\n2,b\n3,c,2026-01-01\n", ("leads.csv: 2 of its 3 rows have another number of cells "
         "than the header; export it again.")),
    ],
)  # fmt: skip
def test_a_file_that_is_no_export_is_one_sentence(tmp_path, content, said):
    with pytest.raises(FixSettingsError) as refused:
        people(tmp_path, content)
    assert str(refused.value) == f"acme.yaml: sources.files.people.path: {said}"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Id,Sauce,Created", "source: leads.csv has no column Source; did you mean Sauce?"),
        ("Id,Created,Owner", "source: leads.csv has no column Source; it has Id, Created, Owner."),
        ("Id,Source,Created,Source", "source: leads.csv has the column Source twice; rename one of the two."),
        ("7,ann@example.com,2026-01-02", ("id: leads.csv has no header that names Id; "
         "put the names of the columns into its first row.")),
    ],
)  # fmt: skip
def test_a_missing_column_is_one_sentence_and_no_cell_of_a_person_is_shown(tmp_path, header, said):
    with pytest.raises(FixSettingsError) as refused:
        people(tmp_path, f"{header}\n" + ",".join("abcd"[: header.count(",") + 1]) + "\n")
    assert str(refused.value).splitlines()[0] == f"acme.yaml: sources.files.people.{said}"
