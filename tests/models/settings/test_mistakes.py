"""Every kind of mistake in an account file is one plain sentence: file, key or place, value, remedy."""

import re

import pytest

from models.settings.read import SettingsError, read_settings

SOURCES = """sources:
  files:
    people: {path: leads.csv, id: Id, created: Created, stages: {mql: MQL Date}}
    deals: {path: deals.csv, id: Id, created: Created, amount: Amount, currency: EUR}
"""
TARGET = "target: {revenue: 100000, start: 2026-01-01, end: 2026-12-31}\n"
GOOD = SOURCES + TARGET


def target(**changed: str) -> str:
    """The good file with another target."""
    keys = {"revenue": "100000", "start": "2026-01-01", "end": "2026-12-31"} | changed
    return SOURCES + f"target: {{{', '.join(f'{k}: {v}' for k, v in keys.items())}}}\n"


def people(**changed: str) -> str:
    """The good file with other keys of people."""
    keys = {"path": "leads.csv", "id": "Id", "created": "Created"} | changed
    shown = ", ".join(f"{k}: {v}" for k, v in keys.items() if v)
    return f"sources: {{files: {{people: {{{shown}}}}}}}\n{TARGET}"


def deals(**changed: str) -> str:
    """The good file with other keys of deals."""
    keys = {"path": "deals.csv", "id": "Id", "created": "Created"} | changed
    shown = ", ".join(f"{k}: {v}" for k, v in keys.items() if v)
    return f"sources: {{files: {{deals: {{{shown}}}}}}}\n{TARGET}"


NOT_A_NUMBER = "is not a number; write one without quotes, units or separators."
NOT_A_DAY = "is not a day of the calendar; write it as YYYY-MM-DD, for example 2026-01-31."
NO_ZONE = "is no time zone; name it as in Europe/Paris or America/New_York, or UTC."
DEFAULT_STAGES = "prospect, lead, mql, sql, opportunity, customer"

