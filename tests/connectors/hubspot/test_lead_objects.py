"""A portal with lead objects: their stages become those of the contacts behind them."""

import pytest

from tests.hubspot_night import build_tables, client, control, open_warehouse_for, portal_of, read_night

SETTINGS = {
    "sources": {"hubspot": {}},
    "currency": "EUR",
    "target": {"revenue": 500000, "start": "2026-01-01", "end": "2026-12-31"},
    "funnel": {"mapping": {"Qualified": "sql", "Unqualified": "disqualified"}},
}
STAGES = (("new", "2026-06-01T08:00:00.000Z"), ("qualified", "2026-06-03T09:30:00.000Z"))


def lead(key, contact, *stages, modified="2026-06-03 09:30"):
    """Statements that add a lead object which went through stages, and its contact."""
    history = ", ".join(
        f'{{"value": "{s}-stage-id", "timestamp": "{at}", "sourceType": "CRM_UI"}}' for s, at in reversed(stages)
    )
    row = {
        "id": key,
        "created_at": "timestamp '2026-06-01 08:00'",
        "modified_at": f"timestamp '{modified}'",
        "is_archived": "false",
        "hs_createdate": "'2026-06-01T08:00:00.000Z'",
        "hs_lastmodifieddate": f"strftime(timestamp '{modified}', '%Y-%m-%dT%H:%M:%S.000Z')",
        "hs_pipeline": "'lead-pipeline-id'",
        "hs_pipeline_stage": f"'{stages[-1][0]}-stage-id'",
        "hubspot_owner_id": "'3'",
        "h_hs_pipeline_stage": f"'[{history}]'",
    }
    return (
        f"insert into portal.leads ({', '.join(row)}) values ({', '.join(map(str, row.values()))})",
        f"insert into portal.links values ('leads', {key}, {contact})",
    )


@pytest.fixture
def portal():
    with portal_of(people=300) as (company, face, url):
        control(url, "denied", [])
        (contact,) = company.con.execute(
            "select id from portal.contacts where not is_archived and lifecyclestage = 'lead' order by id limit 1"
        ).fetchone()
        yield company.con, face.portal, url, contact


def entries_of(con, contact):
    return con.execute(
        "select stage, entered_at::varchar, evidence from hubspot.entries where record_id = $1 and stage = 'sql'",
        [f"hubspot:{contact}"],
    ).fetchall()


def test_a_lead_object_s_stages_are_read_with_their_history(portal, tmp_path):
    con, face, url, contact = portal
    for statement in lead(700, contact, *STAGES):
        con.execute(statement)
    face.look_again()
    with open_warehouse_for(tmp_path, settings=SETTINGS) as night:
        read_night(night, tmp_path, client(url))
        build_tables(night)
        assert night.execute("select lead_id, stage, owner from raw_hubspot.leads").fetchall() == [
            ("700", "qualified-stage-id", "3")
        ]
        assert entries_of(night, contact) == [("sql", "2026-06-03 09:30:00", "history")]
        assert night.execute("select count(*) from raw_hubspot.findings where finding like '%leads%'").fetchall() == [
            (0,)
        ]


def test_a_lead_object_that_is_new_the_night_after_is_read_and_one_that_is_gone_goes(portal, tmp_path):
    con, face, url, contact = portal
    with open_warehouse_for(tmp_path, settings=SETTINGS) as night:
        read_night(night, tmp_path, client(url))
    for statement in lead(700, contact, *STAGES, modified="2026-06-30 21:00"):
        con.execute(statement)
    face.look_again()
    with open_warehouse_for(tmp_path, settings=SETTINGS) as night:
        read_night(night, tmp_path, client(url))
        build_tables(night)
        assert entries_of(night, contact) == [("sql", "2026-06-03 09:30:00", "history")]
    con.execute("delete from portal.leads")
    con.execute("delete from portal.links where object_type = 'leads'")
    face.look_again()
    with open_warehouse_for(tmp_path, settings=SETTINGS) as night:
        read_night(night, tmp_path, client(url))
        build_tables(night)
        assert entries_of(night, contact) == []
        assert night.execute("select count(*) from raw_hubspot.leads").fetchall() == [(0,)]
