"""What every file in sql/ keeps to: the portable subset, a description, a comment a column, a grain that is there."""

import duckdb
import pytest
import sqlglot

from pipelines.catalog import catalog
from pipelines.paths import SQL
from pipelines.sql_files import read_sql_file
from pipelines.sql_lint import lint
from pipelines.sql_tables import sql_tables
from pipelines.table import SqlFileError

FILES = sorted(SQL.glob("*/*.sql"))
SQL_TABLES = [t for t in catalog().tables.values() if t.sql is not None]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}.{p.stem}")
each_table = pytest.mark.parametrize("table", SQL_TABLES, ids=lambda t: t.key)

# Section by section, the columns that other tables, people and dashboards rely on.
CONTRACT = {
    "funnel.people": "person_id, source_system, created_at, lead_source, owner_id, crm_stage, stage, segment, origin",
    "funnel.deals": "deal_id, source_system, pipeline, crm_stage, stage, is_won, is_lost, amount, currency, "
    "amount_in_currency, created_at, closed_at, booked_on, owner_id, segment, origin",
    "funnel.deal_people": "deal_id, person_id, weight",
    "funnel.stage_entries": "record_type, record_id, stage, round, entered_at, left_at, recorded_at, evidence, "
    "moved_by",
    "funnel.outcomes": "record_type, record_id, outcome, reason, outcome_at, recorded_at",
    "funnel.owner_spans": "record_type, record_id, owner_id, from_at, to_at, recorded_at",
    "funnel.touches": "touch_id, person_id, owner_id, kind, direction, outcome, is_automated, is_imported, reached, "
    "touched_at, recorded_at",
    "funnel.reps": "owner_id, name, team, is_active, is_rep, share",
    "reporting.stage_counts": "as_of, record_type, pipeline, crm_stage, crm_stage_label, stage, segment, records, "
    "amount",
    "reporting.stage_entries_weekly": "week_start, stage, segment, origin, entered, reentered, imputed",
    "reporting.data_quality": "as_of, finding, severity, records, example_ids, remedy",
}
# What a column's name promises of its type.
TYPES = {"_at": "TIMESTAMP", "_on": "DATE", "_id": "VARCHAR", "_stage": "VARCHAR", "_days": "BIGINT"}
COUNTS = ("records", "entered", "reentered", "imputed", "round", "mqls", "mql_rounds")


@each_file
def test_a_file_keeps_to_the_portable_subset(path):
    assert lint(read_sql_file(path).tree) == []


@each_file
def test_a_file_says_what_it_holds_and_reads_tables_that_are_there(path):
    file = read_sql_file(path)
    assert file.description
    assert set(file.reads) <= set(catalog().tables)


@each_table
def test_every_column_has_a_comment(table):
    assert [c.name for c in table.columns if not c.description.strip()] == []


@each_table
def test_the_grain_and_the_checks_name_columns_that_are_there(table):
    assert set(table.grain) <= {c.name for c in table.columns}
    with duckdb.connect() as con:
        con.execute(f"create table t ({', '.join(f'{c.name} {c.type}' for c in table.columns)})")
        for check in table.checks:
            con.execute(f"select count(*) filter (where not ({check.condition})) from t")


@each_table
def test_a_column_is_of_the_type_its_name_promises(table):
    for column in table.columns:
        for ending, kind in TYPES.items():
            if column.name.endswith(ending):
                assert column.type == kind, column.name
        if column.name.startswith(("is_", "has_")):
            assert column.type == "BOOLEAN", column.name
        if column.name in COUNTS:
            assert column.type == "BIGINT", column.name
        if "amount" in column.name:
            assert column.type in ("DECIMAL(18,2)", "DOUBLE"), column.name


@pytest.mark.parametrize("key", CONTRACT)
def test_a_table_has_the_columns_of_the_contract_in_order(key):
    assert ", ".join(c.name for c in catalog().tables[key].columns) == CONTRACT[key]


