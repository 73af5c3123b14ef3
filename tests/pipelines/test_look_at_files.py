"""A first look at export files: what they hold, what is lost, and what is no stage."""

from models.settings.sources import Files
from pipelines.look_at_files import look_at_files

DEALS = {"path": "deals.csv", "id": "Id", "amount": "Amount", "currency": "Currency", "stage": "Stage", "won": ["Won"]}


def look(folder, rows, **keys):
    (folder / "deals.csv").write_text("Id,Amount,Currency,Stage\n" + "".join(f"{r}\n" for r in rows))
    given = Files.model_validate({"deals": DEALS | keys})
    return look_at_files(given, "acme.yaml", folder, "UTC", None)


def said(seen, state):
    return {c.name: c.said for c in seen.checks if c.state == state}


def test_stages_are_counted_and_what_is_lost_is_named(tmp_path):
    seen = look(tmp_path, ["1,10,USD,Won", "2,20,EUR,Open", "3,x,EUR,Open"])
    assert {(s.value, s.records, s.is_won) for s in seen.stages} == {("Open", 2, False), ("Won", 1, True)}
    assert (seen.deals, seen.currency) == (3, "EUR")
    found = said(seen, "warning")
    assert "marketing gets no credit" in found["field deals.person"]
    assert "every stage before the deal" in found["files people"]
    assert found["files deals.amount"].startswith("1 × unreadable cell")


def test_a_column_of_anything_is_no_stage_and_none_of_it_is_shown(tmp_path):
    seen = look(tmp_path, [f"{i},10,EUR,call Jane {i} back" for i in range(100)])
    assert "100 different values" in said(seen, "warning")["field deals.stage"]
    assert seen.stages == []
    assert "Jane" not in str(seen)


def test_a_column_that_is_not_there_fails_with_the_remedy(tmp_path):
    (failed,) = look(tmp_path, ["1,10,EUR,Won"], amount="Amont").failed
    assert failed.name == "files deals"
    assert "sources.files.deals.amount: deals.csv has no column Amont; did you mean Amount?" in failed.said
