"""`sla gaps`: what of the agreement is not kept, and whom a rep should call now.

Here: which rows of the published night, in which order. Not here: any judgement (models/sla_gaps).
"""

from datetime import date
from pathlib import Path
from typing import Any

import click
import duckdb

from pipelines.commands.choices import BadInput, account_file, formatted, print_rows
from pipelines.paths import AccountFolder
from pipelines.plan_words import with_stake
from pipelines.published_file import open_published

# Worst first: what ends `sla run --fail-on-gap`, then the money, then how far behind.
WORST_FIRST = """
    case severity when 'critical' then 0 when 'warning' then 1 else 2 end,
    case status when 'missed' then 0 when 'at_risk' then 1 when 'not_computable' then 2 else 3 end,
    case scope when 'whole' then 0 when 'segment' then 1 else 2 end,
    case period when 'to_date' then 0 when 'month' then 1 else 2 end,
    revenue_at_stake desc nulls last, gap_share nulls last, target, commitment, segment, owner_id
"""


@click.command(
    name="gaps",
    short_help="What of the agreement is not kept, worst first; a rep's MQLs to call now.",
    epilog='Examples: sla gaps --account acme; sla gaps --account acme --owner "Ann Lee"',
)
@click.option("--account", metavar="NAME", help="The account; may be left out where there is one only.")
@click.option("--owner", metavar="NAME", help="A rep, by name or id: the rep's own MQLs to call now.")
@click.option("--all", "everything", is_flag=True, help="The commitments that are kept, too.")
@formatted
def command(account: str | None, owner: str | None, everything: bool, form: str) -> None:
    """What of the agreement the last published night does not find kept, worst first.

    With --owner, the rep's own list: MQLs nobody has tried to reach, and SQLs with attempts missing, most urgent
    first. Times are UTC.
    """
    name, _ = account_file(account)
    path = AccountFolder(name).published
    if not path.exists():
        raise BadInput(f"{name} has no published night yet; run: sla run --account {name}")
    try:
        with open_published(path) as con:
            columns, rows = to_call(con, owner) if owner is not None else gaps(con, everything)
    except duckdb.CatalogException:
        raise BadInput(
            f"The last night of {name} was published before gaps were; run: sla run --account {name}"
        ) from None
    except LookupError as e:
        raise BadInput(f"--owner: {e.args[0]}") from None
    if not rows and form == "table":
        click.echo("There is nobody to call now." if owner is not None else "Every commitment is kept.")
        return
    if form == "table" and owner is None:
        shown = (
            "status",
            "side",
            "commitment",
            "scope",
            "period",
            "committed",
            "actual",
            "revenue_at_stake",
            "explanation",
        )
        rows = [[row[columns.index(c)] for c in shown] for row in rows]
        columns = list(shown)
    print_rows(columns, rows, form)


def gaps(con: duckdb.DuckDBPyConnection, everything: bool = False) -> tuple[list[str], list[list[Any]]]:
    """The rows of the latest night's sla_gaps that are not met (or all), worst first: columns and rows."""
    kept = "" if everything else "and status <> 'met'"
    return _rows(
        con.execute(
            f"select * from sla_gaps where as_of = (select max(as_of) from sla_gaps) {kept} order by {WORST_FIRST}"
        )
    )


def to_call(con: duckdb.DuckDBPyConnection, owner: str) -> tuple[list[str], list[list[Any]]]:
    """An owner's MQLs that wait for a touch or for attempts, most urgent first; raises LookupError for no owner."""
    known = con.execute(
        "select owner_id, name from rep_scorecard where as_of = (select max(as_of) from rep_scorecard) order by name"
    ).fetchall()
    wanted = owner.strip().lower()
    found = [i for i, name in known if wanted in (str(name).strip().lower(), i.lower(), i.split(":", 1)[-1].lower())]
    if not found:
        names = ", ".join(str(name) for _, name in known) or "none"
        raise LookupError(f"there is no owner {owner} with MQLs; there are: {names}.")
    marks = ", ".join(f"${i + 1}" for i in range(len(found)))
    return _rows(
        con.execute(
            f"""
            with waiting as (
                select *, attempts_status = 'open' as is_short
                from mql_follow_up
                where owner_id in ({marks})
            )
            select
                case when is_to_call then 'first touch'
                    else cast(ceil(calls_missing) as bigint) || ' calls, '
                        || cast(ceil(emails_missing) as bigint) || ' e-mails' end as owed,
                case when is_to_call then first_touch_deadline_at else attempts_deadline_at end as due_at,
                case when is_to_call then first_touch_status else attempts_status end as status,
                person_id, round, became_mql_at, assigned_at, call_attempts, emails, crm_url
            from waiting
            where is_to_call or is_short
            order by due_at nulls last, became_mql_at, person_id
            """,
            found,
        )
    )


def missed_commitments(path: Path, night: date) -> list[str]:
    """The sentences of what `--fail-on-gap` fails for: commitments missed by the whole, to date; worst first."""
    with open_published(path) as con:
        found = con.execute(
            "select explanation from sla_gaps where as_of = $1 and status = 'missed' and scope = 'whole'"
            f" and period = 'to_date' order by {WORST_FIRST}",
            [night],
        ).fetchall()
    return [row[0] for row in found]


def gap_lines(con: duckdb.DuckDBPyConnection, target: str, night: date) -> list[str]:
    """What a night's summary says of a target's agreement: one line a commitment of the whole, to date, worst first."""
    found = con.execute(
        "select status, explanation, revenue_at_stake from sla_gaps where as_of = $1 and target = $2"
        f" and scope = 'whole' and period = 'to_date' and status <> 'met' order by {WORST_FIRST}",
        [night, target],
    ).fetchall()
    words = {"missed": "Missed", "at_risk": "At risk", "not_computable": "Unknown"}
    return [f"{words[status]}: {with_stake(said, stake)}" for status, said, stake in found]


def _rows(answer: duckdb.DuckDBPyConnection) -> tuple[list[str], list[list[Any]]]:
    return [d[0] for d in answer.description or []], [list(row) for row in answer.fetchall()]
