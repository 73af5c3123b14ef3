"""The text of a new account file is YAML that says what was found, whatever the CRM calls its stages."""

from datetime import date

import pytest
import yaml

from models.proposed_mapping import CrmStage, Proposal
from models.settings.funnel import DEFAULT_STAGES
from pipelines.account_text import NewAccount, account_text

ODD = ["yes", "007", "on: hold # really", "- dash", "Überprüft 🤝", 'it\'s "so"', "two\nlines", "tab\there", "null"]
ODD += ["2026-01-01"]


def text_of(proposals, **about):
    return account_text(
        NewAccount(
            name="acme",
            source="hubspot",
            found="a portal\nof two lines",
            on=date(2026, 6, 30),
            revenue=1e15,
            start=date(2026, 1, 1),
            end=date(2026, 12, 31),
            sales={"share": 0.95},
            capacity={"mqls_per_rep_week": 8},
            stages=DEFAULT_STAGES,
            proposals=proposals,
            **about,
        )
    )


@pytest.mark.parametrize("name", ODD)
def test_a_stage_of_any_name_is_its_key(name):
    known = Proposal(CrmStage("person", None, name, f"{name} #1", 3), "mql", "")
    unknown = Proposal(CrmStage("deal", f"Sales: {name}", "x", name, 3), None, "nobody knows")
    text = text_of([known, unknown], pipelines=[name], left_out=[name], lead_sources=[name])
    said = yaml.safe_load(text)
    assert said["funnel"]["mapping"] == {name: "mql"}
    assert said["sources"]["hubspot"]["pipelines"] == [name]
    assert said["target"] == {"revenue": 10**15, "start": date(2026, 1, 1), "end": date(2026, 12, 31)}
    assert said["sla"]["sales"] == {"share": 0.95}


def test_where_nothing_is_known_the_mapping_is_empty_and_says_how_to_fill_it():
    text = text_of([Proposal(CrmStage("person", None, "9", "Nine", 1), None, "nobody knows")], unmet=["sql"])
    assert yaml.safe_load(text)["funnel"] == {"mapping": {}}
    assert "# 9" not in text
    assert "# '9': ignore" in text
    assert "# stages: [prospect, lead, mql, opportunity, customer]" in text
