"""What could not be read of the exports, and what became of every row, as SQL.

Here: the counts and their examples. Not here: what they mean to a person (sql/reporting/data_quality.sql).
"""

from collections.abc import Mapping, Sequence

from connectors.files import amounts, cells
from connectors.files.landing import EXAMPLES, Landed
from connectors.files.text import UTF_8

LEFT_OUT = ("not_a_deal", "missing_id", "shortened_id", "duplicate_row", "duplicate_id")


def findings(part: str, typed: str, values: Mapping[str, str], dates: Sequence[str], files: Sequence[Landed]) -> str:
    """A SELECT of the findings of a part: rows left out, cells without a value, guesses."""
    names = ", ".join(f"({f.file}, {cells.text(f.name)})" for f in files) or "(-1, '')"
    found = [
        f"select '{fate}' as finding, '{part}.id' as setting, "
        f"{'id' if fate.startswith('duplicate') else _place()} as example from placed where fate = '{fate}'"
        for fate in LEFT_OUT
    ]
    for key in values:
        value = cells.name(f"value:{key}")
        found.append(
            f"select case when is_other_currency then 'other_currency' else 'unreadable_cell' end as finding, "
            f"{cells.text(f'{part}.{key}')} as setting, id as example from placed "
            f"where is_last and {cells.name(key)} is not null and {value} is null"
            if key == "amount"
            else f"select 'unreadable_cell' as finding, {cells.text(f'{part}.{key}')} as setting, id as example "
            f"from placed where is_last and {cells.name(key)} is not null and {value} is null"
        )
    found += [
        f"select 'clock_change' as finding, {cells.text(f'{part}.{key}')} as setting, id as example from placed "
        f"where is_last and {cells.name(f'clock:{key}')}"
        for key in dates
    ]
    counted = (
        f"with files as (select * from (values {names}) as f (file, file_name)), "
        f"placed as (select t.*, f.file_name from {typed} as t left join files as f on f.file = t.file), "
        f"found as ({' union all '.join(found)}) "
        "select finding, setting, count(*) as records, string_agg(example, ', ' order by example) "
        f"filter (where place <= {EXAMPLES}) as example_ids from (select *, row_number() over "
        "(partition by finding, setting order by example) as place from found) group by finding, setting"
    )
    of_files = _of_files(files)
    if not of_files:
        return counted
    rows = ", ".join(
        f"({cells.text(finding)}, '{part}.path', {records}, {cells.text(', '.join(examples))})"
        for finding, (records, examples) in of_files.items()
    )
    return f"select * from ({counted}) union all select * from (values {rows})"


def _place() -> str:
    return "file_name || ' line ' || cast(line as varchar)"


def _of_files(files: Sequence[Landed]) -> dict[str, tuple[int, list[str]]]:
    """Finding → how many, and up to five examples, of what was found while the files were landed."""
    found: dict[str, tuple[int, list[str]]] = {}
    for file in files:
        for finding, rows in file.left_out.items():
            count, examples = found.get(finding, (0, []))
            found[finding] = (count + rows, [*examples, *file.examples[finding]][:EXAMPLES])
        if file.encoding is not None and file.encoding.is_guessed:
            finding = "broken_characters" if file.encoding.name == UTF_8 else "guessed_encoding"
            count, examples = found.get(finding, (0, []))
            found[finding] = (count + 1, [*examples, file.name][:EXAMPLES])
    return found


def export_files(part: str, typed: str, files: Sequence[Landed]) -> str:
    """A SELECT of the files of a part, with the rows of each: all of it, counted, reported."""
    rows = ", ".join(
        f"({f.entry}, {f.file}, {cells.text(f.name)}, "
        f"{cells.text(f.encoding.name) if f.encoding else 'cast(null as varchar)'}, {f.rows}, {f.left_out.total()})"
        for f in files
    )
    where = "" if files else " where false"
    return (
        f"with files as (select * from (values {rows or '(0, 0, cast(null as varchar), cast(null as varchar), 0, 0)'}) "
        f"as f (entry, file, name, encoding, rows_in, left_out){where}), "
        f"fates as (select file, count(*) filter (where fate = 'counted') as counted, "
        f"count(*) filter (where fate <> 'counted') as reported from {typed} group by file) "
        f"select '{part}' as part, cast(f.entry + 1 as bigint) as entry, f.name as file, f.encoding, "
        "cast(f.rows_in as bigint) as rows_in, coalesce(t.counted, 0) as rows_counted, "
        "cast(f.left_out + coalesce(t.reported, 0) as bigint) as rows_reported "
        "from files as f left join fates as t on t.file = f.file"
    )


def is_other_currency(part: str, money: str | None) -> str:
    """Whether the amount of a row bears the sign of another currency than the row's; SQL."""
    if part != "deals":
        return "false"
    expected = f"coalesce({cells.currency('c.currency')}, {'null' if money is None else cells.text(money)})"
    return amounts.is_other_currency("money.sign", "money.code", expected)
