"""What each part of the code may import and do, read from its syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("benchmarks", "connectors", "models", "pipelines", "tests")
ENGINES = {"dagster", "duckdb"}

# The one module of models that reads a file: the settings.
READS_SETTINGS = "models/settings/read.py"
IO_MODULES = {
    *("builtins", "fileinput", "ftplib", "glob", "http", "io", "os", "pathlib", "requests", "shutil", "smtplib"),
    *("socket", "sqlite3", "subprocess", "tempfile", "urllib", "urllib3", "yaml"),
}
IO_CALLS = {
    *("open", "print", "input", "read_text", "write_text", "read_bytes", "write_bytes", "fromfile", "tofile"),
    *("loadtxt", "savetxt", "read_csv", "to_csv", "read_parquet", "to_parquet", "read_excel", "to_excel"),
    *("read_sql", "to_sql", "read_pickle", "to_pickle"),
}
CLOCK_CALLS = {"now", "utcnow", "today"}
CLOCK_MODULES = {"time"}


def sources(part: str) -> list[Path]:
    """The Python files of a part of the code, none of which may be missed."""
    return sorted((ROOT / part).rglob("*.py"))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imports(source: str) -> Iterator[str]:
    """Every module that the source imports, anywhere in it, with its whole dotted name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f".{node.module or ''}" if node.level else str(node.module)
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            given = node.args[0] if node.args else None
            yield str(given.value) if isinstance(given, ast.Constant) else "computed at run time"


def called(node: ast.Call) -> str | None:
    """The last name of what is called: `now` of `datetime.now()`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def packages(source: str) -> set[str]:
    return {name.split(".")[0] for name in imports(source)}


def ours(source: str) -> set[str]:
    return packages(source) & set(OURS)


def engines(source: str) -> set[str]:
    return packages(source) & ENGINES


def clock(source: str) -> set[str]:
    """Every way in which the source asks what time it is."""
    tree = ast.parse(source)
    # Also unbound, as a default factory: `field(default_factory=datetime.now)`.
    asked = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} & CLOCK_CALLS
    return asked | (packages(source) & CLOCK_MODULES)


def inputs_and_outputs(source: str) -> set[str]:
    """Every module and call of the source that reads or writes something outside."""
    calls = {called(n) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)}
    return (packages(source) & IO_MODULES) | ({c for c in calls if c} & IO_CALLS)


def offenders(part: str, rule, but: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """The files of a part that break a rule, with what they do; files below a path of `but` may."""
    found = {}
    for file in sources(part):
        name = name_of(file)
        if not name.startswith(but) and (broken := rule(file.read_text(encoding="utf-8"))):
            found[name] = broken
    return found


@pytest.mark.parametrize("part", ["connectors", "models", "pipelines"])
def test_every_part_has_code_to_look_at(part):
    assert len(sources(part)) > 3


def test_models_import_nothing_of_ours_but_models():
    assert offenders("models", lambda s: ours(s) - {"models"}) == {}


def test_connectors_import_nothing_of_ours_but_connectors():
    assert offenders("connectors", lambda s: ours(s) - {"connectors"}) == {}


def test_pipelines_import_nothing_of_ours_but_connectors_and_models():
    assert offenders("pipelines", lambda s: ours(s) - {"connectors", "models", "pipelines"}) == {}


def test_models_know_neither_dagster_nor_duckdb():
    assert offenders("models", engines) == {}


def test_connectors_know_neither_dagster_nor_duckdb_but_for_the_simulated_company():
    assert offenders("connectors", engines, but=("connectors/sandbox/",)) == {}
    assert offenders("connectors", lambda s: engines(s) - {"duckdb"}) == {}


def test_modules_are_imported_by_their_whole_name():
    for part in ("connectors", "models", "pipelines"):
        assert offenders(part, lambda s: {n for n in imports(s) if n.startswith(".")}) == {}


def test_models_use_no_clock():
    assert offenders("models", clock) == {}


def test_models_read_and_write_nothing_but_the_settings_file():
    assert offenders("models", inputs_and_outputs, but=(READS_SETTINGS,)) == {}
    assert inputs_and_outputs((ROOT / READS_SETTINGS).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("rule", "source", "broken"),
    [
        (ours, "import pipelines.warehouse", {"pipelines"}),
        (ours, "from models.night import Night", {"models"}),
        (ours, "def f():\n    from connectors.files import exports", {"connectors"}),
        (ours, "import importlib\nimportlib.import_module('pipelines.paths')", {"pipelines"}),
        (engines, "import duckdb as d", {"duckdb"}),
        (engines, "from dagster._core import x", {"dagster"}),
        (engines, "if TYPE_CHECKING:\n    import dagster", {"dagster"}),
        (engines, "import pandas", set()),
        (clock, "from datetime import datetime\nx = datetime.now()", {"now"}),
        (clock, "import datetime as d\nx = d.date.today()", {"today"}),
        (clock, "import time\ntime.time()", {"time"}),
        (clock, "from time import monotonic", {"time"}),
        (clock, "x = field(default_factory=datetime.utcnow)", {"utcnow"}),
        (clock, "def f(now): return now", set()),
        (clock, "from datetime import time", set()),
        (inputs_and_outputs, "open('x')", {"open"}),
        (inputs_and_outputs, "from pathlib import Path", {"pathlib"}),
        (inputs_and_outputs, "import os.path", {"os"}),
        (inputs_and_outputs, "import pandas as pd\npd.read_csv('x')", {"read_csv"}),
        (inputs_and_outputs, "import numpy", set()),
    ],
)
def test_the_rules_see_what_they_forbid(rule, source, broken):
    assert rule(source) == broken
