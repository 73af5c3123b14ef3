"""Landing files: complete or not there, and a manifest that a kill cannot break."""

from connectors.landing import MANIFEST, Landing


def test_what_is_complete_is_there_again_with_what_it_covers(tmp_path):
    landing = Landing(tmp_path)
    landing.note(since=None, cursor="c")
    landing.write("records", [{"id": "1"}], low=0, high=2)
    again = Landing(tmp_path)
    assert again.entries[0] == {"since": None, "cursor": "c"}
    assert again.entries[1]["high"] == 2
    assert again.files("records") == landing.files("records")


def test_half_a_file_and_half_a_manifest_line_are_forgotten(tmp_path):
    Landing(tmp_path).write("records", [{"id": "1"}], low=0, high=2)
    (tmp_path / "records-000002.ndjson.part").write_text('{"id"')
    (tmp_path / "records-000003.ndjson").write_text('{"id": "3"}\n')
    with (tmp_path / MANIFEST).open("a") as manifest:
        manifest.write('{"file": "records-0000')
    again = Landing(tmp_path)
    assert [e["high"] for e in again.entries] == [2]
    assert {f.name for f in tmp_path.iterdir()} == {MANIFEST, "records-000001.ndjson"}
    again.write("records", [], low=2, high=None)
    assert [e["high"] for e in Landing(tmp_path).entries] == [2, None]


def test_a_cleared_landing_is_empty(tmp_path):
    landing = Landing(tmp_path)
    landing.write("records", [{"id": "1"}])
    landing.clear()
    assert list(tmp_path.iterdir()) == []
    assert landing.entries == []
