"""The source `sandbox` in an account file: its keys, and what is refused."""

from datetime import date

import pytest

from connectors.sandbox.company import Truths
from models.open_night import stage_rows
from models.settings.read import SettingsError, settings_from
from models.settings.sources import SANDBOX_CURRENCY


def settings(sandbox, **others):
    target = {"revenue": 1000, "start": date(2026, 1, 1), "end": date(2026, 12, 31)}
    return settings_from({"sources": {"sandbox": sandbox, **others}, "target": target}, "sandbox.yaml")


def mistakes(*given, **others):
    with pytest.raises(SettingsError) as refused:
        settings(*given, **others)
    return refused.value.mistakes


@pytest.mark.parametrize("bare", [None, {}])
def test_a_bare_sandbox_is_twenty_thousand_people_read_as_files(bare):
    source = settings(bare).sources.sandbox
    assert (source.people, source.seed, source.as_, source.last_day) == (20_000, 1, "files", None)
    assert settings(bare).sources.names == ["sandbox"]


def test_every_key_is_taken():
    source = settings({"people": 500, "seed": 7, "as": "hubspot", "today": "2026-06-30"}).sources.sandbox
    assert (source.people, source.seed, source.as_, source.last_day) == (500, 7, "hubspot", date(2026, 6, 30))


def test_its_money_is_the_companys_unless_the_account_says_otherwise():
    assert settings({}).money == "EUR" == SANDBOX_CURRENCY == Truths.currency


def test_every_stage_of_the_funnel_is_dated():
    assert all(stage.is_mapped for stage in stage_rows(settings({})))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"people": 0},
            "sandbox.yaml: sources.sandbox.people: 0 is out of range; give a number from 1.",
        ),
        (
            {"people": 2_000_000},
            "sandbox.yaml: sources.sandbox.people: 2000000 is out of range; give a number up to 1000000.",
        ),
        (
            {"seed": "one"},
            "sandbox.yaml: sources.sandbox.seed: one is not a whole number; write one without quotes.",
        ),
        (
            {"as": "pipedrive"},
            "sandbox.yaml: sources.sandbox.as: pipedrive is not possible here; use 'files', 'hubspot' or 'salesforce'.",
        ),
        (
            {"today": "2026-02-30"},
            (
                "sandbox.yaml: sources.sandbox.today: 2026-02-30 is not a day of the calendar; "
                "write it as YYYY-MM-DD, for example 2026-01-31."
            ),
        ),
    ],
)
def test_an_impossible_value_is_refused_in_one_sentence(given, said):
    assert mistakes(given) == [said]


def test_a_simulated_company_stands_alone():
    [said] = mistakes({}, hubspot={})
    assert said.startswith("sandbox.yaml: sources: names sandbox and hubspot, but a simulated company has no real")
