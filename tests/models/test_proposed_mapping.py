"""What a CRM's stages are proposed to mean, and which of them nobody has mapped."""

import pytest

from models.proposed_mapping import (
    CrmStage,
    proposed_mapping,
    sales_pipelines,
    unmapped,
    unmapped_share,
    without_a_crm_stage,
)
from models.settings.funnel import DEFAULT_STAGES, Funnel


def person(value, label=None, records=1):
    return CrmStage("person", None, value, label or value, records)


def deal(value, label=None, pipeline="Sales", records=1, **flags):
    return CrmStage("deal", pipeline, value, label or value, records, **flags)


def meanings(crm_stages, stages=DEFAULT_STAGES):
    return [p.meaning for p in proposed_mapping(crm_stages, stages)]


@pytest.mark.parametrize(
    ("value", "label", "meaning"),
    [
        ("subscriber", "Subscriber", "prospect"),
        # Its id says what it is, whatever the portal calls it.
        ("marketingqualifiedlead", "Hand-raiser", "mql"),
        ("153180555", "Working", "mql"),
        ("153180555", "MQL - in progress", "mql"),
        ("153180555", "SQL (réunion prise)", "sql"),
        ("153180555", "MQL rejected", "disqualified"),
        ("153180555", "Lead non qualifié", "disqualified"),
        ("153180555", "Nurture 2024", "recycled"),
        ("153180555", "Sales accepted", "mql"),
        ("153180555", "Inbound lead", "lead"),
        ("153180555", "Dead lead", None),
        ("153180555", "Qualified lead", None),
        ("153180555", "Former customer", None),
        ("153180555", "On hold – à revoir", None),
        ("other", "Other", "ignore"),
    ],
)
def test_a_stage_of_people_is_known_by_its_id_or_its_name(value, label, meaning):
    assert meanings([person(value, label)]) == [meaning]


def test_a_shorter_funnel_gets_the_nearest_earlier_stage():
    stages = ["lead", "mql", "customer"]
    assert meanings([person("1", "SQL now"), person("subscriber"), person("lead")], stages) == ["mql", "ignore", "lead"]


def test_deals_are_known_by_the_crm_s_own_flags_first():
    found = [
        deal("1", "Discovery"),
        # The portal calls it won, whatever it is called.
        deal("2", "Signature", is_won=True),
        deal("closedwon", "Closed won, no more", is_lost=True),
        deal("3", "Negotiation"),
    ]
    assert meanings(found) == ["opportunity", "customer", "disqualified", "opportunity"]


def test_deals_of_exports_are_known_by_their_names():
    found = [deal(n, pipeline=None) for n in ("Closed Won", "Affaire perdue", "Gagnée", "Demo", "Closed Lost")]
    assert meanings(found) == ["customer", "disqualified", "customer", "opportunity", "disqualified"]


def test_a_pipeline_that_is_no_sales_is_left_to_a_person():
    found = [
        deal("1", "Discovery"),
        deal("2", "Won", is_won=True),
        deal("3", "Kick-off", "Onboarding"),
        deal("4", "Done", "Onboarding", is_won=True),
        deal("5", "Idea", "Ideas"),
    ]
    assert sales_pipelines(found) == ["Sales"]
    assert meanings(found) == ["opportunity", "customer", None, None, None]


def test_two_stages_that_a_mapping_cannot_tell_apart_are_left_to_a_person():
    # Exports know stages by their names alone, and one mapping serves people and deals.
    found = [person("Qualified"), deal("Qualified", pipeline=None)]
    proposals = proposed_mapping(found, DEFAULT_STAGES)
    assert [p.meaning for p in proposals] == ["sql", None]
    assert "means sql" in proposals[1].because


def test_what_is_unmapped_is_what_a_night_says_is():
    funnel = Funnel(mapping={"42": "mql", "Lost for good": "disqualified", "7": "lead"})
    found = [
        person("subscriber", records=50),
        person("42", "On hold", records=10),
        person("43", "Parked", records=20),
        person("44", "Empty", records=0),
        deal("d1", "lost for good ", records=5),
        deal("d2", "Signed", records=5, is_won=True),
        # A stage of people means nothing for a deal.
        deal("7", "Seven", records=4),
        deal("d3", "Mystery", records=6),
        deal("contractsent", records=10),
    ]
    assert [s.value for s in unmapped(found, funnel)] == ["43", "7", "d3"]
    # 80 people and 20 open deals: 30 of them stand where nobody knows what it means.
    assert unmapped_share(found, funnel, people=80) == pytest.approx(0.3)


def test_a_record_s_own_flag_is_stronger_than_what_the_account_says_of_its_stage():
    funnel = Funnel(mapping={"Lost": "sql"})
    lost = {"records": 3, "is_lost": True}
    # HubSpot flags stages, and the account may say otherwise; Salesforce and exports flag the deals themselves.
    assert unmapped([deal("Lost", **lost)], funnel) != []
    assert unmapped([deal("Lost", **lost, is_final=True)], funnel) == []


def test_an_empty_crm_has_nothing_unmapped():
    assert unmapped_share([], Funnel(), people=0) == 0
    assert proposed_mapping([], DEFAULT_STAGES) == []


def test_a_stage_of_the_funnel_that_nothing_in_the_crm_means_is_named():
    found = [person("lead"), person("marketingqualifiedlead"), deal("1", "Signed", is_won=True), person("customer")]
    # A person's own stage says nothing of deals, and the other way round.
    assert without_a_crm_stage(found, Funnel()) == ["prospect", "sql", "opportunity"]
    moved = Funnel(mapping={"1": "opportunity", "lead": "sql"})
    assert without_a_crm_stage(found, moved) == ["prospect", "lead", "customer"]
