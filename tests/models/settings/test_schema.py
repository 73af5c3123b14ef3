"""The JSON Schema of the settings is current, takes what is right and refuses what is wrong."""

import datetime

import jsonschema
import pytest
import yaml

from models.settings.schema import settings_schema
from pipelines.paths import PROJECT
from pipelines.settings_schema import FILE, schema_text
from tests.models.settings.test_mistakes import GOOD, MISTAKES

SCHEMA = jsonschema.Draft202012Validator(settings_schema())


def as_an_editor_reads(content: str) -> object:
    """YAML as editors see it: days are text, as in JSON."""

    def plain(value: object) -> object:
        match value:
            case dict():
                return {str(k): plain(v) for k, v in value.items()}
            case list():
                return [plain(v) for v in value]
            case datetime.date():
                return value.isoformat()
            case _:
                return value

    return plain(yaml.safe_load(content))


def test_the_checked_in_schema_is_current():
    assert FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m pipelines.settings_schema"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(settings_schema())


def test_the_shipped_settings_are_accepted():
    shipped = [GOOD, *(f.read_text("utf-8") for f in (PROJECT / "accounts").glob("*/*.yaml"))]
    for content in shipped:
        assert list(SCHEMA.iter_errors(as_an_editor_reads(content))) == []


@pytest.mark.parametrize(
    "more",
    [
        "target: {revenue: 1, start: 2026-01-01, end: 2026-12-31}\nsources: {hubspot: }\n",
        "target: [{revenue: 1, start: 2026-01-01, end: 2026-12-31}]\nsources: {salesforce: {}}\n",
        GOOD + "sla: [{from: 2026-01-01, sales: {sqls: 5, win_rate: null}}]\nassume: {conversion: {mql_to_sql: 0.4}}\n",
        GOOD + "capacity: {reps: {Ann: 0.5, Bob: [{share: 1, from: 2026-02-01}]}}\nfunnel: {mapping: {New: lead}}\n",
        GOOD.replace("id: Id", "id: [Id, Lead ID]").replace("deals: {", "reps: {path: r.csv, id: Id}\n    deals: {"),
    ],
)
def test_every_way_to_write_a_key_is_accepted(more):
    assert list(SCHEMA.iter_errors(as_an_editor_reads(more))) == []


@pytest.mark.parametrize(
    "kind",
    ["an unknown key", "an unknown key of a group", "a misspelt column", "no target", "no sources", "no path",
     "a number in quotes", "a negative revenue", "a share above one", "a rate above one", "half a day",
     "an unknown weekday", "no weekday", "an unknown language", "yes in quotes", "a list for a group",
     "an unknown order of dates", "a number for a column", "a list of sources", "a column without a name"],
)  # fmt: skip
def test_what_an_editor_can_tell_by_itself_is_refused(kind):
    assert list(SCHEMA.iter_errors(as_an_editor_reads(MISTAKES[kind][0])))