MISTAKES = {
    # keys
    "an unknown key": (GOOD + "targets: 5\n", "targets: unknown key; did you mean target? Otherwise take it out."),
    "an unknown key of a group": (
        GOOD + "capacity: {mqls_per_rep: 8}\n",
        "capacity.mqls_per_rep: unknown key; did you mean mqls_per_rep_week? Otherwise take it out.",
    ),
    "a misspelt column": (
        people(createed="Created"),
        "sources.files.people.createed: unknown key; did you mean created? Otherwise take it out.",
    ),
    "no target": (SOURCES, "target: is missing; add it (the revenue to reach)."),
    "no sources": (TARGET, "sources: is missing; add it (where the records come from)."),
    "no source named": ("sources: {}\n" + TARGET, "sources: names no source; add hubspot, salesforce or files."),
    "a list of sources": (
        "sources: [files]\n" + TARGET,
        "sources: ['files'] is not a group of keys; write it as {key: value}.",
    ),
    "no files named": (
        "sources: {files: {}}\n" + TARGET,
        "sources.files: names neither people nor deals; add at least one of the two.",
    ),
    "no path": (people(path=""), "sources.files.people.path: is missing; add it"),
    "no id": (people(id=""), "sources.files.people.id: is missing; add it (the column with the person's id)."),
    "a stage of deals from a date field": (
        "sources: {salesforce: {stages_from: {customer: {field: Won__c}}}}\n" + TARGET,
        "sources.salesforce.stages_from.customer: is not part of this funnel; use one of prospect, lead, mql, sql",
    ),
    "a stage from nowhere": (
        "sources: {salesforce: {stages_from: {mql: {}}}}\n" + TARGET,
        "sources.salesforce.stages_from.mql: names neither or both of field and campaign; write one of the two.",
    ),
    # numbers
    "a number in quotes": (target(revenue='"100000"'), f"target.revenue: 100000 {NOT_A_NUMBER}"),
    "a number with its unit": (target(revenue="100k"), f"target.revenue: 100k {NOT_A_NUMBER}"),
    "a negative revenue": (target(revenue="-5"), "target.revenue: -5 is out of range; give a number above 0."),
    "no revenue": (target(revenue="0"), "target.revenue: 0 is out of range; give a number above 0."),
    "an infinite revenue": (target(revenue=".inf"), "target.revenue: inf is not a finite number; write a plain one."),
    "a revenue that is no number": (
        target(revenue=".nan"),
        "target.revenue: nan is not a finite number; write a plain one.",
    ),
    "a share above one": (
        target(marketing_share="1.5"),
        "target.marketing_share: 1.5 is out of range; give a number up to 1.",
    ),
    "a percentage": (target(marketing_share="80%"), f"target.marketing_share: 80% {NOT_A_NUMBER}"),
    "a rate above one": (
        GOOD + "assume: {conversion: 1.2}\n",
        "assume.conversion: 1.2 is out of range; give a number up to 1.",
    ),
    "a rate of nothing": (
        GOOD + "assume: {conversion: 0}\n",
        "assume.conversion: 0 is out of range; give a number above 0.",
    ),
    "half a day": (
        GOOD + "observe: {lookback_days: 90.5}\n",
        "observe.lookback_days: 90.5 is not a whole number; write one without quotes.",
    ),
    "a confidence in percent": (
        GOOD + "observe: {confidence: 80}\n",
        "observe.confidence: 80 is out of range; give a number below 1.",
    ),
    "a year of sixty weeks": (
        GOOD + "calendar: {working_weeks: 60}\n",
        "calendar.working_weeks: 60 is out of range; give a number up to 53.",
    ),
    "a rep and a half": (
        GOOD + "capacity: {reps: {Ann: 1.5}}\n",
        "capacity.reps.Ann: 1.5 is out of range; give a number up to 1.",
    ),
    # dates and times
    "an impossible day": (target(end="2026-02-30"), f"target.end: 2026-02-30 {NOT_A_DAY}"),
    "a day-first date": (target(start="31/01/2026"), f"target.start: 31/01/2026 {NOT_A_DAY}"),
    "a year for a day": (target(start="2026"), f"target.start: 2026 {NOT_A_DAY}"),
    "a moment for a day": (
        target(start="2026-01-01 10:00:00"),
        "target.start: 2026-01-01 10:00:00 is a moment, not a day; write it as YYYY-MM-DD.",
    ),
    "an end before the start": (
        target(start="2026-12-31", end="2026-01-01"),
        "target: ends on 2026-01-01, before it starts on 2026-12-31; swap the two, or correct one.",
    ),
    "periods that overlap": (
        SOURCES + "target: [{revenue: 1, start: 2026-01-01, end: 2026-06-30},"
        " {revenue: 1, start: 2026-06-01, end: 2026-12-31}]\n",
        "target: has two periods that overlap (2026-01-01 and 2026-06-01); let one end before the other starts.",
    ),
    "two targets of one name": (
        SOURCES + "target: [{revenue: 1, start: 2026-01-01, end: 2026-06-30, name: a},"
        " {revenue: 1, start: 2026-07-01, end: 2026-12-31, name: a}]\n",
        "target: has two entries called a; give each its own name.",
    ),
    "an unknown time zone": (GOOD + "timezone: Paris\n", f"timezone: Paris {NO_ZONE}"),
    "an offset for a time zone": (GOOD + "timezone: +02:00\n", f"timezone: +02:00 {NO_ZONE}"),
    "a time in words": (GOOD + "schedule: 5am\n", 'schedule: 5am is no time of day; write it in quotes as "05:00".'),
    "hours that end before they begin": (
        GOOD + "calendar: {hours: 18:00-09:00}\n",
        "calendar.hours: 18:00-09:00 end before they begin; write them as 09:00-18:00.",
    ),
    "hours without minutes": (
        GOOD + "calendar: {hours: 9-18}\n",
        "calendar.hours: 9-18 are no hours of a day; write them as 09:00-18:00.",
    ),
    "an unknown weekday": (GOOD + "calendar: {working_days: [monday]}\n", "calendar.working_days.0: monday is not"),
    "no weekday": (GOOD + "calendar: {working_days: []}\n", "calendar.working_days: [] is too short; give at least 1."),
    "an unknown country": (
        GOOD + "calendar: {holidays: XX}\n",
        (
            "calendar.holidays: XX is no country or region with known holidays; name it as FR, US or US-CA, "
            "or take the key out."
        ),
    ),
    # stages
    "a stage name in capitals": (GOOD + "funnel: {stages: [lead, MQL, mql, customer]}\n", "funnel.stages.1: MQL is no"),
    "a stage named twice": (
        GOOD + "funnel: {stages: [lead, mql, mql, customer]}\n",
        "funnel.stages: names mql twice; name each stage once.",
    ),
    "a funnel of one stage": (deals() + "funnel: {stages: [customer]}\n", "funnel.stages: ['customer'] is too short"),
    "a reserved stage name": (
        GOOD + "funnel: {stages: [lead, mql, ignore, customer]}\n",
        "funnel.stages: ignore is a reserved word; choose another name.",
    ),
    "an unknown handover": (
        GOOD + "funnel: {handover: sal}\n",
        (
            f"funnel.handover: sal is not one of the stages ({DEFAULT_STAGES}); "
            "name one of them, or null where the funnel has none."
        ),
    ),
    "a handover of deals": (
        GOOD + "funnel: {handover: customer}\n",
        "funnel.handover: customer is a stage of deals; name one of people, or null.",
    ),
    "a mapping to an unknown stage": (
        GOOD + "funnel: {mapping: {New: leed}}\n",
        (
            f"funnel.mapping.New: leed is not one of the stages; use one of {DEFAULT_STAGES}, disqualified, recycled, "
            "ignore."
        ),
    ),
    "a date column of an unknown stage": (
        people(stages="{mqll: MQL Date}"),
        f"sources.files.people.stages.mqll: is not part of this funnel; use one of {DEFAULT_STAGES}.",
    ),
    "a rate of an unknown step": (
        GOOD + "assume: {conversion: {mql_to_won: 0.2}}\n",
        "assume.conversion.mql_to_won: is",
    ),
    "an unknown lever": (
        GOOD + "scenarios: {more: {mqls: 4}}\n",
        "scenarios.more.mqls: is not part of this funnel; use",
    ),
    # words
    "no currency code": (
        GOOD + "currency: euro\n",
        "currency: euro is no currency code; write three capital letters, as in EUR.",
    ),
    "amounts without a currency": (
        deals(amount="Amount"),
        "currency: is missing, but the deals have amounts; add it, as in currency: EUR.",
    ),
    "an unknown language": (GOOD + "language: de\n", "language: de is not possible here; use 'en' or 'fr'."),
    "an unknown segment": (
        GOOD + "funnel: {segment_by: country}\n",
        "funnel.segment_by: country is not possible here;",
    ),
    "yes in quotes": (
        GOOD + 'privacy: {keep_names: "yes"}\n',
        "privacy.keep_names: yes is neither true nor false; write one of the two without quotes.",
    ),
    "a list for a group": (
        GOOD + "capacity: {reps: [Ann, Bob]}\n",
        "capacity.reps: ['Ann', 'Bob'] is not a group of keys; write it as {key: value}.",
    ),
    "an unknown order of dates": (
        people(dates="dmy"),
        "sources.files.people.dates: dmy is not possible here; use 'day_first' or 'month_first'.",
    ),
    "a column without a name": (
        people(id='""'),
        'sources.files.people.id: "" is empty; fill it in, or take the key out.',
    ),
    "a number for a column": (people(id="5"), "sources.files.people.id: 5 is not a text; put it in quotes."),
    "no name in a list of them": (
        people(source="[]"),
        "sources.files.people.source: [] is too short; give at least 1.",
    ),
    "deals without a date or a stage": (
        deals(created=""),
        "sources.files.deals: names no date and no stage, so no row is a deal; add created, closed, won_at or stage.",
    ),
    "won without a stage column": (
        deals(won="[Won]"),
        "sources.files.deals: has won or lost values but no stage column; add stage: with the name of that column.",
    ),
    "won and lost at once": (
        deals(stage="S", won="[Won]", lost="[won ]"),
        "sources.files.deals: calls won both won and lost; keep it in one of the two.",
    ),
    "undated blocks of the agreement": (
        GOOD + "sla: [{}, {}]\n",
        "sla: is a list, but a block has no from; give each the first day it holds.",
    ),
    "two blocks of the agreement from one day": (
        GOOD + "sla: [{from: 2026-01-01}, {from: 2026-01-01}]\n",
        "sla: has two blocks from one day; keep one of them.",
    ),
    # the file itself
    "a key given twice": (
        GOOD + "currency: EUR\ncurrency: USD\n",
        "line 7 is not valid YAML: the key currency is given twice; correct that line.",
    ),
    "a tab": (
        "sources:\n\tfiles: {}\n",
        "line 2 is not valid YAML: found character '\\t' that cannot start any token;",
    ),
    "a bracket left open": (GOOD + "funnel: {stages: [lead, mql\n", "line 7 is not valid YAML: expected ',' or ']'"),
    "a colon left out": (GOOD + "language en\n", "line 7 is not valid YAML: could not find expected ':'"),
    "a control character": (
        GOOD + "language: \x07\n",
        "is not valid YAML; it holds a character that no text file should.",
    ),
    "an alias of nothing": (GOOD + "funnel: *nowhere\n", "line 6 is not valid YAML: found undefined alias 'nowhere'"),
    "a tag that would run code": (
        GOOD + "language: !!python/object:os.system x\n",
        "line 6 is not valid YAML: could not",
    ),
    "two documents": (
        GOOD + "---\nlanguage: fr\n",
        "line 6 is not valid YAML: expected a single document in the stream",
    ),
    "an empty file": ("", "is empty; it needs at least sources: and target:."),
    "comments only": ("# nothing yet\n", "is empty; it needs at least sources: and target:."),
    "a list": ("- a\n- b\n", "is not a list of keys and values; it needs at least sources: and target:."),
    "a word": ("hello", "is not a list of keys and values; it needs at least sources: and target:."),
}


