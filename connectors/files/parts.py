"""The parts of the exports: which columns each has, and what becomes of its rows.

Here: from the settings of a part to wanted columns, and from its typed cells to its tables, as SQL. Not here: reading
files (`landing`), or the meaning of a cell (`dates`, `amounts`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.files import amounts, cells
from connectors.files.landing import Wanted
from connectors.files.tables import Deal, DealPerson, Person, Rep, StageDate, Touch

PARTS = ("people", "deals", "touches", "reps")
DEAL_DATES = ("created", "closed", "won_at", "lost_at")

# The ids that a spreadsheet has cut to a few digits, as in 1.23457E+11: several records look like one.
SHORTENED = r"^\d(\.\d+)?E\+\d+$"


class Part:
    """A part as the settings of its entries name it; `entries` holds one group of keys for each."""

    def __init__(self, name: str, entries: Sequence[Mapping[str, Any]]) -> None:
        self.name = name
        self.entries = entries
        self.stages = sorted({s for e in entries for s in e.get("stages", {})}) if name == "people" else []
        self.keys, self.dates = self._columns()

    def _columns(self) -> tuple[list[str], list[str]]:
        match self.name:
            case "people":
                stages = [f"stages.{s}" for s in self.stages]
                plain = ["id", "created", "source", "owner", "status", "status_at", "outcome", "outcome_at", "reason"]
                return [*plain, *stages], ["created", "status_at", "outcome_at", *stages]
            case "deals":
                return ["id", "person", *DEAL_DATES, "amount", "currency", "owner", "stage"], list(DEAL_DATES)
            case "touches":
                columns = ["id", "person", "at", "kind", "owner", "direction", "automated", "outcome", "logged_at"]
                return columns, ["at", "logged_at"]
            case _:
                return ["id", "name", "team"], []

    def wanted(self, entry: int) -> list[Wanted]:
        """The columns to read of the files of an entry."""
        return [self._wanted(self.entries[entry], key) for key in self.keys]

    def _wanted(self, given: Mapping[str, Any], key: str) -> Wanted:
        setting, value = key, None
        if key.startswith("stages."):
            value = given["stages"].get(key.removeprefix("stages."))
        elif self.name == "people" and key in ("status", "status_at"):
            inner = "column" if key == "status" else "at"
            setting, value = f"status.{inner}", (given["status"] or {}).get(inner)
        else:
            value = given[key]
        names = [] if value is None else [value] if isinstance(value, str) else list(value)
        constant = None
        if len(names) == 1 and (
            (key == "currency" and len(names[0]) == 3 and names[0].isupper())
            or (self.name == "touches" and key == "kind" and names[0] in cells.KINDS)
        ):
            constant = names[0]
        return Wanted(key, setting, names, constant)

    # --- rows ----------------------------------------------------------------------------------------------------

    def values(self, money: str | None) -> dict[str, str]:
        """Column → SQL of its value, over the text cells `c`, the instants `at_<column>` and the amounts `money`."""
        found = {key: f"{cells.name(f'at_{key}')}.instant" for key in self.dates}
        if self.name == "deals":
            currency = f"coalesce({cells.currency('c.currency')}, money.code)"
            expected = f"coalesce({currency}, {'null' if money is None else cells.text(money)})"
            unsure = (
                f"c.currency is not null and {cells.currency('c.currency')} is null "
                f"or {amounts.is_other_currency('money.sign', 'money.code', expected)}"
            )
            found["amount"] = f"case when not ({unsure}) then money.value end"
            found["currency"] = currency
        if self.name == "touches":
            found["automated"] = cells.yes_no("c.automated")
            found["kind"] = cells.kind("c.kind")
        return found

    @property
    def is_record(self) -> str:
        """Whether a row is a record of this part at all; SQL over its cells."""
        if self.name == "deals":
            return f"coalesce({', '.join((*DEAL_DATES, 'stage'))}) is not null"
        return "true"

    def fates(self, source: str) -> str:
        """A SELECT of the rows of `source` with what becomes of each, `fate`.

        counted: the last row of an id, and the rows that repeat a deal for another of its people. The others are
        reported: not_a_deal, missing_id, shortened_id, duplicate_row (the same as a later one), duplicate_id (an
        earlier and different one).
        """
        last_first = "order by entry desc, file desc, line desc"
        compared = [cells.name(k) for k in self.keys if k != "id"]
        repeated = f"row_number() over (partition by rank, id, {', '.join(compared)} {last_first})"
        another = "false"
        if self.name == "deals":
            same = ", ".join(c for c in compared if c != '"person"')
            another = f"row_number() over (partition by rank, id, {same} {last_first}) > 1"
        return (
            f"with ranked as (select *, case when not ({self.is_record}) then 'not_a_deal' "
            f"when id is null then 'missing_id' when regexp_matches(id, {cells.text(SHORTENED)}) then 'shortened_id' "
            f"else 'record' end as rank from {source}), "
            f"placed as (select *, row_number() over (partition by rank, id {last_first}) = 1 as is_last, "
            f"{repeated} > 1 as is_repeated, {another} as is_for_another from ranked) "
            "select * exclude (rank, is_last, is_repeated, is_for_another), is_last and rank = 'record' as is_last, "
            "case when rank <> 'record' then rank when is_last then 'counted' when is_repeated then 'duplicate_row' "
            "when is_for_another then 'counted' else 'duplicate_id' end as fate from placed"
        )

    def tables(self, typed: str) -> dict[str, str]:
        """Table → SELECT of its rows, from the table `typed` of `fates` with a column `value:<key>` for each value."""
        at = {key: cells.name(f"value:{key}") for key in (*self.dates, "amount", "currency", "automated", "kind")}
        last = f"from {typed} where is_last"
        match self.name:
            case "people":
                dates = " union all ".join(
                    f"select id, {cells.text(s)} as stage, {at[f'stages.{s}']} as entered_at {last}"
                    for s in self.stages
                )
                none = "select cast(null as varchar) as id, cast(null as varchar) as stage, "
                none += "cast(null as timestamp) as entered_at where false"
                return {
                    Person.TABLE: f"select id, {at['created']} as created_at, source, owner, status, "
                    f"{at['status_at']} as status_at, outcome, {at['outcome_at']} as outcome_at, reason {last}",
                    StageDate.TABLE: f"select * from ({dates or none}) where entered_at is not null",
                }
            case "deals":
                return {
                    Deal.TABLE: f"select id, {at['created']} as created_at, {at['closed']} as closed_at, "
                    f"{at['won_at']} as won_at, {at['lost_at']} as lost_at, {at['amount']} as amount, "
                    f"{at['currency']} as currency, owner, stage, {self._stage_outcome()} as stage_outcome {last}",
                    # Exports list several people in one cell, or repeat the deal's row for each.
                    DealPerson.TABLE: "select distinct deal, trim(person) as person from (select id as deal, "
                    f"unnest(string_split(person, ';')) as person from {typed} where person is not null "
                    "and fate in ('counted', 'duplicate_row', 'duplicate_id')) where trim(person) <> ''",
                }
            case "touches":
                return {
                    Touch.TABLE: f"select id, person, {at['at']} as touched_at, {at['kind']} as kind, owner, "
                    f"direction, {at['automated']} as is_automated, outcome, {at['logged_at']} as logged_at {last}"
                }
            case _:
                return {Rep.TABLE: f"select id, name, team {last}"}

    def _stage_outcome(self) -> str:
        cases = " ".join(
            f"when entry = {i} and lower(stage) in {cells.one_of(v.strip().lower() for v in entry[end])} then '{end}'"
            for i, entry in enumerate(self.entries)
            for end in ("won", "lost")
            if entry[end]
        )
        return f"case {cases} end" if cases else "cast(null as varchar)"
