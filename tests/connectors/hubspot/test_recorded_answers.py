"""Answers that HubSpot really gave, read into the raw tables: nothing the funnel needs of them is lost."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.hubspot.loading import load_records
from connectors.hubspot.objects import CONTACTS, DEALS
from connectors.hubspot.selection import select
from connectors.landing import Landing
from connectors.protocol import Cost, Landed
from pipelines.catalog import RAW
from pipelines.landing import Files, create_tables, load

SAMPLES = Path(__file__).with_name("samples")


def records_of(name):
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))["body"]["results"]


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute("create schema nights")
        con.execute("create table nights.cursors (stream varchar, cursor varchar)")
        create_tables(con, RAW)
        yield con


def loaded(con, folder, kind, records, stages):
    """Load records as listed; returns what is read of their properties."""
    definitions = {name: {} for r in records for name in r["properties"]}
    selection = select(kind, definitions, stages, [])
    landing = Landing(folder)
    # The list that was recorded was asked for its histories; most are not.
    plain = [{k: v for k, v in r.items() if k != "propertiesWithHistory"} for r in records]
    landing.write("records", plain)
    landed = Landed("cursor", Cost(len(records)), is_whole=True, files={"records": landing.files("records")})
    step = load_records(kind, selection, [], None)
    load(con, f"hubspot.{kind.name}", landed, landing, (), [Files(step.kind, step.statements)])
    return selection


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=None)


def rows(con, select):
    return con.execute(select).fetchall()


def test_recorded_contacts_keep_their_stages_and_moments(con, tmp_path):
    records = records_of("contacts_with_history_v3.json")
    selection = loaded(con, tmp_path, CONTACTS, records, ["lead", "opportunity"])
    assert selection.roles["created"] == "createdate"
    kept = {(r["id"], utc(r["properties"]["createdate"])) for r in records}
    assert set(rows(con, "select contact_id, created_at from raw_hubspot.contacts")) == kept
    told = {
        (r["id"], stage, utc(r["properties"][f"hs_date_entered_{stage}"]))
        for r in records
        for stage in ("lead", "opportunity")
        if r["properties"].get(f"hs_date_entered_{stage}")
    }
    assert len(told) >= 2
    assert (
        set(rows(con, "select record_id, value, changed_at from raw_hubspot.changes where property = 'stage'")) == told
    )


def test_recorded_deals_keep_their_amounts_and_those_without_are_without(con, tmp_path):
    records = records_of("deals_two_v3.json")
    loaded(con, tmp_path, DEALS, records, [])
    kept = {
        (
            r["id"],
            r["properties"]["dealstage"],
            Decimal(r["properties"]["amount"]) if r["properties"]["amount"] else None,
            utc(r["properties"]["createdate"]),
        )
        for r in records
    }
    assert set(rows(con, "select deal_id, stage, amount, created_at from raw_hubspot.deals")) == kept


@pytest.mark.parametrize(
    ("text", "amount"),
    [("3000", "3000"), ("5000.00", "5000"), ("", None), (None, None), ("1.5E3", "1500"), ("0", "0"),
     ("1234.5600000000000000000000000000000000000000000001", "1234.56"), ("n/a", None)],
)  # fmt: skip
def test_amounts_come_as_text_of_several_forms(con, tmp_path, text, amount):
    (one, _) = records_of("deals_two_v3.json")
    loaded(con, tmp_path, DEALS, [one | {"properties": one["properties"] | {"amount": text}}], [])
    assert rows(con, "select amount from raw_hubspot.deals") == [(Decimal(amount) if amount else None,)]


def test_a_deal_without_a_stage_has_a_place(con, tmp_path):
    (one, _) = records_of("deals_two_v3.json")
    loaded(con, tmp_path, DEALS, [one | {"properties": one["properties"] | {"dealstage": None}}], [])
    assert rows(con, "select stage from raw_hubspot.deals") == [(None,)]
