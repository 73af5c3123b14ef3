"""What moves no modification date in a portal, one thing at a time: the night after shows it all the same."""

from contextlib import contextmanager

import pytest

from connectors.sandbox.hubspot_face import answers
from tests.hubspot_night import client, differing, open_warehouse_for, portal_of, read_night, tables_of

RAW = ("raw_hubspot",)
# What a night without changes may take, and what each record that is gone adds.
QUIET, A_RECORD = 25, 20


@pytest.fixture(scope="module")
def portal():
    with portal_of(people=900) as (company, face, url):
        yield company.con, face.portal, url


@pytest.fixture
def night(portal, tmp_path):
    """A function that reads the portal again; returns the warehouse's rows, by a SELECT, and the calls it took."""
    _, _, url = portal
    with open_warehouse_for(tmp_path) as con:
        read_night(con, tmp_path, client(url))

    def read():
        with open_warehouse_for(tmp_path) as con:
            connection = client(url)
            read_night(con, tmp_path, connection)
            assert connection.all_calls <= QUIET + 3 * A_RECORD
            nightly = tables_of(con, RAW)
        whole = tmp_path / "whole"
        whole.mkdir(exist_ok=True)
        with open_warehouse_for(whole, full_refresh=True) as con:
            read_night(con, whole, client(url))
            assert differing(tables_of(con, RAW), nightly) == {}
        return nightly

    return read


@contextmanager
def changed(portal, *statements):
    """The portal after some statements, for the time of the block."""
    con, face, _ = portal
    kept = ("contacts", "deals", "calls", "emails", "links")
    for table in kept:
        con.execute(f"create or replace table portal.kept_{table} as select * from portal.{table}")
    for statement in statements:
        con.execute(statement)
    face.look_again()
    try:
        yield
    finally:
        for table in kept:
            con.execute(f"create or replace table portal.{table} as select * from portal.kept_{table}")
        face.look_again()


def value(portal, select):
    return portal[0].execute(select).fetchall()[0]


def a_contact(portal, place=0):
    """A contact that was handed over, has an e-mail and no deal."""
    linked = "select 1 from portal.links as l where l.contact_id = c.id and l.object_type ="
    return value(
        portal,
        "select c.id from portal.contacts as c where not c.is_archived "
        f"and c.hs_v2_date_entered_marketingqualifiedlead is not null and exists ({linked} 'emails') "
        f"and not exists ({linked} 'deals') order by c.id limit 1 offset {place}",
    )[0]


def a_deal(portal):
    return value(
        portal,
        "select l.id, l.contact_id from portal.links as l join portal.deals as d on d.id = l.id "
        "where not d.is_archived and l.object_type = 'deals' order by 1 limit 1",
    )


def archive(table, record, links):
    return (
        f"update portal.{table} set is_archived = true, archived_at = timestamp '2026-06-30 12:00' where id = {record}",
        f"delete from portal.links where {links}",
    )


def mentions(tables, record):
    return [k for k, rows in tables.items() if any(f"'{record}'" in r for r in rows)]


def test_an_archived_contact_goes_with_its_links_and_comes_back_with_its_history(portal, night):
    contact = a_contact(portal)
    with changed(portal, *archive("contacts", contact, f"contact_id = {contact}")):
        assert mentions(night(), contact) == []
    found = night()
    assert {"raw_hubspot.contacts", "raw_hubspot.changes", "raw_hubspot.links"} <= set(mentions(found, contact))


def test_an_archived_deal_goes_and_comes_back(portal, night):
    deal, contact = a_deal(portal)
    with changed(portal, *archive("deals", deal, f"object_type = 'deals' and id = {deal}")):
        assert mentions(night(), deal) == []
    found = night()
    assert f"('deal', '{deal}', '{contact}')" in found["raw_hubspot.links"]


def test_an_erased_contact_leaves_no_trace_at_all(portal, night):
    contact = a_contact(portal)
    gone = (
        f"delete from portal.contacts where id = {contact}",
        f"delete from portal.links where contact_id = {contact}",
    )
    with changed(portal, *gone):
        assert mentions(night(), contact) == []


def test_a_deal_that_vanished_is_found_by_counting(portal, night):
    deal, _ = a_deal(portal)
    gone = (
        f"delete from portal.deals where id = {deal}",
        f"delete from portal.links where object_type = 'deals' and id = {deal}",
    )
    with changed(portal, *gone):
        assert mentions(night(), deal) == []


def merged(one, other, made, known):
    """A merge makes a record of its own that knows those it was made of; what hung on them hangs on it."""
    return (
        (
            f"insert into portal.contacts select * replace ({made} as id, '{known}' as hs_merged_object_ids) "
            f"from portal.contacts where id = {one}"
        ),
        f"delete from portal.contacts where id in ({one}, {other})",
        f"update portal.links set contact_id = {made} where contact_id in ({one}, {other})",
    )


def test_a_merge_makes_one_record_with_the_activities_of_both(portal, night):
    one, other = a_contact(portal), a_contact(portal, 1)
    (emails,) = value(
        portal,
        f"select count(distinct id) from portal.links where object_type = 'emails' and contact_id in ({one}, {other})",
    )
    with changed(portal, *merged(one, other, 9_100_000_001, f"{one};{other}")):
        found = night()
        assert mentions(found, one) == mentions(found, other) == []
        of_it = [r for r in found["raw_hubspot.links"] if "'email'" in r and "'9100000001'" in r]
        assert len(of_it) == emails


def test_a_merge_of_a_merge_ends_in_one_record(portal, night):
    one, other, third = (a_contact(portal, i) for i in range(3))
    first = merged(one, other, 9_100_000_001, f"{one};{other}")
    second = merged(9_100_000_001, third, 9_100_000_002, f"9100000001;{one};{other};{third}")
    with changed(portal, *first, *second):
        found = night()
        assert [mentions(found, i) for i in (one, other, third, 9_100_000_001)] == [[], [], [], []]
        assert "raw_hubspot.changes" in mentions(found, 9_100_000_002)


def test_a_link_that_is_removed_or_added_shows_the_night_after(portal, night):
    deal, contact = a_deal(portal)
    other = a_contact(portal)
    of_it = f"object_type = 'deals' and id = {deal} and contact_id = {contact}"
    moved = f"update portal.links set contact_id = {other} where {of_it}"
    with changed(portal, moved):
        found = night()["raw_hubspot.links"]
        assert f"('deal', '{deal}', '{contact}')" not in found
        assert f"('deal', '{deal}', '{other}')" in found


def test_more_records_than_a_search_shows_share_one_millisecond(tmp_path, monkeypatch):
    # HubSpot shows 10,000 results of a search; a window of 500 is passed as well by fewer people.
    monkeypatch.setattr(answers, "WINDOW", 500)
    with portal_of(people=1_500) as (company, face, url):
        with open_warehouse_for(tmp_path) as con:
            read_night(con, tmp_path, client(url))
        # A bulk edit, as an import or a workflow makes it.
        at = "2026-06-30 21:59:59.123"
        company.con.execute(
            f"update portal.contacts set modified_at = timestamp '{at}', "
            f"lastmodifieddate = strftime(timestamp '{at}', '%Y-%m-%dT%H:%M:%S.123Z'), hubspot_owner_id = '3'"
        )
        face.portal.look_again()
        with open_warehouse_for(tmp_path) as con:
            read_night(con, tmp_path, client(url))
            counts = "select count(*), count(*) filter (where owner = '3') from raw_hubspot.contacts"
            there, changed_now = con.execute(counts).fetchall()[0]
        assert there > 1_000
        assert changed_now == there
