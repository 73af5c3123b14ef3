"""What the README shows is what its commands print, and its example queries run."""

import re
import shlex

import pytest

from pipelines.cli import COMMANDS, main
from pipelines.paths import PROJECT

pytestmark = pytest.mark.costly

README = (PROJECT / "README.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"```console\n\$ (.+)\n((?:(?!```).*\n)*)```", README))
ASKED_MOST = re.findall(
    r"```sql\n(.*?)```", (PROJECT / "docs" / "queries.md").read_text(encoding="utf-8"), flags=re.DOTALL
)
QUERIES = re.findall(r"^sla (query .+)$", README, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped account's night, in folders of its own; what `sla run` printed."""
    from click.testing import CliRunner

    from pipelines.commands.run import command

    folder = tmp_path_factory.mktemp("readme")
    with pytest.MonkeyPatch.context() as env:
        env.delenv("SLA_ACCOUNTS", raising=False)
        env.setenv("SLA_DATA", str(folder / "data"))
        env.setenv("SLA_DAGSTER_HOME", str(folder / "home"))
        env.chdir(folder)
        done = CliRunner().invoke(command, [])
        assert done.exit_code == 0, done.output
        yield folder / "data", done.stdout


def printed(monkeypatch, capsys, line):
    monkeypatch.setattr("sys.argv", ["sla", *shlex.split(line)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 0, told.err
    return told.out


def same(text):
    """The text without what differs from place to place: blanks at line ends, the seconds, where the results lie."""
    lines = [line.rstrip() for line in text.strip().splitlines() if not line.startswith("Done in")]
    return re.sub(r"\S*data/sandbox/", "data/sandbox/", "\n".join(lines)).split()


def test_the_main_command_prints_what_the_readme_shows(shipped):
    assert same(shipped[1]) == same(SHOWN["make run"])


@pytest.mark.parametrize("line", [line for line in SHOWN if line.startswith("sla ")])
def test_a_command_prints_what_the_readme_shows(line, shipped, monkeypatch, capsys):
    monkeypatch.setenv("SLA_DATA", str(shipped[0]))
    monkeypatch.delenv("SLA_ACCOUNTS", raising=False)
    assert same(printed(monkeypatch, capsys, line.removeprefix("sla "))) == same(SHOWN[line])


@pytest.mark.parametrize("line", QUERIES)
def test_an_example_query_has_rows(line, shipped, monkeypatch, capsys):
    monkeypatch.setenv("SLA_DATA", str(shipped[0]))
    monkeypatch.delenv("SLA_ACCOUNTS", raising=False)
    out = printed(monkeypatch, capsys, line + " --format csv")
    # There is no earlier night that the plan could have moved from.
    assert len(out.splitlines()) > 1 or "plan_changes" in line


def test_each_of_the_ten_queries_asked_most_has_rows(shipped, monkeypatch, capsys):
    assert len(ASKED_MOST) == 10
    monkeypatch.setenv("SLA_DATA", str(shipped[0]))
    monkeypatch.delenv("SLA_ACCOUNTS", raising=False)
    for sql in ASKED_MOST:
        out = printed(monkeypatch, capsys, shlex.join(["query", "--account", "sandbox", sql, "--format", "csv"]))
        assert len(out.splitlines()) > 1, sql


def test_every_command_is_named_with_its_help():
    for command in COMMANDS:
        assert f"sla {command}" in README or f"make {command}" in README, command
