"""Running the truth's SQL on a company: schema `truth`, as of a moment and for what a face can carry.

Here: which table is worked out from which file. Not here: the company, or any face of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from connectors.sandbox.company import Company

SQL = Path(__file__).parent

# In the order they read each other.
TABLES = (
    "explicit_entries",
    "deal_people",
    "stage_entries",
    "people",
    "deals",
    "outcomes",
    "owner_spans",
    "touches",
    "reps",
    "stage_counts",
    "mql_rounds",
    "sql_attempts",
)

# Of these, what a CRM with a history shows is more than what one with date columns does.
OF_THE_FACE = ("explicit_entries", "outcomes", "owner_spans")


@dataclass(frozen=True)
class Truth:
    """How the company is looked at."""

    source: str = "files"
    """the source's name, in front of every id"""
    carries: Literal["dates", "history"] = "dates"
    """date columns with first entries and today's owner, or every move and every owner"""
    sales_sources: tuple[str, ...] = ()
    """lead sources that are sales' own"""
    currency: str = "EUR"
    """the account's; `dates` carry no exchange rates"""


def tell_truth(
    company: Company, at: datetime, how: Truth | None = None, narrow: Callable[[], None] = lambda: None
) -> None:
    """Make the schema `truth` (and `visible`) as of just before the UTC instant `at`, the midnight ending a night.

    `narrow` is called once `visible` is there, for a CRM that shows less than the company knows.
    """
    how = how or Truth()
    company.view(at)
    narrow()
    company.con.execute("create schema if not exists truth")
    words = {
        "at": at.isoformat(sep=" "),
        "zone": company.timezone,
        "source": how.source,
        "currency": how.currency,
        "sales_sources": ", ".join("'" + s.replace("'", "''") + "'" for s in how.sales_sources) or "null",
    }
    for table in TABLES:
        file = f"{table}_of_{how.carries}.sql" if table in OF_THE_FACE else f"{table}.sql"
        sql = (SQL / file).read_text(encoding="utf-8")
        for word, value in words.items():
            sql = sql.replace("{" + word + "}", value)
        company.con.execute(f"create or replace table truth.{table} as {sql}")
