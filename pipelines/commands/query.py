"""`sla query`: read-only SQL on an account's published tables."""

import sys

import click

from pipelines.commands.choices import BadInput, account_file, formatted, print_rows
from pipelines.paths import AccountFolder


@click.command(
    name="query",
    short_help="Read-only SQL on an account's published tables.",
    epilog='Example: sla query --account acme "SELECT stage, required, actual_to_date FROM required_funnel"',
)
@click.option("--account", metavar="NAME", help="The account; may be left out where there is one only.")
@formatted
@click.argument("sql")
def command(account: str | None, form: str, sql: str) -> None:
    """Run SQL on the last published tables of an account and print the rows.

    Nothing can be changed. Both `FROM required_funnel` and `FROM reporting.required_funnel` work; `SHOW TABLES` lists
    the tables, `DESCRIBE required_funnel` a table's columns. With `-` the SQL is read from standard input.
    """
    name, _ = account_file(account)
    path = AccountFolder(name).published
    if not path.exists():
        raise BadInput(f"{name} has no published night yet; run: sla run --account {name}")
    sql = sys.stdin.read() if sql == "-" else sql
    if not sql.strip().strip(";"):
        raise BadInput('The SQL is empty; give it in quotes, for example "SELECT * FROM required_funnel".')
    import duckdb

    from pipelines.published_file import open_published

    with open_published(path) as con:
        try:
            answer = con.execute(sql)
            columns = [d[0] for d in answer.description or []]
            rows = answer.fetchall()
        except duckdb.Error as e:
            raise BadInput(f"The SQL was refused: {' '.join(str(e).split())}") from None
    print_rows(columns, rows, form)
