"""Files in sql/: what a file must say of itself, and what a mistake in one is answered with, at load."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.catalog import catalog, read_catalog
from pipelines.paths import PROJECT, SQL
from pipelines.sql_files import read_sql_file
from pipelines.sql_tables import sql_tables
from pipelines.table import SqlFileError

GOOD = """-- People who wait, by owner.
--
-- Only living ones.
-- grain: owner_id
-- check: people > 0
with waiting as (
    select p.owner_id, p.created_at
    from funnel.people as p
    -- not(a comment, of a column)
    where p.stage = 'mql'
)
select
    w.owner_id,                                         -- whose they are
    count(*) as people,                                 -- how many wait
    cast(min(w.created_at) as date) as first_on         -- day the first one was created
from waiting as w
cross join settings.night as n
group by w.owner_id
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty sql/, to which a test adds; what its files read is declared."""
    (tmp_path / "sql" / "reporting").mkdir(parents=True)
    return tmp_path / "sql"


def added(folder: Path, text: str, name: str = "waiting") -> Path:
    file = folder / "reporting" / f"{name}.sql"
    file.write_text(text)
    return file


def test_a_file_is_a_table_with_what_its_comments_say(folder):
    file = read_sql_file(added(folder, GOOD))
    assert file.key == "reporting.waiting"
    assert file.description == "People who wait, by owner.\n\nOnly living ones."
    assert file.grain == ("owner_id",)
    assert [(c.name, c.condition) for c in file.checks] == [("people_above_0", "people > 0")]
    assert file.reads == ("funnel.people", "settings.night")
    assert file.comments["people"] == "how many wait"


def test_a_comment_makes_no_new_version_of_the_code_and_a_change_does(folder):
    version = read_sql_file(added(folder, GOOD)).code_version
    assert read_sql_file(added(folder, GOOD.replace("-- how many wait", "\n-- how many\n"))).code_version == version
    assert read_sql_file(added(folder, GOOD.replace("'mql'", "'sql'"))).code_version != version


def test_adding_a_file_adds_a_table_after_those_it_reads(folder):
    shutil.copytree(SQL, folder, dirs_exist_ok=True)
    added(folder, GOOD)
    tables = read_catalog(folder).tables
    order = list(tables)
    assert order.index("reporting.waiting") > max(order.index("funnel.people"), order.index("settings.night"))
    assert [(c.name, c.type, c.sources) for c in tables["reporting.waiting"].columns] == [
        ("owner_id", "VARCHAR", ("funnel.people.owner_id",)),
        ("people", "BIGINT", ()),
        ("first_on", "DATE", ("funnel.people.created_at",)),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("funnel.people", "funnel.poeple", "poeple"),
        ("p.created_at", "p.creatd_at", "creatd_at"),
        ("settings.night as n", "setings.night as n", "setings"),
        ("funnel.people as p", "people as p", "reads people; name its schema too, as in funnel.people"),
        ("select p.owner_id", "selct p.owner_id", "selct"),
        ("count(*) as people,", "count(*) as people", ""),
        ("-- People who wait, by owner.\n--\n-- Only living ones.\n", "", "does not say what it holds"),
        ("-- grain: owner_id\n", "", "does not say what one row is"),
        ("                                 -- how many wait", "", "people has no comment; say beside it what it means"),
        ("group by w.owner_id", "group by w.owner_id; select 1", "holds more or less than one SELECT"),
        (
            "cross join settings.night as n",
            "asof join settings.night as n on w.created_at >= n.cut_off_at",
            "ASOF JOIN",
        ),
        ("count(*) as people", "count(*) / min(n.min_sample) as people", "nullif(MIN(n.min_sample), 0)"),
        ("-- grain: owner_id", "-- grain: owner", "grain: owner is no column"),
        ("-- check: people > 0", "-- check: peeple > 0", "check: peeple > 0"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_mistake_is_an_error_at_load_that_names_the_file(folder, was, becomes, said):
    assert GOOD.count(was) == 1
    added(folder, GOOD.replace(was, becomes))
    with pytest.raises(SqlFileError) as refused:
        sql_tables(folder, catalog().tables)
    assert str(refused.value).startswith("sql/reporting/waiting.sql: ")
    assert said in str(refused.value)


def test_the_command_line_says_what_is_wrong_with_a_file_in_one_sentence(folder, tmp_path):
    shutil.copytree(SQL, folder, dirs_exist_ok=True)
    added(folder, GOOD.replace("select p.owner_id", "selct p.owner_id"))
    code = (
        f"import pathlib, sys, pipelines.paths as p; p.SQL = pathlib.Path({str(folder)!r}); "
        "sys.argv = ['sla', 'run']; from pipelines.cli import main; main()"
    )
    environment = os.environ | {"SLA_DATA": str(tmp_path / "data"), "SLA_DAGSTER_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    _begins, said = done.stderr.splitlines()
    assert said == "sql/reporting/waiting.sql: line 7: Expecting ): selct p.owner_id, p.created_at"


def test_files_that_read_each_other_are_refused_by_name(folder):
    added(folder, GOOD.replace("funnel.people as p", "reporting.other as p"))
    added(folder, GOOD.replace("funnel.people as p", "reporting.waiting as p"), "other")
    with pytest.raises(SqlFileError, match=r"reporting\.(other|waiting).*reporting\.(other|waiting)"):
        sql_tables(folder, catalog().tables)


def test_a_name_that_is_declared_already_is_refused(folder):
    added(folder, GOOD, "runs")
    with pytest.raises(SqlFileError, match=r"sql/reporting/runs\.sql: .*reporting\.runs"):
        sql_tables(folder, catalog().tables)


def test_a_nightly_table_may_read_itself(folder):
    text = GOOD.replace("    w.owner_id,   ", "    n.as_of,  -- the night\n    w.owner_id,   ")
    text = text.replace(
        "group by w.owner_id", "left join reporting.waiting as x on x.as_of < n.as_of\ngroup by n.as_of, w.owner_id"
    )
    text = text.replace("-- grain: owner_id", "-- grain: as_of, owner_id")
    assert read_sql_file(added(folder, text)).reads == ("funnel.people", "settings.night")
    assert "reporting.waiting" not in sql_tables(folder, catalog().tables)["reporting.waiting"].reads


def test_every_table_of_the_project_says_what_it_and_its_columns_mean():
    for table in catalog().tables.values():
        assert table.description.strip(), table.key
        assert all(c.description.strip() for c in table.columns), table.key
        grain = set(table.grain) - {c.name for c in table.columns}
        assert not grain, (table.key, grain)
