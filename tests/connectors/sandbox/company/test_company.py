"""The simulated company is drawn from a seed alone, for any number of people, and grows by a day a day."""

from datetime import date, timedelta

import pytest

from connectors.sandbox.company import Company, truths_of

ENDS_ON = date(2026, 6, 30)


def generated(people=2_000, seed=1, ends_on=ENDS_ON):
    return Company.generate(None, people=people, seed=seed, timezone="Europe/Paris", ends_on=ends_on)


def contents(company, schema, tables):
    return {t: set(company.con.execute(f"select * from {schema}.{t}").fetchall()) for t in tables}


def test_one_seed_is_one_company():
    tables = ("people", "person_moves", "person_owners", "deals", "deal_moves", "deal_people", "touches", "stages")
    with generated() as one, generated() as same, generated(seed=2) as other:
        assert contents(one, "company", tables) == contents(same, "company", tables)
        assert contents(one, "company", tables)["person_moves"] != contents(other, "company", tables)["person_moves"]


def test_a_company_in_a_file_is_that_in_memory(tmp_path):
    with generated(people=300) as one:
        in_memory = contents(one, "company", ["people", "touches"])
    file = tmp_path / "company.duckdb"
    with Company.generate(file, people=300, seed=1, timezone="Europe/Paris", ends_on=ENDS_ON) as other:
        assert contents(other, "company", ["people", "touches"]) == in_memory
        other.view(other.midnight_after(ENDS_ON))
        assert other.con.execute("select count(*) > 250 from visible.people").fetchall() == [(True,)]
    assert file.exists()


@pytest.mark.parametrize("people", [1, 7, 1_000])
@pytest.mark.parametrize("ends_on", [date(2026, 6, 30), date(2028, 2, 29)])
def test_exactly_so_many_people_arrive_whatever_the_last_day(people, ends_on):
    with generated(people=people, ends_on=ends_on) as made:
        counts = made.con.execute("select count(*), count(distinct person_no) from company.people").fetchall()
        assert counts == [(people, people)]


def test_the_next_day_is_the_same_company_with_one_day_more():
    tables = {"person_moves": 1, "deal_moves": 10, "touches": 200}
    with generated() as today, generated(ends_on=ENDS_ON + timedelta(days=1)) as tomorrow:
        night = today.midnight_after(ENDS_ON)
        today.view(night)
        tomorrow.view(night)
        before, after = contents(today, "visible", tables), contents(tomorrow, "visible", tables)
        # The oldest day has fallen off the far end, and with it whoever was merged into or linked to someone of it.
        oldest = tomorrow.con.execute("select min(person_no) from company.people").fetchall()[0][0] + 40
    for table, numbered_by in tables.items():
        kept = {r for r in before[table] if r[0] >= numbered_by * oldest}
        assert len(kept) > 0.9 * len(before[table])
        assert kept == {r for r in after[table] if r[0] >= numbered_by * oldest}


def test_a_draw_for_one_purpose_or_person_says_nothing_of_another(value):
    assert abs(value("select corr(u('a', i), u('b', i)) from range(100000) as t(i)")) < 0.02
    assert abs(value("select corr(u('a', i), u('a', i + 1)) from range(100000) as t(i)")) < 0.02
    assert abs(value("select avg(u('a', i)) from range(100000) as t(i)") - 0.5) < 0.005
    assert abs(value("select stddev(bell('a', i)) from range(100000) as t(i)") - 1) < 0.02


@pytest.mark.parametrize(
    ("table", "condition"), [("person_moves", "moved_by = 'person'"), ("deal_moves", "moved_by = 'person'")]
)
def test_people_work_in_working_hours(value, table, condition):
    at = "to_local(moved_at)"
    assert value(f"select count(*) from company.{table} where {condition}") > 0
    outside = f"(isodow({at}) > 5 or hour({at}) not between 9 and 17)"
    assert value(f"select count(*) from company.{table} where {condition} and {outside}") == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("people", "created_at"),
        ("person_moves", "moved_at"),
        ("person_owners", "from_at"),
        ("deals", "created_at"),
        ("deal_moves", "moved_at"),
        ("deal_people", "from_at"),
        ("touches", "touched_at"),
        ("touches", "recorded_at"),
    ],
)
def test_times_are_whole_seconds(value, table, column):
    assert value(f"select count(*) from company.{table} where {column} <> date_trunc('second', {column})") == 0


@pytest.mark.parametrize(
    ("table", "grain"),
    [
        ("people", "person_no"),
        ("person_moves", "(person_no, move_no)"),
        ("person_owners", "(person_no, from_at)"),
        ("deals", "deal_no"),
        ("deal_moves", "(deal_no, move_no)"),
        ("deal_people", "(deal_no, person_no)"),
        ("deal_owners", "(deal_no, from_at)"),
        ("touches", "touch_no"),
        ("owners", "owner_no"),
    ],
)
def test_each_row_is_there_once(value, table, grain):
    assert value(f"select count(*) - count(distinct {grain}) from company.{table}") == 0


def test_a_deal_is_won_or_lost_after_it_was_begun(value):
    assert value("select count(*) from company.deal_moves where move_no = 1 and crm_stage like '%won'") == 0
    begun = "select count(*) from company.deal_moves as m join company.deals as d using (deal_no) where"
    assert value(f"{begun} m.moved_at < d.created_at") == 0
    assert value(f"{begun} m.move_no = 1 and m.moved_at <> d.created_at") == 0


def test_a_million_people_share_more_reps_than_twenty_thousand():
    assert [len(truths_of(n).reps) for n in (100, 20_000, 50_000, 1_000_000)] == [6, 6, 12, 20]