def refusal(folder, content: str | bytes, name: str = "acme.yaml") -> list[str]:
    """The mistakes told of a file."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as refused:
        read_settings(file)
    return refused.value.mistakes


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_one_plain_sentence(tmp_path, kind):
    content, said = MISTAKES[kind]
    told = refusal(tmp_path, content)
    assert len(told) == 1, told
    assert told[0].startswith(f"acme.yaml: {said}")
    assert told[0].endswith(".")
    assert "\n" not in told[0]
    assert not re.search(r"pydantic|Traceback|Error\b", told[0])


def test_at_least_forty_kinds_are_told():
    assert len(MISTAKES) >= 40


def test_the_good_file_is_accepted(tmp_path):
    for content in (GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), people(), deals(), target()):
        (tmp_path / "acme.yaml").write_text(content, encoding="utf-8", newline="")
        assert read_settings(tmp_path / "acme.yaml").target[0].revenue == 100000


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_another_encoding_is_told(tmp_path, encoding):
    told = refusal(tmp_path, (GOOD + "# Référence\n").encode(encoding))
    assert told == ["acme.yaml: is not UTF-8 text; save it as UTF-8."]


def test_a_binary_file_is_told(tmp_path):
    assert refusal(tmp_path, bytes(range(256))) == ["acme.yaml: is not UTF-8 text; save it as UTF-8."]


def test_a_file_that_is_not_there_and_one_that_is_a_folder_are_told(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    for name, why in (("acme.yaml", "No such file or directory"), ("folder.yaml", "Is a directory")):
        with pytest.raises(SettingsError) as refused:
            read_settings(tmp_path / name)
        assert str(refused.value) == f"{name}: cannot be read ({why}); check the file and its permissions."


@pytest.mark.parametrize(("name", "twin"), [("acme.yaml", "acme.yml"), ("acme.yml", "acme.yaml")])
def test_two_files_of_one_account_are_told(tmp_path, name, twin):
    (tmp_path / twin).write_text(GOOD)
    assert refusal(tmp_path, GOOD, name) == [
        f"{name}: {twin} lies beside it and both speak for the account acme; remove one of the two."
    ]


def test_a_name_that_no_account_can_have_is_told(tmp_path):
    assert refusal(tmp_path, GOOD, "Acme Corp.yaml") == [
        "Acme Corp.yaml: an account's name may hold a-z, 0-9, _ and - only; rename the file, for example to acme.yaml."
    ]


def test_all_mistakes_are_told_at_once(tmp_path):
    content = target(revenue="-5", end="2026-02-30") + "language: de\ntimezone: Paris\ncapacity: {touches: 3}\n"
    told = refusal(tmp_path, content)
    assert sorted(line.split(": ")[1] for line in told) == [
        "capacity.touches", "language", "target.end", "target.revenue", "timezone"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        GOOD + "hubspot_access_token: pat-hunter2\n",
        GOOD.replace("sources:\n", "sources:\n  hubspot: {access_token: pat-hunter2}\n"),
        GOOD + "notify: {to: ['mailto://user:pat-hunter2@example.com']}\n",
        GOOD + "notify: {to: pat-hunter2}\n",
        GOOD + "currency: https://user:pat-hunter2@example.com\n",
    ],
)
def test_a_secret_written_into_the_file_is_never_shown(tmp_path, content):
    assert "hunter2" not in " ".join(refusal(tmp_path, content))


# YAML 1.1 reads these otherwise than they are meant.
def test_norway_is_a_country(tmp_path):
    (tmp_path / "acme.yaml").write_text(GOOD + "calendar: {holidays: NO}\n")
    assert read_settings(tmp_path / "acme.yaml").calendar.holidays == "NO"


def test_a_time_in_base_sixty_is_a_time(tmp_path):
    (tmp_path / "acme.yaml").write_text(GOOD + "schedule: 15:30\n")
    assert read_settings(tmp_path / "acme.yaml").schedule == "15:30"
