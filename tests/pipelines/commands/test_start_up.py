"""What a command loads before it answers: those that only ask or reckon leave the heavy libraries alone."""

import subprocess
import sys

import pytest

from pipelines.paths import PROJECT

HEAVY = "{'dagster', 'pandas', 'scipy', 'sqlglot', 'altair', 'hubspot', 'simple_salesforce'}"


@pytest.mark.parametrize(
    "line",
    [
        "whatif --account small --set conversion.mql_to_sql=0.4",
        "gaps --account small",
        "doctor --account small",
        "plan --target 100000 --average-deal 1000 --conversion 0.5 --json",
        'query --account small "select 1"',
    ],
)
def test_a_command_that_only_reckons_loads_nothing_heavy(night, line):
    code = (
        "import sys, shlex\nfrom pipelines.cli import main\n"
        f"sys.argv = ['sla', *shlex.split({line!r})]\n"
        "try:\n    main()\nexcept SystemExit as e:\n    assert not e.code, e.code\n"
        f"print('loaded:', sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # The safe volume draws from distributions.
    expected = "['scipy']" if line.startswith("plan") else "[]"
    assert done.stdout.splitlines()[-1] == f"loaded: {expected}"