@each_table
def test_a_table_of_nights_has_the_night_in_its_grain(table):
    if table.is_nightly and table.schema == "reporting":
        assert table.grain[:1] == ("as_of",)


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("select * from s.a asof join s.b on a.x = b.x and a.t >= b.t", "ASOF JOIN: join on the key"),
        ("select * from (pivot s.a on x using sum(y))", "PIVOT: write one conditional aggregate"),
        ("select x from s.a union by name select x from s.b", "UNION BY NAME: name the columns"),
        ("select a // b from s.t", "//: write floor"),
        ("select date_diff('day', a, b) from s.t", "date_diff in day"),
        ("select date_diff('month', a, b) from s.t", "date_diff in month"),
        ("select avg(amount) from s.t", "avg(amount): cast it to double"),
        ("select a / b from s.t", "division by b: write nullif(b, 0)"),
        ("select a / sum(b) over () from s.t", "division by SUM(b) OVER ()"),
        ("select percentile_cont(0.5) within group (order by a) from s.t", "percentile_cont"),
        ("select percentile_disc(0.5) within group (order by a) from s.t", "percentile_disc"),
        ("select quantile_cont(a, 0.5) from s.t", "percentile_cont"),
        ("select quantile(a, 0.5) from s.t", "quantile"),
        ("select isodow(a) from s.t", "isodow"),
        ("select dayofweek(a) from s.t", "dayofweek"),
        ("select arg_max(a, b) from s.t", "arg_max"),
        ("select arg_min(a, b) from s.t", "arg_min"),
        ("select max_by(a, b) from s.t", "arg_max"),
        ("select list(a) from s.t", "list"),
        ("select hash(a) from s.t", "hash: use md5"),
        ("select [a, b] from s.t", "[…]"),
        ("select unnest(a) from s.t", "unnest"),
        ("select first(a order by b) from s.t", "first"),
        ("select last(a order by b) from s.t", "last"),
        ("select * from range(1, 3)", "range"),
        ("select a + to_days(3) from s.t", "to_days"),
        ("select columns('a.*') from s.t", "COLUMNS"),
        ("select * replace (1 as a) from s.t", "REPLACE"),
        ("with a as materialized (select 1 as b) select b from a", "MATERIALIZED"),
        ("select approx_quantile(a, 0.5) from s.t", "approx_quantile"),
        ("select date_part('isodow', a) from s.t", "date_part"),
        ("select date_sub('month', a, b) from s.t", "date_sub"),
        ("select age(a, b) from s.t", "age"),
        ("select epoch(a) from s.t", "epoch"),
        ("select dayname(a) from s.t", "dayname"),
    ],
)
def test_the_lint_refuses(query, remedy):
    found = lint(sqlglot.parse_one(query, dialect="duckdb"))
    assert any(remedy in sentence for sentence in found), found


@pytest.mark.parametrize(
    "query",
    [
        "select a / nullif(b, 0) from s.t",
        "select a / 604800 from s.t",
        "select avg(cast(a as double)) from s.t",
        "select date_diff('second', a, b) from s.t",
        "select cast(a as date) - cast(b as date) from s.t",
        "select string_agg(a, ', ' order by a) from s.t",
        "select * from s.t qualify row_number() over (partition by a order by b) = 1",
    ],
)
def test_the_lint_lets_the_portable_form_pass(query):
    assert lint(sqlglot.parse_one(query, dialect="duckdb")) == []


GOOD = "-- A table.\n-- grain: a\nselect\n    n.as_of as a    -- the day\nfrom settings.night as n\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD.replace("-- A table.\n", ""), "does not say what it holds"),
        (GOOD.replace("    -- the day", ""), "a has no comment"),
        (GOOD.replace("settings.night", "settings.nihgt"), "nihgt"),
        (GOOD.replace("n.as_of", "n.nothing"), "nothing"),
        (GOOD.replace("settings.night", "night"), "name its schema too"),
        (GOOD + ";\nselect 1", "more or less than one SELECT"),
        ("-- A table.\ncreate table t (a int)", "more or less than one SELECT"),
        (GOOD.replace("n.as_of as a", "1 / n.min_sample as a"), "division by"),
    ],
)
def test_a_file_that_the_rail_cannot_run_is_refused_by_name(tmp_path, text, sentence):
    (tmp_path / "reporting").mkdir()
    (tmp_path / "reporting" / "odd.sql").write_text(text)
    with pytest.raises(SqlFileError, match=r"odd\.sql") as refused:
        sql_tables(tmp_path, catalog().tables)
    assert sentence in str(refused.value)
