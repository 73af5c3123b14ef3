"""What the company's CRM shows at a moment: nothing later, nothing that was deleted, merged people as one."""

from datetime import timedelta

import pytest

EARLIER, LATER = "2026-01-15 03:00:00", "2026-04-01 22:00:00"
KNOWN_SINCE = {
    "people": "created_at",
    "person_moves": "recorded_at",
    "person_outcomes": "outcome_at",
    "person_owners": "from_at",
    "deals": "created_at",
    "deal_moves": "recorded_at",
    "deal_people": "from_at",
    "deal_owners": "from_at",
    "touches": "recorded_at",
}


def rows(company, sql):
    return set(company.con.execute(sql).fetchall())


def moment(company, text):
    return company.con.execute(f"select timestamp '{text}'").fetchall()[0][0]


@pytest.fixture
def seen_early(company):
    """The company as its CRM showed it early."""
    company.view(moment(company, EARLIER))
    return company


@pytest.mark.parametrize("table", KNOWN_SINCE)
def test_a_view_never_shows_a_later_fact(seen_early, value, table):
    assert value(f"select count(*) from visible.{table}") > 0
    assert value(f"select count(*) from visible.{table} where not {KNOWN_SINCE[table]} < '{EARLIER}'") == 0


def test_a_view_knows_of_no_later_end(seen_early, value):
    for table in ("people", "deals"):
        late = f"deleted_at >= '{EARLIER}' or restored_at >= '{EARLIER}'"
        assert value(f"select count(*) from visible.{table} where {late}") == 0
    assert value(f"select count(*) from visible.owners where left_at >= '{EARLIER}'") == 0
    assert value(f"select count(*) from visible.stages where from_at >= '{EARLIER}' or to_at >= '{EARLIER}'") == 0
    # A deal that is open carries the day it is planned to close, whatever will become of it.
    planned = """select count(*) from visible.deals as v join company.deals as d using (deal_no)
        where v.close_date <> d.close_date and not exists (select 1 from visible.deal_moves as m
            where m.deal_no = v.deal_no and (m.crm_stage like '%won' or m.crm_stage like '%lost'))"""
    assert value(planned) == 0


def test_only_meetings_lie_ahead_and_how_they_went_is_not_known(seen_early, value):
    ahead = f"select count(*) from visible.touches where touched_at >= '{EARLIER}'"
    assert value(ahead) > 0
    assert value(f"{ahead} and (kind <> 'meeting' or outcome is not null)") == 0


def test_of_two_views_the_later_adds_and_takes_away_only_what_was_done_between(company):
    company.view(moment(company, EARLIER))
    moves_before, people_before = rows(company, "from visible.person_moves"), rows(company, "from visible.people")
    company.view(moment(company, LATER))
    moves_after, people_after = rows(company, "from visible.person_moves"), rows(company, "from visible.people")
    gone = rows(
        company,
        f"""select unnest([person_no, merged_into]) from company.people
        where deleted_at < '{LATER}' or erased_at < '{LATER}' or merged_at < '{LATER}'""",
    )
    others = {r for r in moves_before if (r[0],) not in gone}
    assert len(others) > 10_000
    assert others <= moves_after
    assert {(r[0],) for r in people_before - people_after} <= gone
    new = {r for r in moves_after - moves_before if (r[0],) not in gone}
    assert new
    assert all(moment(company, EARLIER) <= r[4] < moment(company, LATER) for r in new)


def test_a_merged_person_is_its_survivor_with_both_histories(company, value):
    company.view(company.midnight_after(company.ends_on))
    merged = company.con.execute(
        """select l.person_no, l.merged_into, l.created_at
        from company.people as l
        join company.people as s on s.person_no = l.merged_into
        join visible.people as v on v.person_no = s.person_no
        where l.merged_at < '2026-06-30' and l.erased_at is null and l.created_at < s.created_at
        order by l.person_no limit 20"""
    ).fetchall()
    assert len(merged) == 20
    for loser, survivor, created_at in merged:
        assert value(f"select count(*) from visible.people where person_no = {loser}") == 0
        assert value(f"select created_at from visible.people where person_no = {survivor}") <= created_at
        both = f"moved_at < '2026-06-30 22:00' and person_no in ({loser}, {survivor})"
        assert value(f"select count(*) from visible.person_moves where person_no = {survivor}") >= value(
            f"select count(*) from company.person_moves where {both}"
        )
    assert value("select count(*) - count(distinct (person_no, move_no)) from visible.person_moves") == 0


@pytest.mark.parametrize(("table", "number"), [("people", "person_no"), ("deals", "deal_no")])
def test_the_deleted_are_away_and_the_restored_are_back(company, value, table, number):
    erased = "and erased_at is null" if table == "people" else ""
    record, deleted_at, restored_at = company.con.execute(
        f"""select {number}, deleted_at, restored_at from company.{table}
        where restored_at < '2026-06-01' {erased} order by 1 limit 1"""
    ).fetchall()[0]
    seen = []
    for at in (deleted_at, deleted_at + timedelta(seconds=1), restored_at + timedelta(seconds=1)):
        company.view(at)
        seen.append(value(f"select count(*) from visible.{table} where {number} = {record}"))
    assert seen == [1, 0, 1]
